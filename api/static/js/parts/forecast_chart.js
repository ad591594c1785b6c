// A forecast as a line in the band of its interval, drawn anew at the width it is given.

import { element, setAttribute, setText, svg } from "../dom.js";
import { formatDay, formatFigure, formatShare, formatShortDay } from "../format.js";
import { linear, roundTicks, spread } from "./scale.js";

const HEIGHT = 300;
const MARGIN = { top: 12, right: 12, bottom: 28, left: 48 };
const PIXELS_PER_LABEL = 90;

/** A figure for `points` of ds, yhat, yhat_lower, yhat_upper; arrows and pointer read it out. */
export function forecastChart(points, intervalWidth) {
  const readout = element("output", { class: "chart-readout" });
  const drawing = svg("svg", {
    class: "chart",
    height: HEIGHT,
    role: "img",
    tabindex: 0,
    "aria-label": `Forecast from ${formatDay(points[0].ds)} to ${formatDay(points.at(-1).ds)}`,
  });
  const chart = { points, readout, drawing, chosen: 0 };
  setText(readout, legend(intervalWidth));
  new ResizeObserver(([entry]) => draw(chart, entry.contentRect.width)).observe(drawing);
  drawing.addEventListener("pointermove", (event) => choose(chart, nearest(chart, event)));
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[
      event.key
    ];
    if (!step) return;
    event.preventDefault();
    choose(chart, chart.chosen + step);
  });
  return element("figure", { class: "forecast" }, drawing, element("figcaption", {}, readout));
}

function legend(intervalWidth) {
  const share = formatShare(intervalWidth);
  return `Line: the most likely sale. Band: the range that ${share} of the days should fall into.`;
}

function draw(chart, width) {
  if (!width) return;
  const { points, drawing } = chart;
  const ticks = roundTicks(
    Math.min(...points.map((point) => point.yhat_lower)),
    Math.max(...points.map((point) => point.yhat_upper)),
  );
  chart.x = linear([0, points.length - 1], [MARGIN.left, width - MARGIN.right]);
  chart.y = linear([ticks[0], ticks.at(-1)], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  chart.cursor = svg("line", { class: "chart-cursor", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom });
  chart.dot = svg("circle", { class: "chart-dot", r: 4.5 });
  drawing.replaceChildren(
    ...ticks.map((value) => gridLine(chart, value, width)),
    ...dayLabels(chart, width),
    svg("path", { class: "chart-band", d: bandPath(chart) }),
    svg("path", { class: "chart-line", d: linePath(chart, "yhat") }),
    chart.cursor,
    chart.dot,
  );
}

function gridLine({ y }, value, width) {
  const place = y(value);
  return svg(
    "g",
    {},
    svg("line", {
      class: "chart-grid",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: place,
      y2: place,
    }),
    label(formatFigure(value), { x: MARGIN.left - 8, y: place + 4, "text-anchor": "end" }),
  );
}

function dayLabels({ points, x }, width) {
  return spread(points.length, Math.max(2, width / PIXELS_PER_LABEL)).map((at) =>
    label(formatShortDay(points[at].ds), {
      x: x(at),
      y: HEIGHT - 8,
      "text-anchor": at === 0 ? "start" : x(at) > width - 60 ? "end" : "middle",
    }),
  );
}

const label = (text, place) => svg("text", { class: "chart-label", ...place }, text);

const pathOf = (places) =>
  `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;

const linePath = ({ points, x, y }, name) =>
  pathOf(points.map((point, at) => [x(at), y(point[name])]));

function bandPath({ points, x, y }) {
  const upper = points.map((point, at) => [x(at), y(point.yhat_upper)]);
  const lower = points.map((point, at) => [x(at), y(point.yhat_lower)]);
  return `${pathOf([...upper, ...lower.reverse()])}Z`;
}

function nearest({ points, x }, { offsetX }) {
  return Math.round(((offsetX - x(0)) / (x(points.length - 1) - x(0) || 1)) * (points.length - 1));
}

function choose(chart, position) {
  chart.chosen = Math.max(0, Math.min(chart.points.length - 1, position));
  const point = chart.points[chart.chosen];
  const x = chart.x(chart.chosen);
  for (const end of ["x1", "x2"]) setAttribute(chart.cursor, end, x);
  setAttribute(chart.dot, "cx", x);
  setAttribute(chart.dot, "cy", chart.y(point.yhat));
  chart.drawing.classList.add("chart-read");
  const range = `${formatFigure(point.yhat_lower)} to ${formatFigure(point.yhat_upper)}`;
  setText(
    chart.readout,
    `${formatDay(point.ds)}: about ${formatFigure(point.yhat)}, likely ${range}`,
  );
}
