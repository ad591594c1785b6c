// How accuracy, trainings and their length went from day to day.

import { element } from "../dom.js";
import { formatBriefDuration, formatCount, formatFigure, formatPercentage } from "../format.js";
import { hint } from "./notice.js";
import { section } from "./section.js";
import { trendChart } from "./trend_chart.js";

const FULL = 100;

/** The section about days; a single day makes no trend. */
export function trendSection(performance, accuracy, duration) {
  const charts = [
    accuracyTrend(accuracy.trend),
    errorTrend(accuracy.trend),
    trainingsTrend(performance.trend),
    durationTrend(duration.trend),
  ].filter(Boolean);
  return section("Over time", [
    charts.length
      ? element("div", { class: "trends" }, charts)
      : hint("Trainings on two days are needed to show how things change."),
  ]);
}

/** A chart of what `valuesOf` reads from each day; null below two days. */
function chartOf(days, valuesOf, chart) {
  if (days.length < 2) return null;
  return trendChart({
    ...chart,
    points: days.map((one) => ({ day: one.day, values: valuesOf(one) })),
  });
}

const accuracyTrend = (days) =>
  chartOf(days, (day) => [day.mean_accuracy], {
    title: "Accuracy of what was trained",
    lines: [{ words: "On average", mark: "expected" }],
    written: formatPercentage,
    reach: [0, FULL],
  });

const errorTrend = (days) =>
  chartOf(days, (day) => [day.mean_mase], {
    title: "Error beside last season's",
    lines: [{ words: "Below 1 is better than repeating", mark: "expected" }],
    written: formatFigure,
    reach: [0, 1],
  });

const trainingsTrend = (days) =>
  chartOf(days, (day) => [day.trained, day.failed], {
    title: "Products trained",
    lines: [
      { words: "Trained", mark: "expected" },
      { words: "Failed", mark: "failed" },
    ],
    written: formatCount,
    reach: [0, 1],
  });

const durationTrend = (days) =>
  chartOf(days, (day) => [day.p50, day.p90], {
    title: "How long a product took",
    lines: [
      { words: "Half within", mark: "expected" },
      { words: "Nine of ten within", mark: "most" },
    ],
    written: formatBriefDuration,
  });
