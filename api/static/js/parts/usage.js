// What the shop uses of what it may use, and other limits for it.

import { element } from "../dom.js";
import { fetchJson, patchJson } from "../api.js";
import { formatCount } from "../format.js";
import { barList } from "./bar_list.js";
import { field, form, input } from "./field.js";
import { whenOpened } from "./table.js";

const USES = [
  ["products", "Products"],
  ["active_jobs", "Trainings waiting or running"],
  ["running_tasks", "Products in training now"],
];
const LIMITS = [
  ["max_products", "Products", 1],
  ["max_active_jobs", "Trainings waiting or running", 1],
  ["max_running_tasks", "Products in training at once", 1],
  ["requests_per_minute", "Requests in a minute", 0, "0 is no limit."],
];

/** What is used now, with the limits that the shop states itself. */
export async function fetchUsage(signal) {
  const [used, tenant] = await Promise.all(
    ["usage", "tenant"].map((name) => fetchJson(`training/${name}`, signal)),
  );
  return { used, quotas: tenant.quotas };
}

/** Bars, and a form to change the limits. */
export function usagePart({ used, quotas }) {
  const bars = element("div", {}, useBars(used));
  const changed = async () => bars.replaceChildren(useBars((await fetchUsage()).used));
  return [bars, whenOpened("Change the limits", () => limitsForm(quotas, changed))];
}

const useBars = (used) =>
  barList(
    "What is used",
    USES.map(([name, label]) => useBar(label, used[name])),
    1,
  );

function useBar(label, { used, limit }) {
  if (limit === null) return { label, value: 0, words: formatCount(used) };
  const words = `${formatCount(used)} of ${formatCount(limit)}`;
  return { label, value: Math.min(used / limit, 1), words };
}

function limitsForm(quotas, changed) {
  const fields = LIMITS.map(([name, label, min, help = null]) =>
    field(label, input(name, { type: "number", min, value: quotas[name] ?? "" }), help),
  );
  const grid = element("div", { class: "form-grid" }, fields);
  const node = form(grid, "Save", async (values) => {
    const limits = Object.entries(values).map(([name, text]) => [name, text ? Number(text) : null]);
    await patchJson("training/tenant", { quotas: Object.fromEntries(limits) });
    await changed();
    return "Saved. What is left empty, the service decides.";
  });
  return element("div", { class: "card" }, node);
}
