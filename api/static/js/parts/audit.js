// Who did what to what, newest first.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatMoment, plural } from "../format.js";
import { actorWord, nameWord } from "../words.js";
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
const PAGES = { job: "jobs", model: "models", product: "products" };
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

function auditRow(entry) {
  const { actor, action, subject_type: type, created_at: at } = entry;
  return element(
    "li",
    {},
    element("time", { datetime: at }, formatMoment(at)),
    element(
      "span",
      {},
      element("strong", {}, actorWord(actor)),
      ` ${wordsFor(action, type)} `,
      ...subject(entry),
    ),
  );
}

const wordsFor = (action, type) =>
  `${ACTIONS[action] ?? action} ${SUBJECTS[type] ?? type}`.replaceAll("_", " ");

/** Its name, as a link where it has a page; models share the name of what they are of. */
function subject(entry) {
  const { subject_type: type, subject_id: id, subject_name: known, action } = entry;
  if (NAMELESS.has(type)) return [];
  const name = nameWord(known) ?? unnamed(entry);
  const page = action === "delete" ? null : PAGES[type];
  const shown = page ? element("a", { href: `#/${page}/${encodeURIComponent(id)}` }, name) : name;
  if (type !== "model" || !known) return [shown];
  return ["of ", shown, " ", element("span", { class: "muted" }, id)];
}

const unnamed = ({ subject_type: type, subject_id: id, details: { products } }) =>
  type === "job" && products ? `of ${plural(products, "product")}` : id;
