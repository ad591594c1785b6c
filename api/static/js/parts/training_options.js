// What a training of a table may be told beyond its task; each is left to the service when empty.

import { element, setText } from "../dom.js";
import { formatShare } from "../format.js";
import { field, input, select } from "./field.js";

const METRICS = {
  regression: [
    ["", "As usual: large misses count more (RMSE)"],
    ["mae", "Average miss"],
    ["wape", "Misses as a share of all values"],
    ["r2", "Variation explained"],
  ],
  classification: [
    ["", "As usual: honest chances (log loss)"],
    ["accuracy", "Right answers"],
    ["balanced_accuracy", "Right answers, class by class"],
    ["f1_macro", "Balance of the classes (F1)"],
    ["roc_auc", "Ranking (ROC AUC)"],
  ],
  clustering: [
    ["", "As usual: separation and stability"],
    ["silhouette", "Separation (silhouette)"],
    ["calinski_harabasz", "Calinski-Harabasz index"],
    ["davies_bouldin", "Davies-Bouldin index"],
    ["stability", "Stability"],
  ],
};
const SUPERVISED = ["regression", "classification"];
const WITH_TIME = [...SUPERVISED, "time_series"];
const NUMBERS = ["time_budget_seconds", "horizon", "seed", "max_predict_ms"];

const number = (name, attributes) => input(name, { type: "number", ...attributes });

/** Name of the field in the request, its label, its control, help, and the tasks that know it. */
const fields = () => [
  [
    "time_budget_seconds",
    "Time to look for the best model",
    number("time_budget_seconds", { min: 1, step: "any", placeholder: "as the service is set up" }),
    "In seconds. More time finds better models.",
  ],
  ["metric", "Choose models by", select("metric", []), null, [...SUPERVISED, "clustering"]],
  [
    "time_column",
    "Column that tells the time",
    select("time_column", []),
    "The test is then on the newest rows.",
    WITH_TIME,
  ],
  [
    "group_column",
    "Column that tells groups or series apart",
    select("group_column", []),
    "Rows of one customer, shop or machine are then never both learned from and tested on.",
    WITH_TIME,
  ],
  [
    "horizon",
    "Periods to look ahead",
    number("horizon", { min: 1, max: 10_000, step: 1, placeholder: "as the history allows" }),
    "Days, weeks or months, as the rows come.",
    ["time_series"],
  ],
  [
    "max_predict_ms",
    "Longest time for one prediction",
    number("max_predict_ms", { min: 0.001, step: "any", placeholder: "no limit" }),
    "In milliseconds. Slower methods are left out.",
    [...SUPERVISED, "clustering"],
  ],
  [
    "seed",
    "Seed",
    number("seed", { min: 0, max: 2 ** 32 - 1, step: 1, placeholder: "the usual one" }),
    "The same file and seed give the same model, as far as time allows.",
  ],
  [
    "task_name",
    "Name of the training",
    input("task_name", { maxlength: 200 }),
    "To recognise the model by.",
  ],
];

/** Returns `{node, adapt(task), offer(columns), read(task)}`. */
export function trainingOptions() {
  const all = fields().map(([name, label, control, help, tasks]) => ({
    name,
    control,
    tasks,
    box: field(label, control, help),
  }));
  const named = Object.fromEntries(all.map((one) => [one.name, one]));
  const share = testShare();
  const excluded = excludedColumns();
  const offer = (columns) => {
    const choices = [["", "Found by itself"], ...columns.map((name) => [name, name])];
    for (const name of ["time_column", "group_column"]) fill(named[name].control, choices);
    excluded.offer(columns);
  };
  offer([]);
  const node = element(
    "details",
    { class: "more" },
    element("summary", {}, "More options"),
    element(
      "div",
      { class: "form-grid" },
      all.map(({ box }) => box),
      share.box,
    ),
    excluded.node,
  );
  return {
    node,
    adapt(task) {
      for (const { box, tasks } of all) box.hidden = Boolean(tasks) && !tasks.includes(task);
      fill(named.metric.control, METRICS[task] ?? []);
    },
    offer,
    read(task) {
      const told = all
        .filter(({ control, tasks }) => control.value && (!tasks || tasks.includes(task)))
        .map(({ name, control }) => [name, valueOf(name, control)]);
      const names = excluded.read();
      if (names.length) told.push(["exclude_columns", names]);
      return Object.fromEntries([...told, ["test_size", Number(share.control.value)]]);
    },
  };
}

const valueOf = (name, { value }) => (NUMBERS.includes(name) ? Number(value) : value);

const fill = (control, choices) =>
  control.replaceChildren(...choices.map(([value, words]) => element("option", { value }, words)));

function testShare() {
  const control = input("test_size", { type: "range", min: 0.1, max: 0.5, step: 0.05, value: 0.2 });
  const words = element("output");
  const show = () => setText(words, formatShare(Number(control.value)));
  control.addEventListener("input", show);
  show();
  const box = field("Rows kept back for the test", control);
  const range = element("div", { class: "range" });
  control.before(range);
  range.append(control, words);
  return { control, box };
}

/** Boxes to tick, offered once the columns are known. */
function excludedColumns() {
  const boxes = element("div", { class: "column-boxes" });
  const node = element(
    "fieldset",
    { class: "field excluded", hidden: true },
    element("legend", {}, "Columns not to learn from"),
    boxes,
  );
  const box = (name) =>
    element("label", {}, element("input", { type: "checkbox", value: name }), name);
  return {
    node,
    offer(columns) {
      node.hidden = columns.length === 0;
      boxes.replaceChildren(...columns.map(box));
    },
    read: () => [...boxes.querySelectorAll(":checked")].map(({ value }) => value),
  };
}
