// What the service knows of the shop, what it asks and tells others, and who did what.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { auditPart, fetchAudit } from "../parts/audit.js";
import { calendarPart, fetchCalendar } from "../parts/calendar.js";
import { defaultsForm } from "../parts/defaults_form.js";
import { problemNotice } from "../parts/notice.js";
import { fetchRetention, retentionPart } from "../parts/retention.js";
import { shopForm } from "../parts/shop_form.js";
import { sourcesPart } from "../parts/sources.js";
import { fetchUsage, usagePart } from "../parts/usage.js";
import { fetchWebhooks, webhooksPart } from "../parts/webhooks.js";

const SECTIONS = [
  {
    title: "Your shop",
    lead: "Its country and region say which public holidays count.",
    ask: "tenant",
    parts: (tenant) => [shopForm(tenant)],
  },
  {
    title: "Calendar",
    lead: "Days without sales, and days that are unlike others. Public holidays are known already.",
    ask: "calendar",
    parts: calendarPart,
  },
  {
    title: "How trainings go",
    lead: "What a training does that is not told otherwise. What is left empty, the service decides.",
    ask: "tenant",
    parts: (tenant) => [defaultsForm(tenant)],
  },
  {
    title: "What you use",
    lead: "Of what your shop may use at a time.",
    ask: "usage",
    parts: usagePart,
  },
  {
    title: "Old models",
    lead: "Models that are of no use any more go by themselves.",
    ask: "retention",
    parts: retentionPart,
  },
  {
    title: "Outside sources",
    lead: "Services that trainings ask.",
    ask: "sources",
    parts: sourcesPart,
  },
  {
    title: "Webhooks",
    lead: "Addresses of other programs that are told when a training ends.",
    ask: "webhooks",
    parts: webhooksPart,
  },
  {
    title: "Who did what",
    lead: "Every change, by people and by the service.",
    ask: "audit",
    parts: auditPart,
  },
];

/** Show the settings; a part that the service refuses says so in its place. */
export async function showSettings(root, signal) {
  document.title = "Settings · Model Studio";
  const answers = await everything(signal);
  if (signal.aborted) return;
  root.append(
    element("div", { class: "view-head" }, element("h1", {}, "Settings")),
    ...SECTIONS.map(({ ask, ...section }) => settingsSection(section, answers[ask])),
  );
}

/** What each question came to, by its name. */
async function everything(signal) {
  const asked = {
    tenant: fetchJson("training/tenant", signal),
    calendar: fetchCalendar(signal),
    sources: fetchJson("training/sources", signal),
    usage: fetchUsage(signal),
    retention: fetchRetention(signal),
    webhooks: fetchWebhooks(signal),
    audit: fetchAudit(signal),
  };
  const answers = await Promise.allSettled(Object.values(asked));
  return Object.fromEntries(Object.keys(asked).map((name, at) => [name, answers[at]]));
}

function settingsSection({ title, lead, parts }, { status, value, reason }) {
  return element(
    "section",
    { class: "setting", "aria-label": title },
    element("h2", {}, title),
    element("p", { class: "muted" }, lead),
    status === "fulfilled" ? parts(value) : problemNotice(reason),
  );
}
