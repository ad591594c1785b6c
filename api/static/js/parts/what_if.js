// What would sell at another price or on promotion: the forecast of some days, asked for anew.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { formatFigure, formatPeriod, localToday } from "../format.js";
import { field, form, input, select } from "./field.js";
import { hint } from "./notice.js";
import { numbersRow, table } from "./table.js";

const DAYS = 7;
const PROMOTION = [
  ["", "As it is planned"],
  ["1", "On promotion"],
  ["0", "Not on promotion"],
];

/** A section with a form; null where neither price nor promotion changes the forecast. */
export function whatIf({ model_id: modelId, features }, { forecast, frequency }) {
  const known = ["price", "promotion"].filter((name) => features.includes(name));
  if (!known.length || !forecast.length) return null;
  const answer = element("div", { role: "status" });
  const grid = element(
    "div",
    { class: "form-grid" },
    dayFields(forecast),
    known.map(covariateField),
  );
  const ask = form(grid, "Forecast this", async ({ from, to, ...stated }) => {
    const days = forecast.filter(({ ds }) => from <= ds.slice(0, 10) && ds.slice(0, 10) <= to);
    if (!days.length) throw new Error("The last day must not be before the first.");
    const rows = days.map(({ ds }) => ({ ds, ...numbersIn(stated) }));
    const path = `training/models/${encodeURIComponent(modelId)}/predict`;
    const { predictions, notes } = await postJson(path, { rows });
    answer.replaceChildren(
      answerTable(predictions, days, frequency),
      ...(notes ?? []).map((n) => hint(n)),
    );
  });
  return element(
    "section",
    { class: "setting", "aria-label": "What if" },
    element("h2", {}, "What if"),
    element(
      "p",
      { class: "muted" },
      "The forecast for another price, or with and without promotion.",
    ),
    ask,
    answer,
  );
}

function dayFields(forecast) {
  const days = forecast.map(({ ds }) => ds.slice(0, 10));
  const bounds = { type: "date", required: true, min: days[0], max: days.at(-1) };
  const start = Math.max(
    0,
    days.findIndex((day) => day >= localToday()),
  );
  const end = Math.min(days.length - 1, start + DAYS - 1);
  return [
    field("First day", input("from", { ...bounds, value: days[start] })),
    field("Last day", input("to", { ...bounds, value: days[end] })),
  ];
}

const covariateField = (name) =>
  name === "price"
    ? field(
        "Price",
        input("price", { type: "number", step: "any", min: 0 }),
        "Left empty, as planned.",
      )
    : field("Promotion", select("promotion", PROMOTION));

/** What was stated, as numbers. */
const numbersIn = (stated) =>
  Object.fromEntries(
    Object.entries(stated)
      .filter(([, text]) => text !== "")
      .map(([name, text]) => [name, Number(text)]),
  );

function answerTable(predictions, days, frequency) {
  const rows = predictions.map(({ ds, yhat, yhat_lower: low, yhat_upper: high }, at) =>
    numbersRow(formatPeriod(ds, frequency), [days[at].yhat, yhat, low, high].map(formatFigure)),
  );
  const head = ["When", "As planned", "Then", "At least", "At most"];
  return table("Forecast for this", head, rows, "tall");
}
