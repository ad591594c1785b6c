// How much to make so that it suffices on most days: the quantiles of a forecast, to choose from.

import { element } from "../dom.js";
import {
  formatAmount,
  formatPeriod,
  formatShortDay,
  formatWeekday,
  localToday,
  wallClock,
} from "../format.js";
import { field, select } from "./field.js";
import { numbersRow, table, whenOpened } from "./table.js";

const SHOWN = 7;
const USUAL = 0.9;
const OFFERED = new Map([
  [0.5, "every other day"],
  [0.7, "7 of 10 days"],
  [0.8, "8 of 10 days"],
  [0.9, "9 of 10 days"],
  [0.95, "19 of 20 days"],
  [0.975, "39 of 40 days"],
]);

/** A section with a choice; null where no quantiles are stored. */
export function stockLevel({ levels, periods }, frequency) {
  const offered = levels.filter((level) => OFFERED.has(level));
  if (!periods.length || !offered.length) return null;
  const days = element("ol", { class: "days" });
  const options = offered.map((level) => [level, OFFERED.get(level)]);
  const choice = select("service-level", options, USUAL);
  const show = () => {
    const place = levels.indexOf(Number(choice.value));
    days.replaceChildren(...coming(periods).map((one) => card(one, place, frequency)));
  };
  choice.addEventListener("change", show);
  show();
  return element(
    "section",
    { class: "stock-level", "aria-label": "How much to make" },
    element("h2", {}, "How much to make"),
    field(
      "It shall suffice on",
      choice,
      "More days mean more left over. Choose by what hurts more: an empty shelf or leftovers.",
    ),
    days,
    whenOpened("Every amount as a table", () => allOf(levels, periods, frequency)),
  );
}

/** The periods from today on, or the first ones. */
function coming(periods) {
  const today = wallClock(localToday());
  const ahead = periods.findIndex(({ ds }) => wallClock(ds) >= today);
  return periods.slice(Math.max(0, ahead)).slice(0, SHOWN);
}

const card = ({ ds, values }, place, frequency) =>
  element(
    "li",
    { class: "day" },
    frequency === "daily"
      ? [
          element("span", { class: "day-name" }, formatWeekday(ds)),
          element("span", { class: "day-date" }, formatShortDay(ds)),
        ]
      : element("span", { class: "day-date" }, formatPeriod(ds, frequency)),
    element("strong", { class: "day-value" }, formatAmount(values[place])),
  );

function allOf(levels, periods, frequency) {
  const head = ["When", ...levels.map((level) => `${level * 100} of 100`)];
  const rows = periods.map(({ ds, values }) =>
    numbersRow(formatPeriod(ds, frequency), values.map(formatAmount)),
  );
  return table("How much suffices", head, rows, "tall");
}
