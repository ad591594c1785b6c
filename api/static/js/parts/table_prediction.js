// One row for a model of a table to answer, and why it answers so.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { formatMeasure, formatShare } from "../format.js";
import { actionButton } from "./action.js";
import { barList } from "./bar_list.js";
import { contributions } from "./contributions.js";
import { filePrediction } from "./file_prediction.js";
import { form } from "./field.js";
import { figureCard } from "./figure.js";
import { rowFields } from "./row_form.js";

const CLASSES_SHOWN = 12;

/** A section with the form; null where the columns are not recorded. */
export function tablePrediction(model, signal) {
  const profiled = model.details.profile?.columns;
  if (!profiled) return null;
  const columns = model.features
    .filter((name) => Object.hasOwn(profiled, name))
    .map((name) => [name, profiled[name]]);
  const { grid, row } = rowFields(columns);
  const answer = element("div", { class: "setting", role: "status" });
  const ask = form(grid, "Predict", async () => {
    const rows = [row()];
    answer.replaceChildren(...answerParts(await asked(model, "predict", rows), model, rows));
  });
  return element(
    "section",
    { class: "setting", "aria-label": "Ask it" },
    element("h2", {}, "Ask it"),
    element(
      "p",
      { class: "muted" },
      "The fields hold usual values: change what you know. What you empty counts as unknown.",
    ),
    ask,
    answer,
    filePrediction(model, signal),
  );
}

const asked = ({ model_id: modelId }, what, rows) =>
  postJson(`models/${encodeURIComponent(modelId)}/${what}`, { rows });

function answerParts(told, model, rows) {
  const {
    predictions: [prediction],
    classes,
    probabilities,
  } = told;
  const isAmount = model.ml_task === "regression";
  const card = figureCard({
    label: model.details.target_variable ?? "Group",
    value: isAmount ? formatMeasure(Number(prediction)) : String(prediction),
    meaning: rangeOf(told) ?? "The model's answer for this row.",
  });
  const parts = [element("div", { class: "figures" }, card)];
  if (classes) parts.push(barList("How sure it is", shares(classes, probabilities[0])));
  return [...parts, whyButton(model, rows, isAmount)];
}

function rangeOf({ intervals, interval_level: level }) {
  const [low, high] = intervals?.[0] ?? [];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  const range = `${formatMeasure(low)} to ${formatMeasure(high)}`;
  return `Probably ${range}: such ranges hold ${formatShare(level)} of what comes true.`;
}

const shares = (classes, of) =>
  classes
    .map((name, at) => ({ label: name, value: of[at], words: formatShare(of[at]) }))
    .sort((one, other) => other.value - one.value)
    .slice(0, CLASSES_SHOWN);

/** Explaining takes some seconds, so it is done when somebody wants to know. */
function whyButton(model, rows, isAmount) {
  const place = element("div");
  const explain = async () => {
    const told = await asked(model, "explain", rows);
    place.replaceChildren(contributions(told, isAmount));
  };
  const button = actionButton("Why this answer?", explain, place);
  return element("div", { class: "setting" }, element("div", {}, button), place);
}
