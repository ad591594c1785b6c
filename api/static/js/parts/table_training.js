// A table being trained: the six phases, the bar, the curve of the scores, and how it ended.

import { element, setAttribute, setText } from "../dom.js";
import { formatPercentage } from "../format.js";
import { oncePerFrame } from "../frame.js";
import { algorithmWord, phaseWord, TABLE_PHASES } from "../words.js";
import { progressBar } from "./bar.js";
import { logTail } from "./log.js";
import { scoreCurve } from "./score_curve.js";
import { tableResult } from "./table_result.js";

/**
 * Returns `{node, update(step), finish(result), note(line)}`; a step has status, phase,
 * percentage, message and metrics, a result metrics and model_id.
 */
export function tableTraining() {
  const parts = {
    phases: TABLE_PHASES.map((phase) => element("li", {}, phaseWord(phase))),
    bar: progressBar("Training", "bar-large"),
    percent: element("strong", { class: "job-percent" }),
    message: element("span", { class: "job-summary", role: "status" }),
    algorithm: element("span", { class: "muted" }),
    curve: scoreCurve(),
    log: logTail("Training log"),
    outcome: element("div", { class: "outcome" }),
  };
  const node = element(
    "section",
    { class: "table-training" },
    element("ol", { class: "phases" }, parts.phases),
    element("div", { class: "job-numbers" }, parts.percent, parts.message, parts.algorithm),
    parts.bar.node,
    parts.outcome,
    parts.curve.node,
    element(
      "details",
      { class: "log-box", open: true },
      element("summary", {}, "Log"),
      parts.log.node,
    ),
  );
  let latest = null;
  const draw = oncePerFrame(() => drawStep(parts, latest));
  return {
    node,
    update(step) {
      latest = step;
      parts.curve.add(step.metrics);
      draw();
    },
    finish: (result) => parts.outcome.replaceChildren(tableResult(result)),
    fail: (notice) => parts.outcome.replaceChildren(notice),
    note: parts.log.add,
  };
}

function drawStep(parts, { status, phase, percentage, message, metrics }) {
  const reached = status === "completed" ? TABLE_PHASES.length : TABLE_PHASES.indexOf(phase);
  parts.phases.forEach((item, position) => {
    setAttribute(
      item,
      "data-state",
      position < reached ? "done" : position === reached ? "now" : "next",
    );
    setAttribute(item, "aria-current", position === reached ? "step" : null);
  });
  parts.bar.set(percentage, status);
  setText(parts.percent, formatPercentage(percentage));
  setText(parts.message, message);
  const algorithm = metrics?.current_algorithm;
  setText(parts.algorithm, status === "running" && algorithm ? algorithmWord(algorithm) : "");
}
