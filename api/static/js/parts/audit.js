// Who did what to what, newest first.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatMoment } from "../format.js";
import { actorWord } from "../words.js";
import { attempt } from "./action.js";
import { hint } from "./notice.js";

const AT_ONCE = 15;
const ACTIONS = {
  start: "started",
  stop: "stopped",
  retry: "tried again",
  train: "trained",
  deploy: "put in use",
  refuse: "did not put in use",
  rollback: "went back to",
  load: "loaded",
  pin: "kept for good",
  unpin: "keeps no longer",
  delete: "deleted",
  create: "made",
  change: "changed",
  resolve: "closed",
  import: "imported",
  run: "ran",
  test: "tested",
  deactivate: "switched off",
};
const SUBJECTS = {
  job: "the training",
  tenant: "the shop",
  model: "the model",
  schedule: "the schedule",
  webhook: "the webhook",
  alert: "the alert",
  product: "the product",
  "calendar entry": "the calendar entry",
  catalogue: "the catalogue",
};
const NAMELESS = new Set(["tenant", "sales", "catalogue"]);

/** The newest entries. */
export const fetchAudit = (signal, cursor = null) => {
  const query = new URLSearchParams({ limit: AT_ONCE, ...(cursor && { cursor }) });
  return fetchJson(`training/audit?${query}`, signal);
};

/** A list that grows page by page. */
export function auditPart(first) {
  if (!first.items.length) return [hint("Nothing has been done yet.")];
  const list = element("ol", { class: "audit" }, first.items.map(auditRow));
  const problem = element("div");
  const more = element("button", { class: "button quiet small", type: "button" }, "Show more");
  let cursor = first.next_cursor;
  const load = async () => {
    const page = await fetchAudit(undefined, cursor);
    list.append(...page.items.map(auditRow));
    cursor = page.next_cursor;
    more.hidden = !cursor;
  };
  more.hidden = !cursor;
  more.addEventListener("click", () => attempt(more, load, problem));
  return [list, problem, more];
}

function auditRow({ actor, action, subject_type: type, subject_id: id, details, created_at: at }) {
  return element(
    "li",
    {},
    element("time", { datetime: at }, formatMoment(at)),
    element(
      "span",
      {},
      element("strong", {}, actorWord(actor)),
      ` ${wordsFor(action, type)} `,
      subject(type, id, action, details),
    ),
  );
}

const wordsFor = (action, type) =>
  `${ACTIONS[action] ?? action} ${SUBJECTS[type] ?? type}`.replaceAll("_", " ");

function subject(type, id, action, details) {
  if (NAMELESS.has(type)) return "";
  const name = details.job_name ?? details.name ?? id;
  if (action === "delete") return name;
  if (type === "job") return element("a", { href: `#/jobs/${id}` }, name);
  if (type === "model") return element("a", { href: `#/models/${id}` }, name);
  return name;
}
