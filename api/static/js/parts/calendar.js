// Days on which the shop is closed, and events that sell more or less: listed, added, changed.

import { announce, element } from "../dom.js";
import { deleteResource, fetchAll, patchJson, postJson } from "../api.js";
import { formatDay, localToday } from "../format.js";
import { actionButton } from "./action.js";
import { field, form, input, select } from "./field.js";
import { hint } from "./notice.js";
import { statusPill } from "./pill.js";
import { whenOpened } from "./table.js";

const KINDS = [
  ["closure", "Closed: nothing is sold"],
  ["event", "Event: more or less is sold"],
];
const address = ({ id }) => `training/calendar/${encodeURIComponent(id)}`;
const WORDS = { closure: "Closed", event: "Event" };

/** All entries of the calendar. */
export const fetchCalendar = (signal) => fetchAll("training/calendar", signal);

/** The list of entries with a form to add one. */
export function calendarPart(entries) {
  const problem = element("div");
  const listed = element("div");
  const show = (found) => listed.replaceChildren(...lists(found, problem, reload));
  const reload = async () => show(await fetchCalendar());
  show(entries);
  return [problem, listed, entryForm(reload)];
}

function lists(entries, problem, reload) {
  const inOrder = entries.toSorted((a, b) => a.starts_on.localeCompare(b.starts_on));
  const today = localToday();
  const coming = inOrder.filter((entry) => entry.ends_on >= today);
  const past = inOrder.filter((entry) => entry.ends_on < today).reverse();
  const list = (some) =>
    element(
      "ul",
      { class: "jobs" },
      some.map((entry) => entryRow(entry, problem, reload)),
    );
  return [
    coming.length ? list(coming) : hint("No closure or event is coming that is known here."),
    past.length > 0 && whenOpened("Past days", () => list(past)),
  ].filter(Boolean);
}

function entryRow(entry, problem, reload) {
  const { kind, name, starts_on: first, ends_on: last } = entry;
  const pill = statusPill();
  pill.set(kind === "closure" ? "" : "running", WORDS[kind]);
  const remove = async () => {
    await deleteResource(address(entry));
    announce(`${name} is removed.`);
    await reload();
  };
  const button = actionButton("Remove", remove, problem);
  button.setAttribute("aria-label", `Remove ${name}`);
  const change = whenOpened("Change", () => changeForm(entry, reload));
  change.firstChild.setAttribute("aria-label", `Change ${name}`);
  const days = first === last ? formatDay(first) : `${formatDay(first)} to ${formatDay(last)}`;
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element("strong", { class: "product-name" }, name),
      element("span", { class: "muted" }, days),
      pill.node,
      button,
    ),
    change,
  );
}

function entryForm(reload) {
  return form(entryFields({}), "Add to the calendar", async (values, node) => {
    await postJson("training/calendar", entryOf(values));
    announce("Added. It counts from the next training on.");
    node.reset();
    await reload();
  });
}

function changeForm(entry, reload) {
  return form(entryFields(entry), "Save the change", async (values) => {
    await patchJson(address(entry), entryOf(values));
    announce("Changed. It counts from the next training on.");
    await reload();
  });
}

function entryFields({ kind, name = "", starts_on: first = "", ends_on: last = "" }) {
  const fields = [
    field("What", select("kind", KINDS, kind)),
    field(
      "Name",
      input("name", { required: true, maxlength: 255, value: name }),
      "Give past and coming days of one event the same name.",
    ),
    field("First day", input("starts_on", { type: "date", required: true, value: first })),
    field(
      "Last day",
      input("ends_on", { type: "date", value: last }),
      "Left empty, it is the first day.",
    ),
  ];
  return element("div", { class: "form-grid" }, fields);
}

const entryOf = ({ ends_on: last, ...entry }) => ({ ...entry, ends_on: last || null });
