// Values as lying bars beneath each other, each with its words.

import { element } from "../dom.js";

/** A list of `{label, value, words}`; the longest bar is `full`, or else the largest value. */
export function barList(label, items, full = null) {
  const largest = full ?? (Math.max(...items.map(({ value }) => value), 0) || 1);
  return element(
    "ul",
    { class: "bar-list", "aria-label": label },
    items.map((item) => barRow(item, largest)),
  );
}

function barRow({ label, value, words }, largest) {
  const fill = element("span", { class: "measure-fill", hidden: value === 0 });
  fill.style.transform = `translateX(${(value / largest - 1) * 100}%)`;
  return element(
    "li",
    { class: "bar-row" },
    element("span", { class: "bar-row-label" }, label),
    element("span", { class: "measure-track", "aria-hidden": "true" }, fill),
    element("span", { class: "measure-value" }, words),
  );
}
