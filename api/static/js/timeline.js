// What was sold and what is expected, laid on one calendar.

import { wallClock } from "./format.js";

const DAY_MS = 86_400_000;

/** How many periods of the past are worth seeing beside a forecast. */
export const pastPeriods = (frequency) =>
  ({ daily: 120, weekly: 60, monthly: 36 })[frequency] ?? 14 * 24;

/**
 * One entry per period, in time order: `{at, ds, sold, promotion, price, isRecorded, expected,
 * actual}`, where `expected` is the point of the forecast and `actual` what it has been scored
 * against. Days without a row until the forecast begins are what the training takes them for: days
 * without a sale.
 */
export function timeline(sales, forecast, frequency, scored = []) {
  const start = wallClock(forecast[0].ds).getTime();
  const entries = new Map();
  const entry = (at, ds) => {
    if (!entries.has(at)) entries.set(at, { at, ds });
    return entries.get(at);
  };
  for (const sale of sales.slice(firstShown(sales, forecast, frequency))) {
    const { quantity, promotion, price } = sale;
    const at = wallClock(sale.ds).getTime();
    Object.assign(entry(at, sale.ds), { sold: quantity, promotion, price, isRecorded: true });
  }
  if (frequency === "daily") fillDays(entry, entries, sales, start);
  for (const point of forecast) entry(wallClock(point.ds).getTime(), point.ds).expected = point;
  for (const { ds, actual } of scored) {
    const forecasted = entries.get(wallClock(ds).getTime());
    if (forecasted?.expected && actual !== null) forecasted.actual = actual;
  }
  return [...entries.values()].sort((one, other) => one.at - other.at);
}

/** Where the past that is shown begins among the sales. */
function firstShown(sales, forecast, frequency) {
  const times = sales.map((sale) => wallClock(sale.ds).getTime());
  const start = wallClock(forecast[0].ds).getTime();
  if (frequency === "daily") {
    const from = start - pastPeriods(frequency) * DAY_MS;
    const at = times.findIndex((time) => time >= from);
    return at < 0 ? sales.length : at;
  }
  const before = times.filter((time) => time < start).length;
  return Math.max(0, before - pastPeriods(frequency));
}

function fillDays(entry, entries, sales, start) {
  if (!sales.length) return;
  const shownFrom = start - pastPeriods("daily") * DAY_MS;
  const from = Math.max(wallClock(sales[0].ds).getTime(), shownFrom);
  const until = Math.max(start - DAY_MS, wallClock(sales.at(-1).ds).getTime());
  for (let at = from; at <= until; at += DAY_MS) {
    const isNew = !entries.has(at);
    if (isNew) Object.assign(entry(at, new Date(at).toISOString()), { sold: 0, isRecorded: false });
  }
}
