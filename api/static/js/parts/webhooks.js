// Other programs that are told of trainings: adding, testing, pausing and deleting them.

import { announce, element } from "../dom.js";
import { deleteResource, fetchAll, fetchJson, patchJson, postJson } from "../api.js";
import { formatAgo, formatCount } from "../format.js";
import { actionButton } from "./action.js";
import { choose, show } from "./dialog.js";
import { field, form, input, select } from "./field.js";
import { hint } from "./notice.js";
import { statusPill } from "./pill.js";
import { numbersRow, table, whenOpened } from "./table.js";

const EVENTS = [
  ["", "Of everything"],
  ["training_completed", "Of finished trainings"],
  ["training_failed", "Of products that failed"],
];
const EVENT_WORDS = {
  training_completed: "finished trainings",
  training_failed: "products that failed",
  webhook_test: "test",
};
const DELIVERY_WORDS = { pending: "waits", delivered: "taken", failed: "given up" };

const address = ({ id }) => `training/webhooks/${encodeURIComponent(id)}`;

/** All webhooks of the shop. */
export const fetchWebhooks = (signal) => fetchAll("training/webhooks", signal);

/** The list of webhooks with a form to add one. */
export function webhooksPart(webhooks) {
  const problem = element("div");
  const list = element("ul", { class: "jobs" });
  const none = hint("No other program is told of trainings.");
  const draw = (found) => {
    list.replaceChildren(...found.map((one) => webhookRow(one, problem, reload)));
    list.hidden = found.length === 0;
    none.hidden = found.length > 0;
  };
  const reload = async () => draw(await fetchWebhooks());
  draw(webhooks);
  return [problem, list, none, webhookForm(reload)];
}

function webhookRow(webhook, problem, reload) {
  const pill = statusPill();
  pill.set(webhook.is_active ? "completed" : "", webhook.is_active ? "On" : "Paused");
  const types = webhook.event_types.map((type) => EVENT_WORDS[type] ?? type).join(" and ");
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element("strong", { class: "product-name" }, webhook.url),
      pill.node,
    ),
    element("p", { class: "muted" }, `Told of ${types}.`),
    element("div", { class: "row-actions" }, actions(webhook, problem, reload)),
    whenOpened("What was sent", () => deliveries(webhook)),
  );
}

function actions(webhook, problem, reload) {
  const test = async () => {
    await postJson(`${address(webhook)}/test`);
    announce("A test is on its way.");
    await reload();
  };
  const pause = async () => {
    await patchJson(address(webhook), { is_active: !webhook.is_active });
    await reload();
  };
  const remove = async () => {
    if (!(await confirmed(webhook))) return;
    await deleteResource(address(webhook));
    await reload();
  };
  return [
    actionButton("Send a test", test, problem),
    actionButton(webhook.is_active ? "Pause" : "Go on", pause, problem),
    actionButton("Delete", remove, problem),
  ];
}

const confirmed = ({ url }) =>
  choose({
    title: "Delete this webhook?",
    text: `${url} is told of nothing any more.`,
    choices: [["delete", "Delete it", "Its secret and the list of what was sent go with it."]],
    keep: "Keep it",
  });

function deliveries(webhook) {
  const box = element("div", { class: "muted" }, "Loading …");
  fetchJson(`${address(webhook)}/deliveries?limit=20`).then(
    ({ items }) => box.replaceChildren(items.length ? deliveryTable(items) : "Nothing yet."),
    (error) => box.replaceChildren(error.message),
  );
  return box;
}

function deliveryTable(items) {
  const rows = items.map((sent) =>
    numbersRow(
      `${EVENT_WORDS[sent.event_type] ?? sent.event_type}, ${formatAgo(sent.created_at)}`,
      [
        DELIVERY_WORDS[sent.status],
        formatCount(sent.attempts),
        sent.last_error ?? (sent.last_status === null ? "–" : String(sent.last_status)),
      ],
    ),
  );
  return table("What was sent", ["What", "State", "Attempts", "Answer"], rows);
}

function webhookForm(reload) {
  const fields = [
    field(
      "Address",
      input("url", { type: "url", required: true, maxlength: 2000, placeholder: "https://" }),
    ),
    field("Told", select("event_type", EVENTS)),
  ];
  const grid = element("div", { class: "form-grid" }, fields);
  return form(grid, "Add the webhook", async ({ url, event_type: type }, node) => {
    const body = { url, ...(type && { event_types: [type] }) };
    const { secret } = await postJson("training/webhooks", body);
    node.reset();
    await show(
      "Keep this secret now",
      element("p", { class: "dialog-text" }, "It signs what is sent, and is not shown again."),
      element("code", { class: "secret", tabindex: 0 }, secret),
    );
    await reload();
  });
}
