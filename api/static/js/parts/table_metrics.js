// The metrics of a model of a table: what each means, and how sure it is.

import { element } from "../dom.js";
import { formatCount, formatFineShare, formatMeasure } from "../format.js";
import { figureCard } from "./figure.js";

const share = formatFineShare;

const AVERAGE_MISS = ["Average miss", "In the unit of the target.", formatMeasure];
const LARGE_MISS = [
  "Average miss, large ones count more",
  "In the unit of the target.",
  formatMeasure,
];
const TYPICAL_MISS = ["Typical miss", "All misses as a share of all values.", share];

/** By task, the most important first: name of the metric, its title, meaning and how it is written. */
const FIGURES = {
  classification: {
    test_accuracy: [
      "Right answers",
      "Share of rows it had never seen that it put in the right class.",
      share,
    ],
    f1_macro: [
      "Balance of the classes (F1)",
      "Counts rare classes as much as frequent ones.",
      share,
    ],
    balanced_accuracy: ["Right answers, class by class", "The average over the classes.", share],
    roc_auc: ["Ranking (ROC AUC)", "100 % ranks perfectly; 50 % is chance.", share],
    log_loss: ["Log loss", "Smaller is better; it punishes confident mistakes.", formatMeasure],
  },
  regression: {
    test_accuracy: ["Accuracy", "100 % less the typical miss, on rows it had never seen.", share],
    test_r2: [
      "Variation explained",
      "1 is perfect; 0 is no better than the average.",
      formatMeasure,
    ],
    mae: AVERAGE_MISS,
    rmse: LARGE_MISS,
    wape: TYPICAL_MISS,
  },
  clustering: {
    clusters: ["Groups", "So many groups were found.", formatCount],
    test_accuracy: [
      "Stability",
      "How far groups made from other rows agree: 1 is fully, 0 is chance.",
      formatMeasure,
    ],
    silhouette: ["Separation (silhouette)", "1 is far apart; below 0 is mixed up.", formatMeasure],
    share_without_cluster: ["Rows in no group", "Too unlike all others.", share],
    target_adjusted_rand: [
      "Agreement with the column you named",
      "1 is the same groups; 0 is chance.",
      formatMeasure,
    ],
  },
  time_series: {
    test_accuracy: [
      "Accuracy",
      "100 % less the typical miss, on periods it had never seen.",
      share,
    ],
    mase: [
      "Error beside the last season repeated",
      "Below 1 is better than repeating it.",
      formatMeasure,
    ],
    coverage: [
      "Inside the range",
      "Share of periods that fell inside the range told for them.",
      share,
    ],
    wape: TYPICAL_MISS,
    seasonal_naive_wape: [
      "Typical miss of the last season repeated",
      "The simplest forecast, to compare with.",
      share,
    ],
  },
};

const SCORES = {
  log_loss: "log loss, smaller is better",
  rmse: "average miss with large ones counting more, smaller is better",
  mae: "average miss, smaller is better",
  wape: "typical miss, smaller is better",
  mase: "error beside the last season repeated, smaller is better",
  r2: "variation explained, larger is better",
  accuracy: "share of right answers, larger is better",
  balanced_accuracy: "right answers class by class, larger is better",
  f1_macro: "balance of the classes (F1), larger is better",
  roc_auc: "ranking (ROC AUC), larger is better",
  rank_and_stability: "separation and stability together, larger is better",
  stability: "stability, larger is better",
  silhouette: "separation (silhouette), larger is better",
  calinski_harabasz: "Calinski-Harabasz index, larger is better",
  davies_bouldin: "Davies-Bouldin index, smaller is better",
};

/** What a score on the leaderboard is a value of. */
export const scoreWords = (metric) => SCORES[metric] ?? metric;

/** The task that such metrics are of. */
export function taskOf(metrics) {
  if (Number.isFinite(metrics.clusters)) return "clustering";
  if (Number.isFinite(metrics.mase)) return "time_series";
  const isRegression = Number.isFinite(metrics.test_r2) && !Number.isFinite(metrics.f1_macro);
  return isRegression ? "regression" : "classification";
}

/** The metrics as cards; `intervals` tells by metric between what it lies. */
export function tableFigures(metrics, task = taskOf(metrics), intervals = {}) {
  const known = Object.entries(FIGURES[task] ?? {}).filter(([name]) =>
    Number.isFinite(metrics[name]),
  );
  const cards = known.map(([name, [label, meaning, format]], position) =>
    figureCard({
      label,
      value: format(metrics[name]),
      meaning: [meaning, surely(intervals[name], format)].filter(Boolean).join(" "),
      tone: position === 0 ? "good" : "plain",
    }),
  );
  return element("div", { class: "figures" }, cards);
}

/** What chance in the test rows leaves open, in words. */
function surely(interval, format) {
  if (!interval || !Number.isFinite(interval.low)) return null;
  return `On other rows probably ${format(interval.low)} to ${format(interval.high)}.`;
}
