// How good a model of a table is, in figures that are explained.

import { element } from "../dom.js";
import { formatDuration, formatFigure, formatFineShare } from "../format.js";
import { algorithmWord } from "../words.js";
import { figureCard } from "./figure.js";

const share = formatFineShare;
const ACCURACY = {
  classification: [
    "Right answers",
    "Share of rows it had never seen that it put in the right class.",
  ],
  regression: ["Accuracy", "100 % less the typical miss, on rows it had never seen."],
};
const FIGURES = {
  test_r2: ["Variation explained", "1 is perfect; 0 is no better than the average.", formatFigure],
  mae: ["Average miss", "In the unit of the target.", formatFigure],
  rmse: ["Average miss, large ones count more", "In the unit of the target.", formatFigure],
  wape: ["Typical miss", "All misses as a share of all values.", share],
  f1_macro: ["Balance of the classes (F1)", "Counts rare classes as much as frequent ones.", share],
  balanced_accuracy: ["Right answers, class by class", "The average over the classes.", share],
  roc_auc: ["Ranking (ROC AUC)", "100 % ranks perfectly; 50 % is chance.", share],
  log_loss: ["Log loss", "Smaller is better; it punishes confident mistakes.", formatFigure],
};

const isRegression = (metrics) =>
  Number.isFinite(metrics.test_r2) && !Number.isFinite(metrics.f1_macro);

/** Cards for the metrics of a finished training, and the way to the model. */
export function tableResult({ metrics, model_id: modelId }) {
  const word = metrics.algorithm ? algorithmWord(metrics.algorithm) : "the best method";
  const length = formatDuration(metrics.total_time_seconds);
  return element(
    "section",
    { class: "result", "aria-label": "Result" },
    element("p", { class: "result-lead" }, `Trained with ${word} in ${length}.`),
    tableFigures(metrics),
    element(
      "p",
      {},
      element("a", { class: "button", href: `#/models/${modelId}` }, "See the model"),
    ),
  );
}

/** The metrics of a table's model as cards; the most important one first. */
export function tableFigures(metrics) {
  const [label, meaning] = ACCURACY[isRegression(metrics) ? "regression" : "classification"];
  const main = figureCard({ label, meaning, value: share(metrics.test_accuracy), tone: "good" });
  const others = Object.entries(FIGURES)
    .filter(([name]) => Number.isFinite(metrics[name]))
    .map(([name, [title, text, format]]) =>
      figureCard({ label: title, meaning: text, value: format(metrics[name]) }),
    );
  return element("div", { class: "figures" }, main, others);
}

/** The methods that were compared, best first. */
export function leaderboard(entries) {
  const rows = entries.map((entry) =>
    element(
      "tr",
      { class: entry.is_chosen ? "chosen" : null },
      element("th", { scope: "row" }, algorithmWord(entry.algorithm)),
      element(
        "td",
        { class: "number" },
        entry.score === null ? "failed" : formatFigure(entry.score),
      ),
      element("td", { class: "number" }, formatDuration(entry.fit_seconds)),
      element("td", {}, entry.is_chosen ? "chosen" : (entry.failure ?? "")),
    ),
  );
  const head = ["Method", "Score", "Time", ""].map((title) =>
    element("th", { scope: "col" }, title),
  );
  return element(
    "table",
    { class: "table" },
    element("caption", {}, "Methods compared on the training rows"),
    element("thead", {}, element("tr", {}, head)),
    element("tbody", {}, rows),
  );
}
