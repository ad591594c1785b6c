// Two versions side by side: which is better, by how much, and what differs.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { formatDay, formatFigure, formatFineShare, formatMoment } from "../format.js";
import { gateComparison } from "../parts/gate.js";
import { deadEnd, hint } from "../parts/notice.js";
import { numbersRow, table, whenOpened } from "../parts/table.js";
import { algorithmWord, FORECAST_METRICS, RANGE_METRICS } from "../words.js";

const METRICS = new Map(
  [...FORECAST_METRICS, ...RANGE_METRICS].map(([name, ...rest]) => [name, rest]),
);
const WRITTEN = {
  share: formatFineShare,
  figure: formatFigure,
  percentage: (value) => formatFineShare(value === null ? null : value / 100),
};

/** Show the models with the ids `a` and `b` beside each other. */
export async function showComparison(root, signal, a, b) {
  const query = new URLSearchParams({ a, b });
  try {
    const comparison = await fetchJson(`training/models/compare?${query}`, signal);
    root.append(head(comparison), verdict(comparison), ...sections(comparison));
  } catch (error) {
    if (!signal.aborted) root.append(...deadEnd("These models cannot be compared", error));
  }
}

function head({ a, b }) {
  document.title = "Two versions · Model Studio";
  return element(
    "div",
    { class: "view-head" },
    element("a", { class: "back", href: `#/models/${a.model_id}` }, a.name ?? "The model"),
    element("h1", {}, "Two versions"),
    element("p", { class: "lead" }, a.product_name ?? `${a.name} and ${b.name}`),
  );
}

function verdict({ a, b, better, verdict: words }) {
  const side = (model, name) =>
    element(
      "li",
      { class: "side", data: { better: String(better === name) } },
      element("span", { class: "figure-label" }, name === "a" ? "First" : "Second"),
      element("a", { class: "side-name", href: `#/models/${model.model_id}` }, model.model_version),
      element("span", { class: "muted" }, algorithmWord(model.algorithm)),
      element("span", { class: "muted" }, formatMoment(model.created_at)),
      element("span", { class: "side-state" }, stateOf(model, better === name)),
    );
  return element(
    "section",
    {},
    element("ol", { class: "sides" }, side(a, "a"), side(b, "b")),
    hint(inOrder(words, a, b), better ? "good" : "plain"),
  );
}

/** The page calls the two by their places, not by their ids. */
const inOrder = (words, a, b) =>
  words.replaceAll(a.model_id, "The first").replaceAll(b.model_id, "The second");

const stateOf = ({ is_deployed: isDeployed, is_pinned: isPinned }, isBetter) =>
  [isBetter && "Better in the tests", isDeployed && "In use", isPinned && "Kept for good"]
    .filter(Boolean)
    .join(" · ");

function sections(comparison) {
  const { metrics, hyperparameters, features, data, forecasts, gate } = comparison;
  return [
    element(
      "section",
      {},
      element("h2", {}, "Measures"),
      metricsTable(metrics),
      element("p", { class: "muted" }, "The better one of each line is marked green."),
    ),
    element(
      "section",
      {},
      element("h2", {}, "What differs"),
      element("p", {}, dataWords(data)),
      gate && element("p", {}, gate.reason),
      gate && gateComparison(gate),
      featureWords(features),
      hyperparameters.length > 0 &&
        whenOpened("Settings that differ", () => settingsTable(hyperparameters)),
      forecasts.length > 0 && whenOpened("The two forecasts", () => forecastsTable(forecasts)),
    ),
  ];
}

function metricsTable(metrics) {
  const rows = metrics.map(({ name, a, b, better }) => {
    const [title, , kind] = METRICS.get(name) ?? [name.replaceAll("_", " "), "", "figure"];
    const cell = (value, side) =>
      element(
        "td",
        { class: `number${better === side ? " chosen" : ""}` },
        WRITTEN[kind](value),
        better === side && element("span", { class: "visually-hidden" }, ", better"),
      );
    return element("tr", {}, element("th", { scope: "row" }, title), cell(a, "a"), cell(b, "b"));
  });
  return table("Measures of both", ["Measure", "First", "Second"], rows);
}

const dataWords = ({ is_same: isSame, training_points_a: a, training_points_b: b }) =>
  isSame
    ? "Both learned from the same data, to the last value."
    : `The first learned from ${formatFigure(a)} periods, the second from ${formatFigure(b)}.`;

function featureWords({ only_a: onlyA, only_b: onlyB }) {
  const sentences = [
    onlyA.length > 0 && `Only the first looks at ${onlyA.join(", ")}.`,
    onlyB.length > 0 && `Only the second looks at ${onlyB.join(", ")}.`,
  ].filter(Boolean);
  return element("p", {}, sentences.join(" ") || "Both look at the same facts.");
}

function settingsTable(pairs) {
  const written = (value) => (value === null || value === undefined ? "–" : String(value));
  const rows = pairs.map(({ name, a, b }) =>
    numbersRow(name.replaceAll("_", " "), [written(a), written(b)]),
  );
  return table("Settings", ["Setting", "First", "Second"], rows);
}

function forecastsTable(forecasts) {
  const rows = forecasts.map(({ ds, a, b, difference }) =>
    numbersRow(formatDay(ds), [a, b, difference].map(formatFigure)),
  );
  return table("Forecasts", ["When", "First", "Second", "Difference"], rows, "tall");
}
