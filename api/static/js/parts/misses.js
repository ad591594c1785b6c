// Where a regression is off: predicted beside actual amounts, and how its misses spread.

import { element } from "../dom.js";
import { formatFineShare, formatMeasure, plural } from "../format.js";
import { histogram } from "./histogram.js";
import { dots, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";

/** Two charts and the numbers behind; null where no rows were tested. */
export function misses({ residuals, interval_coverage: held }, target) {
  if (!residuals) return null;
  return element(
    "div",
    { class: "setting" },
    element("p", { class: "muted" }, leaning(residuals)),
    element(
      "div",
      { class: "plots" },
      beside(residuals.sample, target),
      spread(residuals.histogram),
    ),
    held && element("p", {}, coverage(held)),
    whenOpened("By size of the prediction", () => groups(residuals.by_prediction)),
  );
}

function beside({ actual, predicted }, target) {
  const all = [...actual, ...predicted];
  const ends = { low: Math.min(...all), high: Math.max(...all) };
  return plot({
    title: "Predicted (upwards) and actual",
    about: `Predicted and actual “${target}” of ${plural(actual.length, "row")} it had never seen`,
    across: { ...ends, label: `Actual ${target}` },
    up: { ...ends, isLoose: true },
    marks: ({ x, y }) => [
      line(
        [
          [x(ends.low), y(ends.low)],
          [x(ends.high), y(ends.high)],
        ],
        { class: "plot-chance" },
      ),
      dots(
        actual.map((value, at) => [x(value), y(predicted[at])]),
        { class: "plot-dot", r: 3 },
      ),
    ],
  });
}

const spread = ({ edges, rows }) =>
  histogram({
    title: "How far it was off",
    about: `Rows by miss, from ${formatMeasure(edges[0])} to ${formatMeasure(edges.at(-1))}`,
    label: "Actual less predicted",
    edges,
    counts: rows,
  });

function leaning({ mean, std }) {
  if (Math.abs(mean) < std / 10) return "On average it says neither too much nor too little.";
  const direction = mean > 0 ? "too little" : "too much";
  return `On average it says ${formatMeasure(Math.abs(mean))} ${direction}.`;
}

const coverage = ({ level, coverage: share, mean_width: width }) =>
  `The range it tells should hold ${formatFineShare(level)} of what comes true. In the test it held ` +
  `${formatFineShare(share)}, and was ${formatMeasure(width)} wide on average.`;

function groups(found) {
  const rows = found.map((group) =>
    numbersRow(`${formatMeasure(group.from)} to ${formatMeasure(group.to)}`, [
      formatMeasure(group.mean_absolute_error),
      formatMeasure(group.mean_residual),
      plural(group.rows, "row"),
    ]),
  );
  const head = ["Predicted", "Average miss", "Actual less predicted", "Rows"];
  return table("Misses by size of the prediction", head, rows);
}
