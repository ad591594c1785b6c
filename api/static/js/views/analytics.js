// How it goes: accuracy over the shop, what to look at first, failures, time and time saved.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatCount, formatDuration, formatPercentage, plural } from "../format.js";
import { accuracySection, failuresSection, worstSection } from "../parts/accuracy_report.js";
import { driftSection, fetchDrift } from "../parts/drift_report.js";
import { figureCard } from "../parts/figure.js";
import { problemNotice } from "../parts/notice.js";
import { timeSection } from "../parts/time_report.js";
import { trendSection } from "../parts/trend_report.js";

const DAY_MS = 86_400_000;
const PERIODS = [
  ["30", "Last 30 days"],
  ["90", "Last 90 days"],
  ["365", "Last year"],
];
const USUAL = "90";
const LISTED = 8;

/** Show the analytics of the shop. */
export async function showAnalytics(root, signal) {
  document.title = "How it goes · Model Studio";
  const body = element("div", { class: "view" });
  const period = element(
    "select",
    { "aria-label": "Time that is looked at" },
    PERIODS.map(([value, words]) => element("option", { value, selected: value === USUAL }, words)),
  );
  const load = async () => body.replaceChildren(...(await reports(period.value, signal)));
  period.addEventListener("change", load);
  root.append(head(period), body);
  await load();
}

const head = (period) =>
  element("div", { class: "section-head" }, element("h1", {}, "How it goes"), period);

async function reports(days, signal) {
  const from = new Date(Date.now() - Number(days) * DAY_MS).toISOString();
  const ask = (name) =>
    fetchJson(`training/analytics/${name}?${new URLSearchParams({ from, limit: LISTED })}`, signal);
  try {
    const answers = await Promise.all([
      ...["performance", "accuracy", "duration"].map(ask),
      fetchDrift(signal),
    ]);
    return sections(...answers);
  } catch (error) {
    return signal.aborted ? [] : [problemNotice(error, "Reload the page to try again.")];
  }
}

function sections(performance, accuracy, duration, drift) {
  return [
    element("div", { class: "figures" }, figures(performance, accuracy)),
    accuracySection(accuracy),
    driftSection(drift),
    trendSection(performance, accuracy, duration),
    worstSection(accuracy),
    failuresSection(performance),
    timeSection(duration),
  ].filter(Boolean);
}

function figures({ products, saved_by_incremental_training: saved }, accuracy) {
  const { compared, better } = accuracy.against_baseline;
  return [
    figureCard({
      label: "Middle accuracy",
      value: formatPercentage(accuracy.accuracy.median),
      meaning: "Half of the products are forecast better than this, half worse.",
    }),
    figureCard({
      label: "Better than repeating",
      value: formatCount(better),
      meaning: `of ${formatCount(compared)} products beat last week repeated`,
      tone: compared > 0 && better === compared ? "good" : "plain",
    }),
    figureCard({
      label: "Trained without trouble",
      value: formatPercentage(products.success_rate),
      meaning: `${formatCount(products.trained)} trained, ${formatCount(products.failed)} failed`,
    }),
    figureCard({
      label: "Time saved",
      value: saved.products_skipped ? formatDuration(saved.seconds) : "–",
      meaning: `${plural(saved.products_skipped, "product")} had not changed and kept the model`,
    }),
  ];
}
