// One row for a model of a table to answer: a form made from the columns that it learned.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { formatFigure, formatShare } from "../format.js";
import { field, form, input, select } from "./field.js";
import { figureCard } from "./figure.js";
import { barList } from "./bar_list.js";

const YES_OR_NO = [
  ["", "Not known"],
  ["true", "Yes"],
  ["false", "No"],
];

/** A section with the form; null where the columns are not recorded. */
export function tablePrediction({ model_id: modelId, features, details }) {
  const columns = details.profile?.columns;
  if (!columns) return null;
  const known = features.filter((name) => columns[name]);
  const answer = element("div", { role: "status" });
  const fields = known.map((name) => columnField(name, columns[name]));
  const grid = element("div", { class: "form-grid" }, fields);
  const ask = form(grid, "Predict", async (values) => {
    const rows = [
      Object.fromEntries(known.map((name) => [name, read(values[name], columns[name])])),
    ];
    const path = `training/models/${encodeURIComponent(modelId)}/predict`;
    answer.replaceChildren(...answerParts(await postJson(path, { rows }), details.target_variable));
  });
  return element(
    "section",
    { class: "setting", "aria-label": "Ask it" },
    element("h2", {}, "Ask it"),
    element("p", { class: "muted" }, "Enter what you know; what is left empty counts as unknown."),
    ask,
    answer,
  );
}

function columnField(name, { type, median, top = [], max }) {
  if (type === "boolean") return field(name, select(name, YES_OR_NO));
  if (type === "number") {
    const usual = `such as ${formatFigure(median)}`;
    return field(name, input(name, { type: "number", step: "any", placeholder: usual }));
  }
  if (type === "date") {
    return field(name, input(name, { type: "date", value: max?.slice(0, 10) }));
  }
  const list = `values-${name}`;
  const values = top.map(({ value }) => element("option", { value }));
  const control = field(
    name,
    input(name, { list, placeholder: top[0] && `such as ${top[0].value}` }),
  );
  control.append(element("datalist", { id: list }, values));
  return control;
}

function read(text, { type }) {
  if (text === "" || text === undefined) return null;
  if (type === "number") return Number(text);
  return type === "boolean" ? text === "true" : text;
}

function answerParts({ predictions: [prediction], classes, probabilities }, target) {
  const value = typeof prediction === "number" ? formatFigure(prediction) : prediction;
  const card = figureCard({ label: target, value, meaning: "The model's answer for this row." });
  const parts = [element("div", { class: "figures" }, card)];
  if (classes) parts.push(barList("How sure it is", shares(classes, probabilities[0])));
  return parts;
}

const shares = (classes, of) =>
  classes
    .map((name, at) => ({ label: name, value: of[at], words: formatShare(of[at]) }))
    .sort((one, other) => other.value - one.value);
