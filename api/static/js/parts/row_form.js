// A form with one field for each column that a model reads, filled with usual values.

import { element } from "../dom.js";
import { rangeWords } from "./column_words.js";
import { field, input, select } from "./field.js";

const YES_OR_NO = [
  ["", "Not known"],
  ["true", "Yes"],
  ["false", "No"],
];

let lists = 0;

/** Fields for these columns of a profile. They are found by place, so a column may be called anything. */
export function rowFields(columns) {
  const controls = columns.map(([, column], at) => control(`column-${at}`, column));
  const grid = element(
    "div",
    { class: "form-grid" },
    columns.map(([name, column], at) => {
      const box = field(name, controls[at], inTheTable(column));
      box.append(suggestions(controls[at], column) ?? "");
      return box;
    }),
  );
  const row = () =>
    Object.fromEntries(
      columns.map(([name, column], at) => [name, read(controls[at].value, column)]),
    );
  return { grid, row };
}

/** A control that holds what is usual: the median, the most frequent value, the newest day. */
function control(name, { type, median, min, top = [], max }) {
  if (type === "boolean") return select(name, YES_OR_NO, String(top[0]?.value ?? "").toLowerCase());
  if (type === "number") {
    const value = [min, max, median].every(Number.isInteger) ? median : rounded(median);
    return input(name, { type: "number", step: "any", value });
  }
  if (type === "date") return input(name, { type: "date", value: max?.slice(0, 10) });
  return input(name, { value: top[0]?.value });
}

const rounded = (value) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);

function inTheTable(column) {
  const range = rangeWords(column);
  return range && `${range} in the table`;
}

/** The frequent values of a text, offered while typing. */
function suggestions(box, { type, top = [] }) {
  if (type !== "text" || !top.length) return null;
  lists += 1;
  box.setAttribute("list", `values-${lists}`);
  const options = top.map(({ value }) => element("option", { value }));
  return element("datalist", { id: `values-${lists}` }, options);
}

function read(text, { type }) {
  if (text === "") return null;
  if (type === "number") return Number(text);
  return type === "boolean" ? text === "true" : text;
}
