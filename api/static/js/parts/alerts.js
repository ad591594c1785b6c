// What a person should look at: a calm list, empty most of the time.

import { announce, element } from "../dom.js";
import { postJson } from "../api.js";
import { formatAgo, formatCount } from "../format.js";
import { KeyedList } from "../keyed.js";
import { actionButton } from "./action.js";

const SHOWN_AT_FIRST = 5;
const SEVERITY = { high: "Important", medium: "Worth a look", low: "For information" };
const PLACES = {
  source_unavailable: ["#/settings", "See the sources"],
  webhook_failing: ["#/settings", "See the webhooks"],
  schedule_failing: ["#/schedules", "See the schedules"],
};

/** Returns `{node, show(alerts, products)}`; the node is hidden while nothing is open. */
export function alertList() {
  const list = element("ul", { class: "alerts" });
  const problem = element("div");
  const more = element("button", { class: "button quiet small", type: "button" });
  const view = { alerts: [], links: new Map(), limit: SHOWN_AT_FIRST };
  const rows = new KeyedList(list, ({ alert, place }) => alertRow(alert, place, problem, resolved));
  const draw = () => drawAlerts(node, rows, more, view);
  const resolved = (id) => {
    view.alerts = view.alerts.filter((alert) => alert.id !== id);
    draw();
  };
  more.addEventListener("click", () => {
    view.limit = Infinity;
    draw();
  });
  const node = element(
    "section",
    { hidden: true, "aria-label": "Worth your attention" },
    element("h2", {}, "Worth your attention"),
    problem,
    list,
    more,
  );
  const show = (alerts, products) => {
    view.alerts = alerts;
    view.links = new Map(products.map((product) => [product.id, product]));
    draw();
  };
  return { node, show };
}

function drawAlerts(node, rows, more, { alerts, links, limit }) {
  node.hidden = alerts.length === 0;
  const shown = alerts.slice(0, limit);
  rows.show(shown.map((alert) => [alert.id, { alert, place: placeOf(alert, links) }]));
  more.hidden = shown.length === alerts.length;
  more.textContent = `Show all ${formatCount(alerts.length)}`;
}

/** Where one can see what an alert is about. */
function placeOf({ kind, subject_id: subject }, products) {
  const model = products.get(subject)?.model;
  if (model) return [`#/models/${model.model_id}`, "See the forecast"];
  return PLACES[kind] ?? null;
}

function alertRow(alert, place, problem, onResolved) {
  const resolve = async () => {
    await postJson(`training/alerts/${encodeURIComponent(alert.id)}/resolve`);
    announce("Done. It comes back if its cause does.");
    onResolved(alert.id);
  };
  const button = actionButton("Done", resolve, problem);
  button.setAttribute("aria-label", `Done: ${alert.message}`);
  const node = element(
    "li",
    { class: "alert", data: { severity: alert.severity } },
    element(
      "div",
      { class: "alert-words" },
      element("p", { class: "alert-text" }, alert.message),
      alert.recommended_action && element("p", { class: "muted" }, alert.recommended_action),
      element(
        "p",
        { class: "alert-about" },
        `${SEVERITY[alert.severity]}, ${formatAgo(alert.created_at)}`,
      ),
    ),
    element(
      "div",
      { class: "row-actions" },
      place && element("a", { class: "button quiet small", href: place[0] }, place[1]),
      button,
    ),
  );
  return { node, update: () => {} };
}
