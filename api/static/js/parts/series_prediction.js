// Asking a model of time series for so many periods ahead.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { formatMeasure } from "../format.js";
import { field, form, input } from "./field.js";
import { numbersRow, table } from "./table.js";

/** A section with the form. */
export function seriesPrediction({ model_id: modelId, metrics }) {
  const answer = element("div", { role: "status" });
  const horizon = input("horizon", {
    type: "number",
    min: 1,
    max: metrics.horizon,
    value: Math.min(7, metrics.horizon ?? 7),
    required: true,
  });
  const fields = field("Periods ahead", horizon, `Up to ${metrics.horizon}, as it was tested`);
  const ask = form(fields, "Predict", async ({ horizon: wanted }) => {
    const path = `models/${encodeURIComponent(modelId)}/predict`;
    answer.replaceChildren(answerTable(await postJson(path, { horizon: Number(wanted) })));
  });
  return element(
    "section",
    { class: "setting", "aria-label": "Ask it" },
    element("h2", {}, "Ask it"),
    element(
      "p",
      { class: "muted" },
      "The coming periods of every series, with their likely range.",
    ),
    ask,
    answer,
  );
}

function answerTable({ predictions, intervals, rows }) {
  const lines = rows.map((row, at) =>
    numbersRow(
      Object.values(row).join(", "),
      [predictions[at], ...(intervals?.[at] ?? [])].map(formatMeasure),
    ),
  );
  const head = ["Series and period", "Most likely", "At least", "At most"];
  return table("Predicted periods", head, lines, "tall");
}
