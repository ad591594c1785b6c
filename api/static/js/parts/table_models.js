// Models that were trained on uploaded tables.

import { element } from "../dom.js";
import { formatAgo } from "../format.js";
import { algorithmWord, nameWord, taskWord } from "../words.js";

/** Returns `{node, show(models)}`. */
export function tableModels() {
  const list = element("ul", { class: "jobs" });
  const node = element("section", { hidden: true }, element("h2", {}, "Models of tables"), list);
  const show = (models) => {
    node.hidden = models.length === 0;
    list.replaceChildren(...models.map(modelRow));
  };
  return { node, show };
}

function modelRow(model) {
  const name = nameWord(model.name) ?? model.model_id;
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element("a", { class: "product-name", href: `#/models/${model.model_id}` }, name),
      element("span", { class: "muted" }, taskWord(model.ml_task)),
      element("span", { class: "muted" }, algorithmWord(model.algorithm)),
      element("span", { class: "muted" }, formatAgo(model.created_at)),
    ),
  );
}
