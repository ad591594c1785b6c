// What the model said for the rows of each class: a table whose cells are darker the more rows.

import { element } from "../dom.js";
import { formatCount, formatShare } from "../format.js";

const SHADES = 5;

/** The table, or null where no rows were tested. */
export function confusion({ confusion_matrix: found }) {
  if (!found) return null;
  const { classes, counts, shares } = found;
  const head = classes.map((name) => element("th", { scope: "col" }, name));
  const rows = classes.map((name, truth) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      classes.map((_, said) => cell(counts[truth][said], shares[truth][said], truth === said)),
    ),
  );
  return element(
    "div",
    {},
    element("h3", {}, "What it said for each class"),
    element(
      "p",
      { class: "muted" },
      "A line for each true class, a column for each answer. Right answers are on the diagonal.",
    ),
    element(
      "div",
      { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Answers by true class" },
      element(
        "table",
        { class: "table confusion" },
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Truth"), head)),
        element("tbody", {}, rows),
      ),
    ),
  );
}

function cell(count, share, isRight) {
  const data = { shade: Math.ceil((share ?? 0) * SHADES), right: isRight };
  return element(
    "td",
    { class: "number", data },
    formatCount(count),
    element("small", {}, formatShare(share)),
  );
}
