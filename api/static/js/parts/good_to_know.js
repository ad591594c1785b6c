// What whoever uses a model should know about it: cautions first, then what was noticed.

import { element } from "../dom.js";
import { hint } from "./notice.js";

/** A section, or null where there is nothing to say. */
export function goodToKnow({ details, training_data_points: rows, ml_task: task }, sections = {}) {
  const { notes = [], profile = {} } = details;
  const warnings = [...suspects(profile), ...unclear(sections), ...fewRows(rows, task)];
  if (!warnings.length && !notes.length) return null;
  return element(
    "section",
    { class: "origin", "aria-label": "Good to know" },
    element("h2", {}, "Good to know"),
    warnings.map((text) => hint(text, "warn")),
    element(
      "ul",
      {},
      notes.map((note) => element("li", {}, note)),
    ),
  );
}

const FEW_ROWS = 200;

function suspects({ leakage_suspects: found }) {
  const names = Object.keys(found ?? {});
  if (!names.length) return [];
  const listed = names.map((name) => `“${name}”`).join(", ");
  return [
    `Perhaps too good to be true: ${listed} alone nearly ${names.length === 1 ? "gives" : "give"} ` +
      "the answer away. Make sure that it is known before the answer is; else leave it out and " +
      "train again.",
  ];
}

const unclear = ({ are_clear: areClear, clarity }) =>
  areClear === false ? [`There are no clear groups in this table: ${clarity}.`] : [];

const fewRows = (rows, task) =>
  Number.isFinite(rows) && rows < FEW_ROWS && task !== "time_series"
    ? [`It learned from ${rows} rows only, so every figure may be off by chance.`]
    : [];
