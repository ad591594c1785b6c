// What whoever uses a model should know about it: cautions first, then what was noticed.

import { element } from "../dom.js";
import { hint } from "./notice.js";

/** A section, or null where there is nothing to say. */
export function goodToKnow(model, sections = {}, board = { entries: [] }) {
  const { details, training_data_points: rows, ml_task: task } = model;
  const { notes = [], profile = {} } = details;
  const warnings = [
    ...suspects(profile),
    ...hardlyBetter(board),
    ...unclear(sections),
    ...fewRows(rows, task),
  ];
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
const HARDLY = 0.02;
const ERRORS = ["log_loss", "rmse", "mae", "wape"];

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

/** Compared with a method that says the same whatever the row. */
function hardlyBetter({ entries, metric }) {
  const chosen = entries.find((entry) => entry.is_chosen)?.score;
  const simplest = entries.find(({ algorithm }) => algorithm === "baseline")?.score;
  if (!ERRORS.includes(metric) || !Number.isFinite(chosen) || !(simplest > 0)) return [];
  if (chosen < simplest * (1 - HARDLY)) return [];
  return [
    "It is hardly better than always giving the usual answer: the columns tell little of it.",
  ];
}

const unclear = ({ are_clear: areClear, clarity }) =>
  areClear === false ? [`There are no clear groups in this table: ${clarity}.`] : [];

const fewRows = (rows, task) =>
  Number.isFinite(rows) && rows < FEW_ROWS && task !== "time_series"
    ? [`It learned from ${rows} rows only, so every figure may be off by chance.`]
    : [];
