// Trainings that start by themselves: when they run next; making, pausing, running, deleting them.

import { announce, element } from "../dom.js";
import { deleteResource, fetchAll, fetchJson, patchJson, postJson } from "../api.js";
import { cronWords } from "../cron.js";
import { formatAgo, formatCount, formatZoned } from "../format.js";
import { actionButton } from "../parts/action.js";
import { choose } from "../parts/dialog.js";
import { deadEnd, hint } from "../parts/notice.js";
import { statusPill } from "../parts/pill.js";
import { scheduleForm } from "../parts/schedule_form.js";
import { optionWords } from "../parts/training_fields.js";
import { jobStatusWord } from "../words.js";

const NAMED = 5;

const address = ({ id }) => `training/schedules/${encodeURIComponent(id)}`;

/** Show the schedules of the shop. */
export async function showSchedules(root, signal) {
  document.title = "Schedules · Model Studio";
  try {
    const [schedules, tenant, products] = await Promise.all([
      fetchAll("training/schedules", signal),
      fetchJson("training/tenant", signal),
      fetchAll("training/products", signal),
    ]);
    root.append(...page(schedules, tenant, products, signal));
  } catch (error) {
    if (!signal.aborted) root.append(...deadEnd("The schedules cannot be shown", error));
  }
}

function page(schedules, tenant, products, signal) {
  const nameOf = namesOf(products);
  const list = element("ul", { class: "jobs" });
  const none = hint("Nothing is trained by itself yet. Add a schedule below.");
  const problem = element("div");
  const show = (found) => {
    list.replaceChildren(...found.map((one) => scheduleRow(one, nameOf, problem, reload)));
    list.hidden = found.length === 0;
    none.hidden = found.length > 0;
  };
  const reload = async () => show(await fetchAll("training/schedules", signal));
  show(schedules);
  return [
    head(),
    element("section", { "aria-label": "Schedules" }, problem, list, none),
    element(
      "section",
      { "aria-label": "A new schedule" },
      element("h2", {}, "Add a schedule"),
      element("div", { class: "card" }, scheduleForm(tenant.time_zone, products, reload)),
    ),
  ];
}

const head = () =>
  element(
    "div",
    { class: "view-head" },
    element("h1", {}, "Schedules"),
    element(
      "p",
      { class: "lead" },
      "Trainings that start by themselves. Products for which nothing has changed are left out.",
    ),
  );

/** What people call the product that a request names by its id or its code. */
function namesOf(products) {
  const names = new Map(products.flatMap(({ id, sku, name }) => [[sku, name], [id, name]]));
  return (reference) => names.get(reference) ?? reference;
}

function scheduleRow(schedule, nameOf, problem, reload) {
  const pill = statusPill();
  pill.set(schedule.is_active ? "completed" : "", schedule.is_active ? "On" : "Paused");
  return element(
    "li",
    { class: "job", data: { active: String(schedule.is_active) } },
    element(
      "div",
      { class: "product-line" },
      element("strong", { class: "product-name" }, schedule.name),
      pill.node,
    ),
    element(
      "p",
      { class: "schedule-plan" },
      `${cronWords(schedule.cron)}, ${zoneName(schedule)} time.`,
    ),
    element("p", { class: "muted" }, whatIsTrained(schedule.request, nameOf)),
    nextRuns(schedule),
    lastRun(schedule),
    schedule.last_error && element("p", { class: "trouble" }, schedule.last_error),
    element("div", { class: "row-actions" }, actions(schedule, problem, reload)),
  );
}

const zoneName = ({ time_zone: zone }) => zone.split("/").at(-1).replaceAll("_", " ");

function whatIsTrained({ products, categories, ...options }, nameOf) {
  const how = optionWords(options);
  const what = products?.map(nameOf) ?? categories?.map((one) => `all of ${one}`);
  return `Trains ${what ? shortList(what) : "all products"}${how && `: ${how}`}.`;
}

function shortList(names) {
  const more = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(", ");
  return more > 0 ? `${shown} and ${formatCount(more)} more` : shown;
}

function nextRuns({ is_active: isActive, next_runs: runs, time_zone: zone }) {
  if (!isActive || !runs.length) return null;
  const [first, ...later] = runs.map((run) => formatZoned(run, zone));
  return element(
    "p",
    { class: "schedule-next" },
    element("strong", {}, `Next ${formatAgo(runs[0])}: ${first}`),
    later.length > 0 && element("span", { class: "muted" }, ` then ${later.join("; ")}`),
  );
}

function lastRun({ last_job: job, missed_runs: missed }) {
  if (!job) return null;
  const words = `${jobStatusWord(job.status)}, ${formatAgo(job.completed_at ?? job.created_at)}`;
  return element(
    "p",
    { class: "muted" },
    "Last run: ",
    element("a", { href: `#/jobs/${job.job_id}` }, words),
    missed > 0 && `; it made up for ${missed} missed before it`,
  );
}

function actions(schedule, problem, reload) {
  const { is_active: isActive } = schedule;
  const run = async () => {
    const job = await postJson(`${address(schedule)}/run`);
    location.hash = `#/jobs/${job.job_id}`;
  };
  const pause = async () => {
    await patchJson(address(schedule), { is_active: !isActive });
    announce(isActive ? "Paused." : "On again.");
    await reload();
  };
  const remove = async () => {
    if (!(await confirmed(schedule))) return;
    await deleteResource(address(schedule));
    announce("The schedule is deleted.");
    await reload();
  };
  return [
    actionButton("Run now", run, problem),
    actionButton(isActive ? "Pause" : "Go on", pause, problem),
    actionButton("Delete", remove, problem),
  ];
}

const confirmed = ({ name }) =>
  choose({
    title: `Delete “${name}”?`,
    text: "Its trainings do not start by themselves any more.",
    choices: [["delete", "Delete it", "Trainings that it started, and their models, stay."]],
    keep: "Keep it",
  });
