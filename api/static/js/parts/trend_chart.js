// How figures went over time: lines of points with the same numbers as a table below.

import { element } from "../dom.js";
import { formatDay, formatShortDay } from "../format.js";
import { dots, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";

/**
 * `points` are `{day, label?, values}` in time order, with a value (or null) for each of `lines`,
 * which are `{words, mark}`; the table says `label` where there is one. They stand at equal
 * distances, for there are as many of them as there were occasions. `written` writes a value, and
 * `reach` is the `[low, high]` that the axis has at least.
 */
export function trendChart({ title, points, lines, written, reach = [0, 0] }) {
  const known = points.flatMap(({ values }) => values.filter(Number.isFinite));
  const chart = plot({
    title,
    about: aboutOf({ title, points, lines, written }),
    across: { label: "", names: daysOf(points) },
    up: {
      label: "",
      low: Math.min(reach[0], ...known),
      high: Math.max(reach[1], ...known),
      format: written,
      isLoose: true,
    },
    marks: (axes) => lines.map(({ mark }, place) => drawn(points, place, mark, axes)),
    legend: lines.map(({ words, mark }) => [mark, words]),
  });
  return element("div", {}, chart, whenOpened("As a table", () => numbers(points, lines, written)));
}

/** Of several on one day the first has its name. */
const daysOf = (points) =>
  points
    .map(({ day }) => formatShortDay(day))
    .map((name, place, names) => (name === names[place - 1] ? "" : name));

function drawn(points, place, mark, { x, y }) {
  const places = points
    .map(({ values }, at) => [at, values[place]])
    .filter(([, value]) => Number.isFinite(value))
    .map(([at, value]) => [x(at), y(value)]);
  return [
    line(places, { class: "chart-line", "data-mark": mark }),
    dots(places, { class: "chart-dot", "data-mark": mark, r: 3.5 }),
  ];
}

function aboutOf({ title, points, lines, written }) {
  const ends = lines.map(({ words }, place) => {
    const [from, to] = [points[0], points.at(-1)].map(({ values }) => written(values[place]));
    return points.length > 1 ? `${words} from ${from} to ${to}` : `${words} ${to}`;
  });
  return `${title}: ${ends.join(", ")}`;
}

function numbers(points, lines, written) {
  const rows = points
    .toReversed()
    .map(({ day, label, values }) => numbersRow(label ?? formatDay(day), values.map(written)));
  return table("Over time", ["When", ...lines.map(({ words }) => words)], rows, "tall");
}
