// The frame of a chart with two axes, drawn anew at each width.

import { element, svg } from "../dom.js";
import { formatDay, formatMeasure } from "../format.js";
import { areDays, linear, momentTicks, ticksAround } from "./scale.js";

const MARGIN = { top: 10, right: 14, bottom: 42, left: 56 };
const PIXELS_PER_LABEL = 80;
const PIXELS_PER_MOMENT = 120;

/**
 * A figure with a title. Each axis has `label`, and `low` and `high` or `names` (of places 0, 1, …);
 * `format` writes its values; those of `areMoments` are milliseconds. `marks({x, y})` returns what is drawn, by functions from values to
 * places. `about` says in words what is seen, for those who do not see it.
 */
export function plot({ title, about, across, up, marks, height = 260, legend = [] }) {
  const drawing = svg("svg", { class: "chart plot", height, role: "img", "aria-label": about });
  const draw = (width) => {
    if (width) drawing.replaceChildren(...parts({ across, up, marks, height, width }));
  };
  new ResizeObserver(([entry]) => draw(entry.contentRect.width)).observe(drawing);
  return element(
    "figure",
    { class: "forecast" },
    title && element("h3", { class: "plot-title" }, title),
    drawing,
    legend.length > 0 &&
      element(
        "figcaption",
        { class: "legend" },
        legend.map(([mark, words]) =>
          element("span", { class: "legend-item", data: { mark } }, words),
        ),
      ),
  );
}

function parts({ across, up, marks, height, width }) {
  const bottom = height - MARGIN.bottom;
  const right = width - MARGIN.right;
  const [perLabel, least] = across.areMoments ? [PIXELS_PER_MOMENT, 2] : [PIXELS_PER_LABEL, 3];
  const columns = ticksOf(across, Math.max(least, (right - MARGIN.left) / perLabel));
  const rows = ticksOf(up, 4);
  const x = linear(reach(across, columns), [MARGIN.left, right]);
  const y = linear(reach(up, rows), [bottom, MARGIN.top]);
  return [
    ...rows.map(({ at, words }) => [
      svg("line", { class: "chart-grid", x1: MARGIN.left, x2: right, y1: y(at), y2: y(at) }),
      label(words, { x: MARGIN.left - 8, y: y(at) + 4, "text-anchor": "end" }),
    ]),
    ...columns
      .filter(({ at }) => x(at) <= right + 1 && x(at) >= MARGIN.left - 1)
      .map(({ at, words }) =>
        label(words, { x: x(at), y: bottom + 18, "text-anchor": anchor(x(at), width) }),
      ),
    label(across.label, { x: right, y: height - 6, "text-anchor": "end" }),
    marks({ x, y, left: MARGIN.left, right, top: MARGIN.top, bottom }),
  ].flat(3);
}

/** Round values, or some of the names. */
function ticksOf({ low, high, names, areMoments, format = formatMeasure }, wanted) {
  if (names) {
    const step = Math.max(1, Math.ceil(names.length / wanted));
    return names
      .map((name, at) => ({ at, words: shortened(name) }))
      .filter(({ at }) => at % step === 0);
  }
  if (areMoments) return momentTicks(low, high, wanted).map((at) => momentTick(at, low, high));
  return ticksAround(low, high, Math.floor(wanted)).map((at) => ({
    at,
    words: format(at),
  }));
}

function momentTick(at, low, high) {
  const text = new Date(at).toISOString();
  return { at, words: areDays(low, high) ? formatDay(text) : text.slice(11, 16) };
}

/** Upright axes end at round values; those along the bottom where their values do. */
const reach = ({ low, high, names, isLoose }, ticks) => {
  if (names) return [-0.5, names.length - 0.5];
  return isLoose ? [ticks[0].at, ticks.at(-1).at] : [low, high];
};

const anchor = (x, width) => (x > width - 40 ? "end" : x < MARGIN.left + 12 ? "start" : "middle");

const shortened = (name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);

const label = (text, place) => svg("text", { class: "chart-label", ...place }, text);

/** A line through `[x, y]` places. */
export const line = (places, properties) => svg("path", { ...properties, d: pathOf(places) });

/** The area between two lines. */
export const band = (upper, lower, properties) =>
  svg("path", { ...properties, d: `${pathOf([...upper, ...[...lower].reverse()])}Z` });

const pathOf = (places) =>
  places.length ? `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}` : "";

/** Dots at `[x, y]` places. */
export const dots = (places, properties) =>
  places.map(([x, y]) => svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), ...properties }));
