// The top of a job's page: its name, its state, the line to the service, its bar and stop.

import { element, setAttribute, setText } from "../dom.js";
import { formatAgo, formatDuration, formatMoment, formatPercentage } from "../format.js";
import { LINK } from "../socket.js";
import { jobStatusWord } from "../words.js";
import { progressBar } from "./bar.js";
import { jobEnding } from "./job_ending.js";
import { jobName } from "./job_name.js";
import { jobNotes, outlook } from "./job_outlook.js";
import { problemNotice } from "./notice.js";
import { statusPill } from "./pill.js";

const LINE_WORDS = {
  [LINK.live]: "Live",
  [LINK.lost]: "Connection lost, trying again",
  [LINK.ended]: "",
};
const LONG_NAME = 50;
const ENDED = new Set(["completed", "failed", "cancelled"]);

/** Returns `{node, show(job, link, summary), tick(), stopping(), stopRefused(notice)}`. */
export function jobHead(onStop) {
  const parts = headParts(onStop);
  let job = null;
  return {
    node: parts.node,
    show(current, link, summary) {
      job = current;
      showHead(parts, job, link, jobName(job), summary);
    },
    tick: () => job && setText(parts.time, timeWords(job)),
    stopping: () => showStopping(parts),
    stopRefused: (notice) => parts.problem.replaceChildren(notice),
  };
}

function headParts(onStop) {
  const parts = {
    name: element("h1"),
    pill: statusPill(),
    line: element("span", { class: "line", role: "status" }),
    time: element("p", { class: "muted" }),
    percent: element("strong", { class: "job-percent" }),
    summary: element("span", { class: "job-summary" }),
    eta: element("span", { class: "muted" }),
    bar: progressBar("Whole job", "bar-large"),
    stop: element("button", { class: "button danger", on: { click: onStop } }, "Stop"),
    problem: element("div"),
    notes: element("div", { class: "job-notes" }),
    ending: jobEnding(),
  };
  parts.node = element(
    "section",
    { class: "job-head" },
    element("a", { class: "back", href: "#/" }, "Overview"),
    element("div", { class: "title-line" }, parts.name, parts.pill.node, parts.line, parts.stop),
    parts.time,
    element("div", { class: "job-numbers" }, parts.percent, parts.summary, parts.eta),
    parts.bar.node,
    parts.problem,
    parts.notes,
    parts.ending.node,
  );
  return parts;
}

function showHead(parts, job, link, name, summary) {
  const ended = ENDED.has(job.status);
  document.title = `${ended ? "" : `${formatPercentage(job.progress_percentage)} · `}${name}`;
  setText(parts.name, name);
  setAttribute(parts.name, "data-long", name.length > LONG_NAME);
  parts.pill.set(job.status, jobStatusWord(job.status));
  setText(parts.line, LINE_WORDS[link]);
  setAttribute(parts.line, "data-link", link);
  setText(parts.time, timeWords(job));
  setText(parts.percent, formatPercentage(job.progress_percentage));
  setText(parts.summary, summary);
  setText(parts.eta, ended ? "" : outlook(job));
  parts.bar.set(job.progress_percentage, job.status);
  parts.stop.hidden = ended;
  if (job.stop_mode === "abort") showStopping(parts);
  if (parts.hints !== job.hints) parts.notes.replaceChildren(...jobNotes(job));
  parts.hints = job.hints;
  if (ended) parts.ending.show(job);
  if (ended) parts.problem.replaceChildren(...endNotices(job));
}

function showStopping({ stop }) {
  stop.disabled = true;
  setText(stop, "Stopping …");
}

function endNotices(job) {
  return job.status === "failed" && job.error_message
    ? [problemNotice(new Error(job.error_message), job.recommended_action)]
    : [];
}

function timeWords(job) {
  if (!job.started_at) return `Asked for ${formatAgo(job.created_at)}`;
  const end = job.completed_at ? new Date(job.completed_at) : Date.now();
  const length = formatDuration(Math.max(0, (end - new Date(job.started_at)) / 1000));
  const started = `Started ${formatMoment(job.started_at)}`;
  return job.completed_at ? `${started}, took ${length}` : `${started}, running for ${length}`;
}
