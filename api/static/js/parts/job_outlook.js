// Why a training waits, how long it will take, and what its products have in common.

import { element } from "../dom.js";
import { formatDuration, formatSpan, plural } from "../format.js";
import { hint } from "./notice.js";

const ANALYTICS = "“How it goes”";
const COMMAND = / \(`model-studio [^`]*`\)/;
const TRIGGERS = {
  schedule: "Started by a schedule.",
  event: "Started by another program.",
  drift: "Started by itself, because forecasts missed more than they should.",
};

/** Why the job waits, else when it is expected to end, else what it does. */
export function outlook(job) {
  if (job.waiting_reason) return placed(job);
  const { estimated_completion_p50: likely, estimated_completion_p90: late } = job;
  if (likely) return `Expected to end ${formatSpan(likely, late)}`;
  if (job.eta_seconds >= 1) return `about ${formatDuration(job.eta_seconds)} left`;
  return job.current_step ?? "";
}

/** A reason to wait, with the place in the line. */
export function placed({ waiting_reason: reason, queue_position: place }) {
  const ahead = place > 1 ? ` (${plural(place - 1, "other")} before it)` : "";
  return `${reason ?? "Waits for its turn"}${ahead}`;
}

/** Sentences about where the job comes from, and hints that concern many of its products. */
export function jobNotes({ trigger, retry_of: retryOf, hints = [] }) {
  return [
    TRIGGERS[trigger] && element("p", { class: "muted" }, TRIGGERS[trigger]),
    retryOf &&
      element(
        "p",
        { class: "muted" },
        "Tries again what was missing in ",
        element("a", { href: `#/jobs/${retryOf}` }, "an earlier training"),
        ".",
      ),
    ...hints.map(hintNotice),
  ].filter(Boolean);
}

/** A hint whose name of another view leads there, without what to type in a terminal instead. */
function hintNotice(text) {
  const [before, after] = text.replace(COMMAND, "").split(ANALYTICS);
  const notice = hint(before, "warn");
  if (after !== undefined) {
    notice.firstChild.append(element("a", { href: "#/analytics" }, ANALYTICS), after);
  }
  return notice;
}
