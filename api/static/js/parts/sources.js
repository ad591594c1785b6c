// The outside services that trainings ask, and whether they answer.

import { element } from "../dom.js";
import { formatAgo, formatMoment } from "../format.js";
import { hint } from "./notice.js";
import { statusPill } from "./pill.js";

const NAMES = { sales: "Sales", weather: "Weather", traffic: "Traffic", holidays: "Holidays" };
const STATES = {
  closed: ["completed", "Answers"],
  open: ["failed", "Does not answer"],
  "half-open": ["running", "Being tried again"],
};

/** The state of each source. */
export function sourcesPart({ items }) {
  if (!items.length) {
    return [hint("No outside service is set up. Sales are imported; holidays are built in.")];
  }
  return [element("ul", { class: "jobs" }, items.map(sourceRow))];
}

function sourceRow(source) {
  const pill = statusPill();
  pill.set(...STATES[source.state]);
  const success = source.last_success_at
    ? `answered last ${formatAgo(source.last_success_at)}`
    : "has not answered yet";
  return element(
    "li",
    { class: "job", data: { status: source.state === "open" ? "failed" : "" } },
    element(
      "div",
      { class: "product-line" },
      element("strong", { class: "product-name" }, NAMES[source.source]),
      element("span", { class: "muted" }, success),
      pill.node,
    ),
    source.last_error && element("p", { class: "trouble" }, source.last_error),
    source.asked_again_at &&
      element("p", { class: "advice" }, `Asked again ${formatMoment(source.asked_again_at)}.`),
  );
}
