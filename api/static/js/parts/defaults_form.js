// What a training is told that does not say otherwise.

import { element } from "../dom.js";
import { patchJson } from "../api.js";
import { algorithmWord } from "../words.js";
import { field, form, input, select } from "./field.js";

const ALGORITHMS = [
  "prophet",
  "prophet_covariates",
  "gradient_boosting",
  "poisson",
  "seasonal_mean",
  "seasonal_naive",
  "drift",
  "croston_tsb",
  "shared_profile",
  "prophet_multiplicative",
  "prophet_tuned",
  "pooled",
  "mstl",
  "ets",
  "theta",
  "ces",
  "arima",
  "adida",
];
const BUDGETS = [
  ["", "As the service is set"],
  ["fast", "Fast: the quickest methods"],
  ["balanced", "Balanced: the methods that pay"],
  ["best", "Best: every method, takes longer"],
];
const WORDS = new Set(["algorithm", "budget"]);
const ZEROS = [
  ["", "Left out where they look like closed days or empty shelves"],
  ["true", "Always count as no demand"],
];
const OUTLIERS = [
  ["", "Brought closer to the usual"],
  ["true", "Learned from as they are"],
];
const PATTERN = [
  ["", "As the service is set"],
  ["true", "Yes"],
  ["false", "No"],
];

/** A form that saves itself; settings that it does not show stay. */
export function defaultsForm({ training_defaults: known }) {
  const number = (name, bounds) =>
    input(name, { type: "number", value: known[name] ?? "", ...bounds });
  const pattern = (name) => select(name, PATTERN, known[name] ?? "");
  const fields = [
    field(
      "Method",
      select(
        "algorithm",
        [
          ["", "The best of all, by test"],
          ...ALGORITHMS.map((name) => [name, algorithmWord(name)]),
        ],
        known.algorithm ?? "",
      ),
    ),
    field("Care taken with each product", select("budget", BUDGETS, known.budget ?? "")),
    field("Days to forecast", number("horizon_days", { min: 1, max: 730 })),
    field("Days of sales needed", number("min_training_days", { min: 2, max: 3650 })),
    field(
      "Width of the range",
      number("prophet_interval_width", { min: 0.5, max: 0.995, step: "any" }),
      "0.95 means that 95 of 100 days fall inside.",
    ),
    field(
      "Days without sales",
      select("zeros_are_real", ZEROS, known.zeros_are_real ?? ""),
      "A shelf that was empty says nothing about what people wanted.",
    ),
    field("Unusual amounts", select("outliers_are_real", OUTLIERS, known.outliers_are_real ?? "")),
    field("Patterns within a week", pattern("prophet_weekly_seasonality")),
    field("Patterns within a year", pattern("prophet_yearly_seasonality")),
  ];
  return form(element("div", { class: "form-grid" }, fields), "Save", async (values) => {
    const defaults = { ...known, ...optionsOf(values) };
    await patchJson("training/tenant", { training_defaults: defaults });
    return "Saved. It counts from the next training on.";
  });
}

/** What was entered, as the service takes it; null for what was left empty. */
function optionsOf(values) {
  const read = { true: true, false: false, "": null };
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [
      name,
      WORDS.has(name) ? text || null : text in read ? read[text] : Number(text),
    ]),
  );
}
