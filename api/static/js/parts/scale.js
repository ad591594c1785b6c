// From values to places on a chart, and the round values at its edges.

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

/** Positions of about `wanted` evenly spread items out of `count`. */
export function spread(count, wanted) {
  const step = Math.max(1, Math.ceil(count / wanted));
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);
}
