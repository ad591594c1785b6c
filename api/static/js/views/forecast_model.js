// The page of a product's forecasting model.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatDay, formatFigure, formatFineShare, formatShare } from "../format.js";
import { gainOver } from "../parts/accuracy.js";
import { figureCard } from "../parts/figure.js";
import { forecastChart } from "../parts/forecast_chart.js";
import { hint } from "../parts/notice.js";
import { FORECAST_METRICS } from "../words.js";

const WRITTEN = {
  share: formatFineShare,
  figure: formatFigure,
  percentage: (value) => formatFineShare(value === null ? null : value / 100),
};

/** Figures, chart, forecast table and all metrics. */
export async function forecastSections(model, signal) {
  const path = `training/models/${encodeURIComponent(model.model_id)}`;
  const stored = await fetchJson(`${path}/forecast`, signal);
  const { metrics, baseline } = model;
  const simple = model.frequency === "daily" ? "Last week repeated" : "Last season repeated";
  return [
    figures(metrics, baseline, simple, stored.interval_width),
    stored.forecast.length > 0 ? forecastSection(stored) : hint("No forecast is stored."),
    metricsTable(metrics, baseline, simple),
  ];
}

function figures(metrics, baseline, simple, promised) {
  const gain = gainOver(metrics, baseline);
  return element(
    "div",
    { class: "figures" },
    figureCard({
      label: "Typical error",
      value: formatShare(metrics.wape),
      meaning: "Of everything sold in the test weeks, by how much the forecast missed.",
      tone: gain > 0 ? "good" : "plain",
    }),
    figureCard({
      label: simple,
      value: formatShare(baseline.wape),
      meaning: "The error of simply expecting the same as a week, or a season, before.",
    }),
    gain !== null &&
      figureCard({
        label: gain >= 0 ? "Error saved" : "Error added",
        value: formatShare(Math.abs(gain)),
        meaning:
          gain >= 0 ? "So much smaller than repeating." : "Repeating did better in the test.",
        tone: gain >= 0 ? "good" : "bad",
      }),
    figureCard({
      label: "Average miss",
      value: formatFigure(metrics.mae),
      meaning: "Units by which one forecast is off.",
    }),
    figureCard({
      label: "Inside the range",
      value: formatShare(metrics.coverage),
      meaning: `Of the tested sales; ${formatShare(promised)} is aimed at.`,
    }),
  );
}

function forecastSection({ forecast, interval_width: width }) {
  return element(
    "section",
    {},
    element("h2", {}, "What to expect"),
    forecastChart(withBounds(forecast), width),
    element("details", {}, element("summary", {}, "As a table"), forecastTable(forecast)),
  );
}

/** A point without a range is its own range. */
const withBounds = (forecast) =>
  forecast.map((point) => ({
    ...point,
    yhat_lower: point.yhat_lower ?? point.yhat,
    yhat_upper: point.yhat_upper ?? point.yhat,
  }));

function forecastTable(forecast) {
  const head = ["Day", "Most likely", "At least", "At most"];
  const rows = forecast.map((point) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, formatDay(point.ds)),
      [point.yhat, point.yhat_lower, point.yhat_upper].map(numberCell),
    ),
  );
  return table("Forecast", "tall", head, rows);
}

function metricsTable(metrics, baseline, simple) {
  const rows = FORECAST_METRICS.map(([name, title, meaning, kind]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, title, element("small", {}, meaning)),
      [metrics[name], baseline[name]].map((value) =>
        element("td", { class: "number" }, WRITTEN[kind](value ?? null)),
      ),
    ),
  );
  return element(
    "section",
    {},
    element("h2", {}, "Every measure"),
    element(
      "p",
      { class: "muted" },
      "All figures come from the newest weeks, which the tested model had not seen.",
    ),
    table("Measures", "", ["Measure", "This model", simple], rows),
  );
}

const numberCell = (value) => element("td", { class: "number" }, formatFigure(value));

function table(caption, height, head, rows) {
  const cells = head.map((title) => element("th", { scope: "col" }, title));
  return element(
    "div",
    { class: `table-frame ${height}`, tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      { class: "table" },
      element("thead", {}, element("tr", {}, cells)),
      element("tbody", {}, rows),
    ),
  );
}
