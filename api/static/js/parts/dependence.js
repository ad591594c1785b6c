// How predictions change along one column, everything else as it is.

import { element } from "../dom.js";
import { formatDay, formatMeasure, formatShare, wallClock } from "../format.js";
import { numberFormat } from "./column_words.js";
import { field, select } from "./field.js";
import { band, dots, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";

const LEGEND = [
  ["expected", "Average of the rows"],
  ["range", "Range of four rows in five"],
];

/** A chart for one of the strongest columns, chosen above it; null where there is none. */
export function dependence({ partial_dependence: found }, target) {
  if (!found?.columns.length) return null;
  const outputs = Object.keys(found.columns[0].outputs);
  const column = select(
    "column",
    found.columns.map(({ column: name }, at) => [at, name]),
  );
  const output = select(
    "output",
    outputs.map((name) => [name, name]),
    outputs.at(-1),
  );
  const stage = element("div");
  const show = () =>
    stage.replaceChildren(...chart(found.columns[Number(column.value)], output.value, target));
  for (const one of [column, output]) one.addEventListener("change", show);
  show();
  return element(
    "div",
    { class: "setting" },
    element("h3", {}, "How single columns change the answer"),
    element(
      "div",
      { class: "choices" },
      field("Column", column),
      outputs.length > 1 && field("Answer", output),
    ),
    stage,
  );
}

function chart({ column, kind, grid, outputs }, name, target) {
  const isShare = name !== "prediction" || !outputs.prediction;
  const curves = outputs[name];
  const format = isShare ? formatShare : formatMeasure;
  const about = isShare ? `Chance of “${name}” by “${column}”` : `“${target}” by “${column}”`;
  const values = [...curves.p10, ...curves.p90, ...curves.mean];
  const scale = placesOf(kind, grid);
  const figure = plot({
    title: about,
    about: `${about}: ${spanWords(curves.mean, format)}`,
    across: { label: column, ...scale.axis },
    up: { low: Math.min(...values), high: Math.max(...values), format, isLoose: true },
    marks: (axes) => marksOf(axes, scale, curves),
    legend: LEGEND,
  });
  const numbers = () => {
    const rows = grid.map((value, at) =>
      numbersRow(
        scale.write(value),
        [curves.mean, curves.p10, curves.p90].map((of) => format(of[at])),
      ),
    );
    return table(about, [column, "Average", "Low", "High"], rows, "tall");
  };
  return [figure, whenOpened("As a table", numbers)];
}

/** Numbers and days lie at their values, anything else side by side. */
function placesOf(kind, grid) {
  if (kind === "number" && grid.every(Number.isFinite)) {
    const write = numberFormat({ min: Math.min(...grid), max: Math.max(...grid) });
    return along(grid, { format: write }, write);
  }
  const days = kind === "date" ? grid.map((value) => wallClock(value).getTime()) : [NaN];
  if (days.every(Number.isFinite)) return along(days, { areMoments: true }, formatDay);
  const names = grid.map(nameOf);
  return { at: names.map((_, place) => place), axis: { names }, isLine: false, write: nameOf };
}

const nameOf = (value) => (value === null ? "empty" : String(value));

const along = (at, axis, write) => ({
  at,
  axis: { low: Math.min(...at), high: Math.max(...at), ...axis },
  isLine: true,
  write,
});

function marksOf({ x, y }, { at, isLine }, { mean, p10, p90 }) {
  const places = (values) => values.map((value, place) => [x(at[place]), y(value)]);
  if (isLine) {
    return [
      band(places(p90), places(p10), { class: "chart-band" }),
      line(places(mean), { class: "chart-line" }),
    ];
  }
  const ranges = at.map((place, nth) =>
    line(
      [
        [x(place), y(p10[nth])],
        [x(place), y(p90[nth])],
      ],
      { class: "plot-range" },
    ),
  );
  return [ranges, dots(places(mean), { class: "chart-dot", r: 5 })];
}

const spanWords = (values, format) =>
  `between ${format(Math.min(...values))} and ${format(Math.max(...values))} on average`;
