// How a forecast did against the sales that came after its training.

import { element } from "../dom.js";
import { formatAgo, formatAmount, formatDay, formatPeriods, formatShare } from "../format.js";
import { figureCard } from "./figure.js";
import { hint } from "./notice.js";

/** A section of figures; null before any later sales were compared. */
export function liveSection(live, frequency) {
  if (!live.scored_points) return null;
  const days = `${formatDay(live.first_ds)} to ${formatDay(live.last_ds)}`;
  return element(
    "section",
    { "aria-label": "How it did since" },
    element("h2", {}, "How it did since"),
    live.is_drifting && hint(driftWords(live), "warn"),
    element("div", { class: "figures" }, figures(live)),
    element(
      "p",
      { class: "muted" },
      `${formatPeriods(live.scored_points, frequency)} compared with what was really sold, ${days}; ` +
        `last looked at ${formatAgo(live.scored_at)}. The dots on the chart above show each.`,
    ),
  );
}

function driftWords({ wape, wape_limit: limit }) {
  const over = limit !== null && wape > limit;
  return over
    ? `It misses by ${formatShare(wape)}; above ${formatShare(limit)} is more than its tests` +
        " promised. Train the product again."
    : "Fewer sales fall inside its range than its tests promised. Train the product again.";
}

function figures(live) {
  return [
    figureCard({
      label: "Typical error since",
      value: formatShare(live.wape),
      meaning: `Its tests promised ${formatShare(live.backtest_wape)}.`,
      tone: live.is_drifting ? "bad" : "plain",
    }),
    figureCard({
      label: "Inside the range since",
      value: formatShare(live.coverage),
      meaning: `Of the sales; ${formatShare(live.interval_width)} is aimed at.`,
    }),
    figureCard({
      label: live.bias >= 0 ? "Too much expected" : "Too little expected",
      value: formatAmount(Math.abs(live.bias)),
      meaning: "Units by which a forecast lay on that side, on average.",
    }),
  ];
}
