// Why a model answered as it did: what each column of the row contributed.

import { element } from "../dom.js";
import { formatMeasure, formatFineShare } from "../format.js";
import { numbersRow, table, whenOpened } from "./table.js";

const SHOWN = 10;

/** What moved the answer for one explained row, the strongest column first. */
export function contributions({ rows: [{ prediction, outputs }] }, isAmount) {
  const {
    base_value: base,
    value,
    contributions: moved,
  } = outputs[isAmount ? "prediction" : prediction];
  const write = isAmount ? formatMeasure : formatFineShare;
  const signed = (amount) =>
    `${amount > 0 ? "+" : amount < 0 ? "−" : ""}${write(Math.abs(amount))}`;
  const entries = Object.entries(moved);
  const largest = Math.max(...entries.map(([, amount]) => Math.abs(amount))) || 1;
  const shown = entries.slice(0, SHOWN);
  const about = isAmount ? "the answer" : `the chance of “${prediction}”`;
  return element(
    "div",
    {},
    element("h3", {}, "Why"),
    element(
      "p",
      { class: "muted" },
      `Usually ${about} is ${write(base)}; for this row it is ${write(value)}. ` +
        "What each column added or took away:",
    ),
    element(
      "ul",
      { class: "bar-list", "aria-label": "What each column contributed" },
      shown.map(([name, amount]) => moveRow(name, amount, largest, signed(amount))),
    ),
    entries.length > SHOWN && whenOpened("Every column", () => everyColumn(entries, signed)),
  );
}

/** A bar to the right of the middle for what was added, to the left for what was taken away. */
function moveRow(name, amount, largest, words) {
  const fill = element("span", {
    class: "move-fill",
    data: { sign: amount < 0 ? "minus" : "plus" },
  });
  fill.style.width = `${(Math.abs(amount) / largest) * 50}%`;
  return element(
    "li",
    { class: "bar-row" },
    element("span", { class: "bar-row-label" }, name),
    element("span", { class: "measure-track move-track", "aria-hidden": "true" }, fill),
    element("span", { class: "measure-value" }, words),
  );
}

function everyColumn(entries, signed) {
  const rows = entries.map(([name, amount]) => numbersRow(name, [signed(amount)]));
  return table("What every column contributed", ["Column", "Moved it by"], rows, "tall");
}
