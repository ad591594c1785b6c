// Why a forecast is what it is: what moves a day away from the usual, in words and as a table.

import { element } from "../dom.js";
import { formatFigure, formatPeriod, wallClock } from "../format.js";
import { numbersRow, table, whenOpened } from "./table.js";

const PARTS = {
  level: "Usual",
  trend: "Trend",
  day: "Time of day",
  week: "Day of the week",
  year: "Time of year",
  holidays: "Holidays",
  events: "Events",
  closed: "Closed",
  usual: "Usual, not mean",
  other: "All the rest",
};

const partWord = (name) => PARTS[name] ?? name.replace(/^event:/, "").replaceAll("_", " ");

/** The effects of each period in words, by its moment in milliseconds. */
export const effectsByMoment = ({ periods }) =>
  new Map(periods.map(({ ds, effects }) => [wallClock(ds).getTime(), effects]));

/** What each period brings on average, by its moment in milliseconds: medians do not add up. */
export function meansByMoment({ parts, periods }) {
  const usual = parts.indexOf("usual");
  const mean = ({ yhat, values }) => yhat - (values[usual] ?? 0);
  return new Map(periods.map((period) => [wallClock(period.ds).getTime(), mean(period)]));
}

/** A box with all days and their parts; null where none are stored. */
export function whyTable({ parts, periods }, frequency) {
  if (!periods.length) return null;
  return whenOpened("Why each day is as it is", () => {
    const head = ["When", "Most likely", ...parts.map(partWord), "In words"];
    const rows = periods.map(({ ds, yhat, values, effects }) => {
      const row = numbersRow(formatPeriod(ds, frequency), [yhat, ...values].map(formatFigure));
      row.append(element("td", {}, effects.join("; ")));
      return row;
    });
    return table("What adds up to each day", head, rows, "tall told");
  });
}
