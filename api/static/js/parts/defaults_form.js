// What a training is told that does not say otherwise.

import { element } from "../dom.js";
import { patchJson } from "../api.js";
import { form } from "./field.js";
import { advancedFields, readOptions, usualFields } from "./training_fields.js";

/** A form that saves itself; settings that it does not show stay. */
export function defaultsForm({ training_defaults: known }) {
  const fields = [
    element("div", { class: "form-grid" }, usualFields(known)),
    advancedFields(known),
  ];
  return form(fields, "Save", async (values) => {
    const defaults = { ...known, ...readOptions(values) };
    await patchJson("training/tenant", { training_defaults: defaults });
    return "Saved. It counts from the next training on.";
  });
}
