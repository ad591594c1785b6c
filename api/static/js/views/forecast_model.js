// The page of a product's forecasting model.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import {
  formatAmount,
  formatDay,
  formatFigure,
  formatFineShare,
  formatPeriod,
  formatShare,
  localToday,
  wallClock,
} from "../format.js";
import { gainOver, soldInTest } from "../parts/accuracy.js";
import { comingDays } from "../parts/coming_days.js";
import { effectsByMoment, meansByMoment, whyTable } from "../parts/drivers.js";
import { figureCard } from "../parts/figure.js";
import { forecastChart } from "../parts/forecast_chart.js";
import { forecastFiles } from "../parts/forecast_files.js";
import { liveSection } from "../parts/live_accuracy.js";
import { hint } from "../parts/notice.js";
import { stockLevel } from "../parts/stock_level.js";
import { numbersRow, table, whenOpened } from "../parts/table.js";
import { whatIf } from "../parts/what_if.js";
import { pastPeriods, timeline } from "../timeline.js";
import { FORECAST_METRICS } from "../words.js";

const MOST_SALES = 2000;
const NARROW = [0.1, 0.9];
const LONG_PAUSE_MS = 60 * 86_400_000;

const WRITTEN = {
  share: formatFineShare,
  figure: formatFigure,
  percentage: (value) => formatFineShare(value === null ? null : value / 100),
};

/** What to expect, how good that is, and every measure of it. */
export async function forecastSections(model, signal) {
  const path = `training/models/${encodeURIComponent(model.model_id)}`;
  const [forecast, quantiles, drivers, live] = await Promise.all([
    fetchJson(`${path}/forecast`, signal),
    fetchJson(`${path}/forecast/quantiles`, signal),
    fetchJson(`${path}/forecast/drivers`, signal),
    fetchJson(`${path}/live`, signal),
  ]);
  const stored = withNarrowRange(withBounds(forecast), quantiles);
  const sales = await recentSales(model.product_id, stored, signal);
  const { metrics, baseline } = model;
  const simple = model.frequency === "daily" ? "Last week repeated" : "Last season repeated";
  return [
    endedNotice(sales, stored) ?? passedNotice(stored),
    stored.forecast.length > 0
      ? forecastSection(model, stored, sales, live, drivers)
      : hint("No forecast is stored."),
    stockLevel(quantiles, stored.frequency),
    liveSection(live, stored.frequency),
    whatIf(model, stored),
    howGood(metrics, baseline, simple, stored.interval_width),
  ].filter(Boolean);
}

/** Enough to fill the chart before the forecast and to lie over it, should days of it have passed. */
async function recentSales(productId, { forecast, frequency }, signal) {
  const limit = Math.min(MOST_SALES, pastPeriods(frequency) + forecast.length);
  const path = `training/products/${encodeURIComponent(productId)}/sales?limit=${limit}`;
  return (await fetchJson(path, signal)).sales;
}

/** A product that sold nothing for two months before its forecast. */
function endedNotice(sales, { forecast }) {
  const last = sales.findLast((sale) => sale.quantity > 0);
  if (!last || !forecast.length) return null;
  const pause = wallClock(forecast[0].ds) - wallClock(last.ds);
  if (pause < LONG_PAUSE_MS) return null;
  return hint(
    `Last sold on ${formatDay(last.ds)}. If it is on the shelf again, import the newer sales and` +
      " train it again.",
    "warn",
  );
}

/** A forecast that was made too long ago to tell what is ahead. */
function passedNotice({ forecast, frequency }) {
  const last = forecast.at(-1)?.ds;
  if (!last || wallClock(last) >= wallClock(localToday())) return null;
  return hint(
    `This forecast ended with ${formatPeriod(last, frequency)}. Import the newer sales and train` +
      " again to see what is ahead.",
    "warn",
  );
}

function howGood(metrics, baseline, simple, promised) {
  return element(
    "section",
    {},
    element("h2", {}, "How good it is"),
    soldInTest(metrics)
      ? figures(metrics, baseline, simple, promised)
      : hint("Nothing was sold in the weeks it was tested on, so its error says little."),
    element(
      "details",
      { class: "measures" },
      element("summary", {}, "Every measure"),
      metricsTable(metrics, baseline, simple),
    ),
  );
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

function forecastSection(model, stored, sales, live, drivers) {
  const { forecast, frequency } = stored;
  const entries = timeline(sales, forecast, frequency, live.periods);
  return element(
    "section",
    {},
    element("h2", {}, "What to expect"),
    comingDays(stored, meansByMoment(drivers)),
    forecastChart(entries, stored, effectsByMoment(drivers)),
    whyTable(drivers, frequency),
    whenOpened("The forecast as a table", () => forecastTable(forecast, frequency)),
    sales.length > 0 && whenOpened("The sales as a table", () => salesTable(sales, frequency)),
    forecastFiles(model, stored),
  );
}

/** A point without a range is its own range. */
const withBounds = (stored) => ({
  ...stored,
  forecast: stored.forecast.map((point) => ({
    ...point,
    yhat_lower: point.yhat_lower ?? point.yhat,
    yhat_upper: point.yhat_upper ?? point.yhat,
  })),
});

/** With the range that holds 8 of 10 days, where quantiles are stored. */
function withNarrowRange(stored, { levels, periods }) {
  const [low, high] = NARROW.map((level) => levels.indexOf(level));
  if (low < 0 || high < 0 || stored.interval_width <= NARROW[1] - NARROW[0]) return stored;
  const forecast = stored.forecast.map((point, place) => {
    const values = periods[place]?.values;
    return values ? { ...point, narrow: [values[low], values[high]] } : point;
  });
  return { ...stored, forecast };
}

const rowOf = (ds, frequency, values) => numbersRow(formatPeriod(ds, frequency), values);

function forecastTable(forecast, frequency) {
  const rows = forecast.map((point) =>
    rowOf(point.ds, frequency, [point.yhat, point.yhat_lower, point.yhat_upper].map(formatFigure)),
  );
  return table("Forecast", ["When", "Most likely", "At least", "At most"], rows, "tall");
}

function salesTable(sales, frequency) {
  const rows = sales
    .toReversed()
    .map(({ ds, quantity, price, promotion }) =>
      rowOf(ds, frequency, [
        formatAmount(quantity),
        formatFigure(price),
        promotion > 0 ? "yes" : "",
      ]),
    );
  return table("Sales", ["When", "Sold", "Price", "Promotion"], rows, "tall");
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
    "div",
    {},
    element(
      "p",
      { class: "muted" },
      "All figures come from the newest weeks, which the tested model had not seen.",
    ),
    table("Measures", ["Measure", "This model", simple], rows),
  );
}
