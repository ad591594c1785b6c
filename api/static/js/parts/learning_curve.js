// How the score grew with the number of rows that were learned from.

import { formatCount, formatMeasure } from "../format.js";
import { dots, line, plot } from "./plot.js";
import { scoreWords } from "./table_metrics.js";

/** The chart, or null where models were compared at one number of rows only. */
export function learningCurve({ learning_curve: points }, metric) {
  if (!points || points.length < 2) return null;
  const scores = points.map(({ score }) => score);
  const rows = points.map((point) => point.rows);
  return plot({
    title: "What more rows bring",
    about: inWords(points, metric),
    across: { low: 0, high: Math.max(...rows), label: "Rows learned from", format: formatCount },
    up: { low: Math.min(...scores), high: Math.max(...scores), isLoose: true },
    marks: ({ x, y }) => {
      const places = points.map((point) => [x(point.rows), y(point.score)]);
      return [line(places, { class: "chart-line" }), dots(places, { class: "chart-dot", r: 4 })];
    },
    legend: [["expected", `Score: ${scoreWords(metric)}`]],
  });
}

function inWords(points, metric) {
  const [first, last] = [points[0], points.at(-1)];
  return (
    `From ${formatCount(first.rows)} to ${formatCount(last.rows)} rows, the score goes from ` +
    `${formatMeasure(first.score)} to ${formatMeasure(last.score)} (${scoreWords(metric)})`
  );
}
