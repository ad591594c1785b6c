// The last lines of what happened, kept at the bottom unless the reader scrolled up.

import { element } from "../dom.js";
import { formatClock } from "../format.js";
import { oncePerFrame } from "../frame.js";

const LINES_KEPT = 300;

/** Returns `{node, add({time, subject, text, bad})}`; lines are drawn once per frame. */
export function logTail(label) {
  const list = element("ol", { class: "log-lines" });
  const node = element(
    "div",
    { class: "log", role: "log", "aria-label": label, tabindex: 0 },
    list,
  );
  const waiting = [];
  const draw = oncePerFrame(() => drawLines(node, list, waiting.splice(0)));
  const add = (line) => {
    waiting.push(line);
    if (waiting.length > LINES_KEPT) waiting.shift();
    draw();
  };
  return { node, add };
}

function drawLines(node, list, lines) {
  const follows = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
  list.append(...lines.map(logLine));
  while (list.childElementCount > LINES_KEPT) list.firstChild.remove();
  if (follows) node.scrollTop = node.scrollHeight;
}

function logLine({ time, subject, text, bad }) {
  return element(
    "li",
    { class: bad ? "log-bad" : null },
    element("time", {}, formatClock(time)),
    subject && element("b", {}, subject),
    element("span", {}, text),
  );
}
