// How two versions did on the same windows of the newest sales: the numbers behind a decision.

import { formatDay, formatFigure, formatFineShare, plural } from "../format.js";
import { element } from "../dom.js";
import { numbersRow, table, whenOpened } from "./table.js";

/** A box with the numbers of a decision, or null where nothing was compared. */
export function gateComparison({ evidence }) {
  if (!evidence?.windows?.length) return null;
  return whenOpened("How the two did", () =>
    element("div", {}, element("p", { class: "muted" }, summary(evidence)), windows(evidence)),
  );
}

function summary({ difference, margin }) {
  const higher = difference > 0 ? "higher" : "lower";
  return (
    `Over all windows its error was ${formatFineShare(Math.abs(difference))} ${higher}; up to ` +
    `${formatFineShare(margin)} higher would have counted as equal or as chance.`
  );
}

function windows({ windows: tested, since }) {
  const rows = tested.map((window) =>
    numbersRow(
      `From ${formatDay(window.origin)}, ${plural(window.rows, "period")}`,
      misses(window),
    ),
  );
  if (since) {
    const days = `${formatDay(since.first)} to ${formatDay(since.last)}, as really forecast`;
    rows.push(numbersRow(days, misses(since)));
  }
  const head = ["Window", "This version misses by", "The one in use by"];
  return table("Windows compared", head, rows);
}

const misses = (window) => [window.challenger_mae, window.incumbent_mae].map(formatFigure);
