// What a training may be told: the usual questions, those for who knows the methods, and reading
// the answers. What is left empty, the next in line decides.

import { element } from "../dom.js";
import { plural } from "../format.js";
import { algorithmWord } from "../words.js";
import { field, input, select } from "./field.js";

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
  "seasonal_median",
  "autoregression",
];
const BUDGETS = [
  ["", "As the service is set"],
  ["fast", "Quick: the quickest methods"],
  ["balanced", "Balanced: the methods that pay"],
  ["best", "Best: every method, takes longer"],
];
const ENGINES = [
  ["", "As the service is set"],
  ["exact", "Built in: the same model in milliseconds"],
  ["stan", "The Prophet package itself, much slower"],
];
const ZEROS = [
  ["", "Left out where they look like closed days or empty shelves"],
  ["true", "Always count as no demand"],
];
const OUTLIERS = [
  ["", "Brought closer to the usual"],
  ["true", "Learned from as they are"],
];
const POINTS = [
  ["", "As the service is set"],
  ["nearest", "Nearest: often 0 for what is rarely sold"],
  ["mean", "Average: what days bring over time"],
];
const PATTERN = [
  ["", "As the service is set"],
  ["true", "Yes"],
  ["false", "No"],
];
const TEXTS = new Set(["algorithm", "budget", "engine", "point"]);

/** How a training goes that was told these options, in a few words; empty if it was told none. */
export const optionWords = ({ budget, horizon_days: days, algorithm }) =>
  [
    BUDGETS.find(([value]) => value && value === budget)?.[1].split(":")[0],
    days && `${plural(days, "day")} ahead`,
    algorithm && algorithm !== "auto" && algorithmWord(algorithm),
  ]
    .filter(Boolean)
    .join(", ");

/** How much care, and how far ahead; `known` holds what is said already. */
export const usualFields = (known) => [
  field(
    "Care taken with each product",
    select("budget", BUDGETS, known.budget ?? ""),
    "More care tries more methods. Quick suits thousands of products.",
  ),
  field(
    "Days to forecast",
    number(known, "horizon_days", { min: 1, max: 730 }),
    "Left empty, as the service is set.",
  ),
];

/** What few people change, folded away. */
export const advancedFields = (known) =>
  element(
    "details",
    { class: "more" },
    element("summary", {}, "Advanced"),
    element("div", { class: "form-grid" }, methodFields(known), dataFields(known)),
  );

const methodFields = (known) => [
  field(
    "Method",
    select(
      "algorithm",
      [["", "The best of all, by test"], ...ALGORITHMS.map((name) => [name, algorithmWord(name)])],
      known.algorithm ?? "",
    ),
  ),
  field(
    "What fits the Prophet methods",
    select("engine", ENGINES, known.engine ?? ""),
    "Both find the same forecast.",
  ),
  field(
    "What a day is expected to bring",
    select("point", POINTS, known.point ?? ""),
    "The average suits orders that add up many days.",
  ),
  field(
    "Width of the range",
    number(known, "prophet_interval_width", { min: 0.5, max: 0.995, step: "any" }),
    "0.95 means that 95 of 100 days fall inside.",
  ),
  field(
    "How readily the trend bends",
    number(known, "prophet_changepoint_prior_scale", { min: 0.0001, max: 10, step: "any" }),
    "0.05 is usual; more follows a business that changes often.",
  ),
  field("Patterns within a week", pattern(known, "prophet_weekly_seasonality")),
  field("Patterns within a year", pattern(known, "prophet_yearly_seasonality")),
];

const dataFields = (known) => [
  field("Days of sales needed", number(known, "min_training_days", { min: 2, max: 3650 })),
  field(
    "Days without sales",
    select("zeros_are_real", ZEROS, known.zeros_are_real ?? ""),
    "A shelf that was empty says nothing about what people wanted.",
  ),
  field("Unusual amounts", select("outliers_are_real", OUTLIERS, known.outliers_are_real ?? "")),
];

const number = (known, name, bounds) =>
  input(name, { type: "number", value: known[name] ?? "", ...bounds });

const pattern = (known, name) => select(name, PATTERN, known[name] ?? "");

/** What was entered without what was left empty, as the service takes it. */
export const statedOptions = (values) =>
  Object.fromEntries(Object.entries(readOptions(values)).filter(([, value]) => value !== null));

/** What was entered, as the service takes it; null for what was left empty. */
export function readOptions(values) {
  const read = { true: true, false: false, "": null };
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [
      name,
      TEXTS.has(name) ? text || null : text in read ? read[text] : Number(text),
    ]),
  );
}
