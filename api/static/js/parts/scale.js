// From values to places on a chart, and the round values at its edges.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A function that maps the domain onto the range in a straight line. */
export function linear([low, high], [from, to]) {
  const factor = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * factor;
}

/** About `wanted` round values from 0 or below up to `high` or above. */
export const roundTicks = (low, high, wanted = 4) => ticksAround(Math.min(low, 0), high, wanted);

/** About `wanted` round values, the first at `low` or below and the last at `high` or above. */
export function ticksAround(low, high, wanted = 4) {
  const rough = (high - low || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

/** About `wanted` beginnings of days, or of hours within two days, in milliseconds. */
export function momentTicks(low, high, wanted) {
  const unit = areDays(low, high) ? DAY_MS : HOUR_MS;
  const step = unit * Math.max(1, Math.ceil((high - low) / unit / wanted));
  const first = Math.ceil(low / unit) * unit;
  const count = Math.max(0, Math.floor((high - first) / step) + 1);
  return Array.from({ length: count }, (_, at) => first + at * step);
}

/** Whether so long a time is told in days. */
export const areDays = (low, high) => high - low > 2 * DAY_MS;

/** Positions of about `wanted` evenly spread items out of `count`. */
export function spread(count, wanted) {
  const step = Math.max(1, Math.ceil(count / wanted));
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);
}
