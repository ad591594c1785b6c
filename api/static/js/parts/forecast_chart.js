// Sales as bars, the forecast after them as a line in its band, drawn anew at each width.

import { element, setAttribute, svg } from "../dom.js";
import {
  formatAmount,
  formatFigure,
  formatPeriod,
  formatRange,
  formatShare,
  formatShortDay,
  localToday,
  wallClock,
} from "../format.js";
import { linear, roundTicks, spread } from "./scale.js";

const HEIGHT = 320;
const MARGIN = { top: 26, right: 12, bottom: 28, left: 48 };
const PIXELS_PER_LABEL = 90;
const NARROW = 560;
const NEAR = 28;
const NARROW_SHARE = 0.8;
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 };

/**
 * A figure of the `entries` of a timeline. Pointer and arrow keys read out one period after the
 * other; it is a slider, so that screen readers say each. `effects` are words about some moments.
 */
export function forecastChart(entries, { frequency, interval_width: width }, effects = new Map()) {
  const firstExpected = entries.findIndex((entry) => entry.expected);
  const readout = element("p", { class: "chart-readout" });
  const drawing = svg("svg", {
    class: "chart",
    height: HEIGHT,
    role: "slider",
    tabindex: 0,
    "aria-label": "Sales and forecast, period by period",
    "aria-valuemin": 1,
    "aria-valuemax": entries.length,
    "aria-valuenow": firstExpected + 1,
  });
  const chosen = entries[firstExpected];
  const chart = { all: entries, readout, drawing, frequency, effects, chosen };
  setAttribute(drawing, "aria-valuetext", describe(chart, chart.chosen).join(": "));
  readout.append("Point at a place, or use the arrow keys, to read it.");
  new ResizeObserver(([entry]) => draw(chart, entry.contentRect.width)).observe(drawing);
  for (const type of ["pointermove", "pointerdown"]) {
    drawing.addEventListener(type, (event) => choose(chart, nearest(chart, event.offsetX)));
  }
  drawing.addEventListener("focus", () => choose(chart, chart.chosen));
  drawing.addEventListener("keydown", (event) => {
    const target = destination(chart, event.key);
    if (!target) return;
    event.preventDefault();
    choose(chart, target);
  });
  const head = element("div", { class: "chart-head" }, readout, spanChoice(chart));
  return element("figure", { class: "forecast" }, head, drawing, legend(entries, width));
}

/** Buttons that choose between the weeks around the start of the forecast and all there is. */
function spanChoice(chart) {
  const button = (isNear, words) =>
    element("button", { class: "filter", type: "button", data: { near: isNear } }, words);
  const buttons = [button(true, "Near"), button(false, "All")];
  for (const one of buttons) {
    one.addEventListener("click", () => {
      chart.isNear = one.dataset.near === "true";
      draw(chart, chart.width);
    });
  }
  chart.showSpan = () => {
    for (const one of buttons) {
      setAttribute(one, "aria-pressed", String(one.dataset.near === String(chart.isNear)));
    }
  };
  return element("div", { class: "span", role: "group", "aria-label": "Period shown" }, buttons);
}

function legend(entries, width) {
  const scored = entries.filter((entry) => entry.actual !== undefined);
  const items = [
    entries.some((entry) => entry.isRecorded) && ["sold", "Sold"],
    entries.some((entry) => entry.promotion > 0) && ["promoted", "Sold on promotion"],
    ["expected", "Most likely"],
    ["range", `Range for ${formatShare(width)} of the days`],
    entries.some(hasNarrow) && ["narrow", `Range for ${formatShare(NARROW_SHARE)} of the days`],
    scored.some(isInside) && ["inside", "Really sold, inside the range"],
    scored.some((entry) => !isInside(entry)) && ["outside", "Really sold, outside the range"],
  ];
  return element(
    "figcaption",
    { class: "legend" },
    items.map(
      (item) => item && element("span", { class: "legend-item", data: { mark: item[0] } }, item[1]),
    ),
  );
}

