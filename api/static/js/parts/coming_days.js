// The next week of a forecast, a card per day: what to bake.

import { element } from "../dom.js";
import {
  formatAmount,
  formatRange,
  formatShortDay,
  formatWeekday,
  localToday,
  wallClock,
} from "../format.js";

const DAYS = 7;

/**
 * The seven days from today on, or from the first one that is forecast; null without days. `means`
 * are what adds up over days, by their moment.
 */
export function comingDays({ forecast, frequency }, means) {
  if (frequency !== "daily") return null;
  const today = wallClock(localToday());
  const ahead = forecast.findIndex((point) => wallClock(point.ds) >= today);
  const days = forecast.slice(Math.max(0, ahead)).slice(0, DAYS);
  const meanOf = ({ ds, yhat }) => means.get(wallClock(ds).getTime()) ?? yhat;
  const total = days.reduce((sum, point) => sum + meanOf(point), 0);
  if (total < 0.5) return element("p", { class: "lead" }, "No sale is expected in the next days.");
  return element(
    "div",
    { class: "coming" },
    element("ol", { class: "days" }, days.map(dayCard)),
    element("p", { class: "muted" }, `Together about ${formatAmount(total)}.`),
  );
}

function dayCard({ ds, yhat, yhat_lower: low, yhat_upper: high }) {
  return element(
    "li",
    { class: "day" },
    element("span", { class: "day-name" }, formatWeekday(ds)),
    element("span", { class: "day-date" }, formatShortDay(ds)),
    element("strong", { class: "day-value" }, formatAmount(yhat)),
    low !== high && element("span", { class: "day-range" }, formatRange(low, high)),
  );
}
