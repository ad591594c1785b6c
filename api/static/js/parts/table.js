// Tables that scroll within their frame, and that are made when somebody opens them.

import { element } from "../dom.js";

/** A table of `rows`; `head` holds the titles of its columns, `height` may be "tall". */
export function table(caption, head, rows, height = "") {
  const cells = head.map((title) => element("th", { scope: "col" }, title));
  return element(
    "div",
    { class: `table-frame ${height}`, tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: "table" },
      element("thead", {}, element("tr", {}, cells)),
      element("tbody", {}, rows),
    ),
  );
}

/** A row: its title, then numbers. */
export const numbersRow = (title, values) =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, title),
    values.map((value) => element("td", { class: "number" }, value)),
  );

/** A box whose content is made when somebody opens it. */
export function whenOpened(title, make) {
  const box = element("details", {}, element("summary", {}, title));
  box.addEventListener("toggle", () => box.append(make()), { once: true });
  return box;
}
