// What can be done with a model of an uploaded table.

import { element } from "../dom.js";
import { actionButton } from "./action.js";
import { deleteModel, togglePin } from "./model_actions.js";

/** A row of buttons; `onChange(modelId)` is called after a change, with null when it is gone. */
export function tableModelActions(model, onChange) {
  const problem = element("div");
  const pin = async () => (await togglePin(model)) && onChange(model.model_id);
  const remove = async () => (await deleteModel(model)) && onChange(null);
  return element(
    "section",
    { "aria-label": "What you can do" },
    element(
      "div",
      { class: "row-actions" },
      actionButton(model.is_pinned ? "Keep no longer" : "Keep for good", pin, problem),
      actionButton("Delete", remove, problem, "danger small"),
    ),
    problem,
  );
}
