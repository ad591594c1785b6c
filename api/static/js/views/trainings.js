// Every training there was, filtered and page by page.

import { element, setText } from "../dom.js";
import { fetchJson } from "../api.js";
import { attempt } from "../parts/action.js";
import { jobRows } from "../parts/job_list.js";

const AT_ONCE = 25;
const FILTERS = {
  status: [
    ["", "In any state"],
    ["pending", "Waiting"],
    ["running", "Running"],
    ["completed", "Finished"],
    ["failed", "Failed"],
    ["cancelled", "Stopped"],
  ],
  trigger: [
    ["", "Started by anything"],
    ["request", "Started by hand"],
    ["schedule", "Started by a schedule"],
    ["drift", "Started after poor forecasts"],
    ["event", "Started by another program"],
    ["retry", "Tried again"],
  ],
  sort: [
    ["created_at", "Newest first"],
    ["duration", "Longest first"],
    ["priority", "Highest priority first"],
  ],
};
const NARROWING = ["job_name", "status", "trigger"];
const LABELS = { status: "State", trigger: "Started by", sort: "Order" };

/** Show the history. */
export function showTrainings(root, signal) {
  document.title = "Trainings · Model Studio";
  const view = {
    form: element("form", { class: "history-filters" }, filterFields()),
    list: element("ul", { class: "jobs" }),
    none: element("p", { class: "muted", role: "status" }),
    more: element("button", { class: "button quiet", type: "button", hidden: true }, "Show more"),
    problem: element("div"),
    shown: [],
    cursor: null,
  };
  view.rows = jobRows(view.list);
  const load = () => attempt(view.more, () => loadPage(view, signal), view.problem);
  const restart = () => {
    view.cursor = null;
    return load();
  };
  view.form.addEventListener("change", restart);
  view.form.addEventListener("submit", (event) => {
    event.preventDefault();
    restart();
  });
  view.more.addEventListener("click", load);
  root.append(head(), view.form, view.problem, view.list, view.none, view.more);
  view.list.hidden = true;
  return restart();
}

const head = () =>
  element(
    "div",
    { class: "view-head" },
    element("a", { class: "back", href: "#/" }, "Overview"),
    element("h1", {}, "Trainings"),
  );

function filterFields() {
  const selects = Object.entries(FILTERS).map(([name, options]) =>
    element(
      "select",
      { name, "aria-label": LABELS[name] },
      options.map(([value, words]) => element("option", { value }, words)),
    ),
  );
  const search = element("input", {
    type: "search",
    name: "job_name",
    placeholder: "Part of the name",
    "aria-label": "Part of the name of the training",
  });
  return [search, ...selects];
}

async function loadPage(view, signal) {
  const { cursor } = view;
  const query = new URLSearchParams({ limit: AT_ONCE, ...(cursor && { cursor }) });
  for (const [name, value] of new FormData(view.form)) if (value.trim()) query.set(name, value);
  view.asked = query.toString();
  const page = await fetchJson(`training/history?${query}`, signal);
  if (view.asked !== query.toString()) return; // another filter was chosen meanwhile
  view.shown = cursor ? [...view.shown, ...page.items] : page.items;
  view.cursor = page.next_cursor;
  view.rows.show(view.shown.map((job) => [job.job_id, job]));
  view.list.hidden = view.shown.length === 0;
  setText(view.none, view.shown.length ? "" : wordsForNone(query));
  view.more.hidden = !view.cursor;
}

const wordsForNone = (query) =>
  NARROWING.some((name) => query.has(name))
    ? "There is no such training."
    : "Nothing has been trained yet. The overview has a button for it, once sales are there.";
