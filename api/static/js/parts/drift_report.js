// Forecasts that miss by more than their tests promised, and those that did before.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatAgo, formatDay } from "../format.js";
import { hint } from "./notice.js";
import { statusPill } from "./pill.js";
import { section } from "./section.js";

const KIND = "accuracy_drift";
const SHOWN = 20;

/** The newest alerts about it, open or closed. */
export const fetchDrift = (signal) => {
  const query = new URLSearchParams({ kind: KIND, status: "all", limit: SHOWN });
  return fetchJson(`training/alerts?${query}`, signal);
};

/** The section about them. */
export function driftSection({ items }) {
  return section("Forecasts that became worse", [
    element(
      "p",
      { class: "muted" },
      "Each forecast in use is compared with the sales that come in. Here are those that missed" +
        " by more than their tests promised.",
    ),
    items.length
      ? element("ul", { class: "jobs" }, items.map(driftRow))
      : hint("None. All forecasts in use hold what their tests promised.", "good"),
  ]);
}

function driftRow({ message, details, created_at: since, resolved_at: until }) {
  const pill = statusPill();
  pill.set(until ? "completed" : "failed", until ? `Over since ${formatDay(until)}` : "Still so");
  const { model_id: model } = details;
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element(
        "a",
        { class: "product-name", href: model ? `#/models/${model}` : null },
        details.product ?? message,
      ),
      element("span", { class: "muted" }, formatAgo(since)),
      pill.node,
    ),
    element("p", { class: "advice" }, message),
  );
}
