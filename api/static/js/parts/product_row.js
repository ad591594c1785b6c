// One product of a job: its bar while it trains, then how good it is or why it failed.

import { element, setAttribute, setText } from "../dom.js";
import { formatPercentage } from "../format.js";
import { phaseWord } from "../words.js";
import { errorComparison } from "./accuracy.js";
import { progressBar } from "./bar.js";
import { placed } from "./job_outlook.js";
import { statusPill } from "./pill.js";

/** Returns `{node, update(product)}` for a keyed list. */
export function productRow(product) {
  const name = product.product_name || product.sku;
  const parts = {
    title: element("a", { class: "product-name" }, name),
    attempt: element("span", { class: "attempt" }),
    phase: element("span", { class: "product-phase" }),
    percent: element("span", { class: "product-percent" }),
    pill: statusPill(),
    bar: progressBar(name),
    comparison: errorComparison(),
    trouble: element("p", { class: "trouble" }),
    advice: element("p", { class: "advice" }),
  };
  const node = element(
    "li",
    { class: "product" },
    element("div", { class: "product-line" }, parts.title, parts.attempt, parts.pill.node),
    element("div", { class: "product-progress" }, parts.bar.node, parts.percent, parts.phase),
    parts.comparison.node,
    parts.trouble,
    parts.advice,
  );
  return { node, update: (item) => updateRow(node, parts, item) };
}

function updateRow(node, parts, item) {
  setAttribute(node, "data-status", item.status);
  setAttribute(parts.title, "href", item.model_id && `#/models/${item.model_id}`);
  setText(parts.attempt, item.attempt > 1 ? `attempt ${item.attempt}` : "");
  parts.pill.set(item.status, item.skipped_reason ? "Unchanged" : undefined);
  parts.bar.set(item.percentage, item.status);
  setText(parts.percent, formatPercentage(item.percentage));
  setText(parts.phase, item.status === "running" ? item.message || phaseWord(item.phase) : "");
  const measured = item.status === "completed" && item.metrics?.wape !== undefined;
  parts.comparison.node.hidden = !measured;
  if (measured) parts.comparison.set(item.metrics, item.baseline);
  showTrouble(parts, item);
}

function showTrouble(parts, item) {
  const failed = item.status === "failed";
  const lacked = [item.degraded_reason, ...(item.warnings ?? [])].filter(Boolean).join(" ");
  setText(parts.trouble, failed ? item.error_message : lacked);
  setAttribute(parts.trouble, "title", failed ? item.error_type : null);
  setText(parts.advice, adviceFor(item));
}

/** What to do, or why nothing was or is being done. */
function adviceFor(item) {
  if (item.status === "failed") return item.recommended_action;
  if (item.status === "pending") return placed(item);
  return item.skipped_reason;
}
