// The stored log of a training: every line of a level and above, with how long each step took.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatClock, formatMilliseconds } from "../format.js";
import { attempt } from "./action.js";

const LEVELS = [
  ["DEBUG", "Everything, with how long each step took"],
  ["INFO", "What happened"],
  ["WARNING", "Warnings and errors"],
  ["ERROR", "Errors only"],
];
const LINES_AT_ONCE = 100;
const BAD = new Set(["ERROR", "CRITICAL"]);

/** A box that reads the log when it is opened. */
export function wholeLog(jobId) {
  const view = {
    level: element(
      "select",
      { "aria-label": "Which lines of the log" },
      LEVELS.map(([value, words]) =>
        element("option", { value, selected: value === "INFO" }, words),
      ),
    ),
    lines: element("ol", { class: "log-stored" }),
    more: element("button", { class: "button quiet small", type: "button" }, "Show more"),
    none: element("p", { class: "muted" }, "There are no such lines."),
    problem: element("div"),
    cursor: null,
  };
  const load = () => attempt(view.more, () => loadLines(view, jobId), view.problem);
  const restart = () => {
    view.lines.replaceChildren();
    view.cursor = null;
    return load();
  };
  view.level.addEventListener("change", restart);
  view.more.addEventListener("click", load);
  const log = element(
    "div",
    { class: "log log-whole", role: "region", "aria-label": "Whole log", tabindex: 0 },
    view.lines,
    view.none,
    view.more,
  );
  const box = element(
    "details",
    { class: "log-box" },
    element("summary", {}, "Whole log"),
    element("div", { class: "log-level" }, view.level),
    view.problem,
    log,
  );
  box.addEventListener("toggle", () => box.open && restart());
  return box;
}

async function loadLines(view, jobId) {
  const query = new URLSearchParams({ level: view.level.value, limit: LINES_AT_ONCE });
  if (view.cursor) query.set("cursor", view.cursor);
  const page = await fetchJson(`training/logs/${encodeURIComponent(jobId)}?${query}`);
  view.lines.append(...page.items.map(logLine));
  view.cursor = page.next_cursor;
  view.more.hidden = !page.next_cursor;
  view.none.hidden = view.lines.childElementCount > 0;
}

function logLine(line) {
  const { log_level: level, execution_time_ms: length } = line;
  return element(
    "li",
    { class: BAD.has(level) ? "log-bad" : null },
    element("time", {}, formatClock(line.created_at)),
    line.product_name && element("b", {}, line.product_name),
    element("span", { class: "log-text" }, level === "WARNING" && "Warning: ", line.message),
    length !== null && element("span", { class: "log-length" }, formatMilliseconds(length)),
  );
}
