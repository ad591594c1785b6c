// What was sold of a product lately.

import { formatAmount, formatDay, formatPeriod, plural, wallClock } from "../format.js";
import { svg } from "../dom.js";
import { hint } from "./notice.js";
import { plot } from "./plot.js";

/** Bars, one for each recorded period. */
export function salesChart(sales) {
  if (!sales.length) return hint("No sales of it have been imported yet.");
  const bars = sales.map(({ ds, quantity }) => [wallClock(ds).getTime(), quantity]);
  const [first, last] = [sales[0].ds, sales.at(-1).ds];
  const sum = sales.reduce((all, { quantity }) => all + quantity, 0);
  return plot({
    title: `Sold ${formatDay(first)} to ${formatDay(last)}`,
    about:
      `${plural(sales.length, "recorded period")}, together ${formatAmount(sum)} sold; ` +
      `the last on ${formatPeriod(last, "daily")}.`,
    across: { label: "", low: bars[0][0], high: bars.at(-1)[0], areMoments: true },
    up: { label: "", low: 0, high: Math.max(...bars.map(([, sold]) => sold), 1), isLoose: true },
    marks: ({ x, y }) =>
      svg("path", {
        class: "chart-bars",
        "stroke-width": Math.max(1.5, (x(bars.at(-1)[0]) - x(bars[0][0])) / bars.length / 1.6),
        d: bars.map(([at, sold]) => `M${x(at).toFixed(1)},${y(0)}V${y(sold).toFixed(1)}`).join(""),
      }),
  });
}
