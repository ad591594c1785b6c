// The newest trainings with their state.

import { element, setAttribute, setText } from "../dom.js";
import { formatAgo, formatCount, formatPercentage } from "../format.js";
import { KeyedList } from "../keyed.js";
import { jobStatusWord } from "../words.js";
import { progressBar } from "./bar.js";
import { jobName } from "./job_name.js";
import { statusPill } from "./pill.js";

/** Returns `{node, show(jobs)}`. */
export function jobList() {
  const list = element("ul", { class: "jobs" });
  const rows = jobRows(list);
  const all = element("a", { href: "#/trainings" }, "All trainings");
  const head = element("div", { class: "section-head" }, element("h2", {}, "Trainings"), all);
  const node = element("section", { hidden: true }, head, list);
  const show = (jobs) => {
    node.hidden = jobs.length === 0;
    rows.show(jobs.map((job) => [job.job_id, job]));
  };
  return { node, show };
}

/** The rows of trainings in `list`, as a keyed list. */
export const jobRows = (list) => new KeyedList(list, jobRow);

function jobRow(job) {
  const name = jobName(job);
  const parts = {
    when: element("span", { class: "muted" }),
    numbers: element("span", { class: "muted" }),
    percent: element("span", { class: "product-percent" }),
    pill: statusPill(),
    bar: progressBar(name),
  };
  const link = element("a", { href: `#/jobs/${job.job_id}`, class: "product-name" }, name);
  const node = element(
    "li",
    { class: "job" },
    element("div", { class: "product-line" }, link, parts.numbers, parts.when, parts.pill.node),
    element("div", { class: "product-progress" }, parts.bar.node, parts.percent),
  );
  return { node, update: (item) => updateJob(node, parts, item) };
}

function updateJob(node, parts, job) {
  setAttribute(node, "data-status", job.status);
  parts.pill.set(job.status, jobStatusWord(job.status));
  parts.bar.set(job.progress_percentage, job.status);
  setText(parts.percent, formatPercentage(job.progress_percentage));
  setText(parts.when, formatAgo(job.completed_at ?? job.started_at ?? job.created_at));
  setText(parts.numbers, job.kind === "products" ? numbersOf(job) : "");
}

function numbersOf(job) {
  const parts = [
    `${formatCount(job.products_completed)} of ${formatCount(job.products_total)} ready`,
    job.products_skipped > 0 && `${formatCount(job.products_skipped)} unchanged`,
    job.products_failed > 0 && `${formatCount(job.products_failed)} failed`,
  ];
  return parts.filter(Boolean).join(", ");
}