function draw(chart, width) {
  if (!width) return;
  const { all, drawing } = chart;
  chart.width = width;
  chart.isNear ??= width < NARROW;
  chart.showSpan();
  const start = all.findIndex((entry) => entry.expected);
  const entries = chart.isNear ? all.slice(Math.max(0, start - NEAR), start + NEAR) : all;
  chart.entries = entries;
  if (!entries.includes(chart.chosen)) chart.chosen = all[start];
  const highest = entries.map(({ sold, expected }) =>
    Math.max(sold ?? 0, expected?.yhat_upper ?? 0),
  );
  const ticks = roundTicks(
    Math.min(0, ...entries.map(({ expected }) => expected?.yhat_lower ?? 0)),
    Math.max(...highest) || 1,
  );
  const half = (width - MARGIN.left - MARGIN.right) / entries.length / 2;
  const ends = [MARGIN.left + half, width - MARGIN.right - half];
  chart.x = linear([entries[0].at, entries.at(-1).at], ends);
  chart.y = linear([ticks[0], ticks.at(-1)], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  chart.cursor = upright("chart-cursor", 0);
  chart.dot = svg("circle", { class: "chart-dot", r: 4.5 });
  drawing.replaceChildren(
    ...ticks.map((value) => gridLine(chart, value, width)),
    ...dayLabels(chart, width),
    ...bars(chart, Math.max(1, half * 1.3)),
    ...forecastPaths(chart),
    ...actuals(chart),
    ...boundary(chart, half, width),
    chart.cursor,
    chart.dot,
  );
  if (drawing.classList.contains("chart-read")) mark(chart);
}

function gridLine({ y }, value, width) {
  const place = y(value);
  const line = { x1: MARGIN.left, x2: width - MARGIN.right, y1: place, y2: place };
  return svg(
    "g",
    {},
    svg("line", { class: "chart-grid", ...line }),
    label(formatFigure(value), { x: MARGIN.left - 8, y: place + 4, "text-anchor": "end" }),
  );
}

function dayLabels({ entries, x }, width) {
  return spread(entries.length, Math.max(2, width / PIXELS_PER_LABEL)).map((position) => {
    const { at, ds } = entries[position];
    const anchor = position === 0 ? "start" : x(at) > width - 50 ? "end" : "middle";
    return label(formatShortDay(ds), { x: x(at), y: HEIGHT - 8, "text-anchor": anchor });
  });
}

function bars({ entries, x, y }, thickness) {
  const path = (chosen, mark) => {
    const d = chosen.map(({ at, sold }) => `M${x(at).toFixed(1)},${y(0)}V${y(sold).toFixed(1)}`);
    return svg("path", {
      class: "chart-bars",
      d: d.join(""),
      "stroke-width": thickness,
      data: mark,
    });
  };
  const sold = entries.filter((entry) => entry.sold > 0);
  return [
    path(
      sold.filter((entry) => !(entry.promotion > 0)),
      { mark: "sold" },
    ),
    path(
      sold.filter((entry) => entry.promotion > 0),
      { mark: "promoted" },
    ),
  ];
}

function forecastPaths({ entries, x, y }) {
  const points = entries.filter((entry) => entry.expected);
  const places = (name) => points.map(({ at, expected }) => [x(at), y(expected[name])]);
  const band = [...places("yhat_upper"), ...places("yhat_lower").reverse()];
  return [
    svg("path", { class: "chart-band", d: `${pathOf(band)}Z` }),
    ...narrowBand(points.filter(hasNarrow), x, y),
    svg("path", { class: "chart-line", d: pathOf(places("yhat")) }),
  ];
}

const hasNarrow = ({ expected }) => Boolean(expected?.narrow);

/** The range of 8 of 10 days, darker within the other. */
function narrowBand(points, x, y) {
  if (!points.length) return [];
  const edge = (side) => points.map(({ at, expected }) => [x(at), y(expected.narrow[side])]);
  const d = `${pathOf([...edge(1), ...edge(0).reverse()])}Z`;
  return [svg("path", { class: "chart-band", d, data: { mark: "narrow" } })];
}

/** What was really sold where the forecast has been scored: inside its range, or outside. */
function actuals({ entries, x, y }) {
  return entries
    .filter((entry) => entry.actual !== undefined)
    .map((entry) =>
      svg("circle", {
        class: "chart-actual",
        cx: x(entry.at).toFixed(1),
        cy: y(entry.actual).toFixed(1),
        r: isInside(entry) ? 2.5 : 4,
        data: { mark: isInside(entry) ? "inside" : "outside" },
      }),
    );
}

const isInside = ({ actual, expected }) =>
  expected.yhat_lower <= actual && actual <= expected.yhat_upper;

/** Where the forecast begins, and where today is if that is elsewhere on the chart. */
function boundary({ entries, x }, half, width) {
  const start = x(entries.find((entry) => entry.expected).at) - half;
  const hasPast = start > MARGIN.left + 40;
  const today = x(wallClock(localToday()).getTime());
  const isTodayApart = today > MARGIN.left && today < width - MARGIN.right && today > start + 12;
  return [
    upright("chart-start", start),
    hasPast && label("Sold", { x: start - 8, y: 14, "text-anchor": "end" }),
    label("Expected", { x: start + 8, y: 14, "text-anchor": "start" }),
    isTodayApart && upright("chart-today", today),
    isTodayApart &&
      today > start + 90 &&
      label("Today", { x: today, y: 14, "text-anchor": "middle" }),
  ].filter(Boolean);
}

const upright = (name, x) =>
  svg("line", { class: name, x1: x, x2: x, y1: MARGIN.top - 8, y2: HEIGHT - MARGIN.bottom });

const label = (text, place) => svg("text", { class: "chart-label", ...place }, text);

const pathOf = (places) =>
  `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;

function nearest({ entries, x }, offset) {
  const distance = (entry) => Math.abs(x(entry.at) - offset);
  return entries.reduce((best, entry) => (distance(entry) < distance(best) ? entry : best));
}

function destination({ entries, chosen }, key) {
  if (key === "Home") return entries[0];
  if (key === "End") return entries.at(-1);
  if (!STEPS[key]) return null;
  const position = Math.max(0, entries.indexOf(chosen)) + STEPS[key];
  return entries[Math.max(0, Math.min(entries.length - 1, position))];
}

function choose(chart, entry) {
  chart.chosen = entry;
  const [when, what] = describe(chart, entry);
  chart.readout.replaceChildren(element("strong", {}, when), ` ${what}`);
  setAttribute(chart.drawing, "aria-valuenow", chart.all.indexOf(entry) + 1);
  setAttribute(chart.drawing, "aria-valuetext", `${when}: ${what}`);
  chart.drawing.classList.add("chart-read");
  mark(chart);
}

function mark({ chosen, cursor, dot, x, y }) {
  for (const end of ["x1", "x2"]) setAttribute(cursor, end, x(chosen.at));
  setAttribute(dot, "cx", x(chosen.at));
  setAttribute(dot, "cy", y(chosen.expected?.yhat ?? chosen.sold));
}

/** When and what, in words. */
function describe({ frequency, effects }, { at, ds, sold, isRecorded, promotion, price, expected }) {
  const parts = [];
  if (isRecorded) parts.push(`sold ${formatAmount(sold)}`);
  else if (sold === 0) parts.push("nothing recorded, counted as no sale");
  if (isRecorded && price > 0) parts.push(`at a price of ${formatFigure(price)}`);
  if (promotion > 0) parts.push("on promotion");
  if (expected) {
    const { yhat, yhat_lower: low, yhat_upper: high } = expected;
    parts.push(`expected about ${formatAmount(yhat)}`);
    if (low !== high) parts.push(`likely ${formatRange(low, high)}`);
    parts.push(...(effects.get(at) ?? []));
  }
  return [formatPeriod(ds, frequency), parts.join(", ")];
}
