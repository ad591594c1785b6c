// What was in use for a product, when, and why: newest first.

import { element } from "../dom.js";
import { formatMoment } from "../format.js";
import { actorWord } from "../words.js";
import { hint } from "./notice.js";
import { DEPLOYMENT_KINDS } from "./versions.js";

/** A list of every change of the model in use. */
export function inUseHistory(entries) {
  if (!entries.length) return hint("No model has been in use yet.");
  return element("ol", { class: "audit" }, entries.map(historyRow));
}

function historyRow({ kind, model_id: modelId, model_version: version, reason, ...entry }) {
  const name = version ? `Version ${version}` : "A version that is deleted";
  return element(
    "li",
    {},
    element("time", { datetime: entry.created_at }, formatMoment(entry.created_at)),
    element(
      "div",
      {},
      modelId ? element("a", { href: `#/models/${modelId}` }, name) : element("span", {}, name),
      ` · ${DEPLOYMENT_KINDS[kind]} · ${actorWord(entry.actor)}`,
      reason && element("p", { class: "muted" }, reason),
    ),
  );
}
