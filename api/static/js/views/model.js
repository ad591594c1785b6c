// A model's page: how good it is beside the simplest forecast, and what it expects.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { deadEnd } from "../parts/notice.js";
import { statusPill } from "../parts/pill.js";
import { formatCount, formatDuration, formatMoment } from "../format.js";
import { algorithmWord } from "../words.js";
import { forecastSections } from "./forecast_model.js";
import { tableSections } from "./table_model.js";

const LONG_NAME = 50;

/** Show the model with this id. */
export async function showModel(root, signal, modelId) {
  try {
    const model = await fetchJson(`training/models/${encodeURIComponent(modelId)}`, signal);
    const sections = model.ml_task === "forecast" ? forecastSections : tableSections;
    root.append(modelHead(model), ...(await sections(model, signal)), origin(model));
  } catch (error) {
    if (!signal.aborted) root.append(...deadEnd("This model cannot be shown", error));
  }
}

const nameOf = (model) => model.name ?? (model.details.target_variable || model.model_id);

function modelHead(model) {
  document.title = `${nameOf(model)} · Model Studio`;
  const pill = statusPill();
  if (model.is_deployed) pill.set("completed", "In use");
  return element(
    "section",
    { class: "model-head" },
    element("a", { class: "back", href: "#/" }, "Overview"),
    element("div", { class: "title-line" }, element("h1", { "data-long": nameOf(model).length > LONG_NAME }, nameOf(model)), pill.node),
    element(
      "p",
      { class: "muted" },
      `${algorithmWord(model.algorithm)}, trained ${formatMoment(model.created_at)}`,
    ),
    model.degraded_reason && element("p", { class: "notice notice-warn" }, model.degraded_reason),
  );
}

function origin(model) {
  const notes = model.details.notes ?? [];
  const features = model.features ?? [];
  return element(
    "section",
    { class: "origin" },
    notes.length > 0 && element("h2", {}, "Good to know"),
    notes.length > 0 &&
      element(
        "ul",
        {},
        notes.map((note) => element("li", {}, note)),
      ),
    element(
      "details",
      {},
      element("summary", {}, "How it was made"),
      facts([
        ["Version", model.model_version],
        ["Learned from", `${formatCount(model.training_data_points)} rows`],
        ["Training took", formatDuration(model.training_duration_seconds)],
        ["Number", model.model_id],
        ["Data digest", model.data_digest],
      ]),
      features.length > 0 &&
        element("h3", {}, `Facts it looks at (${formatCount(features.length)})`),
      element(
        "p",
        { class: "chips" },
        features.map((name) => element("span", { class: "chip" }, name)),
      ),
      settings(model.hyperparameters ?? {}),
    ),
  );
}

function settings(hyperparameters) {
  const entries = Object.entries(hyperparameters);
  if (!entries.length) return null;
  return element(
    "div",
    {},
    element("h3", {}, "Settings"),
    facts(entries.flatMap(([name, value]) => settingLines(name, value))),
  );
}

/** A line for each value; those of a group of settings carry its name. */
function settingLines(name, value) {
  if (value === null || typeof value !== "object")
    return [[name.replaceAll("_", " "), String(value)]];
  return Object.entries(value).flatMap(([inner, part]) => settingLines(`${name}: ${inner}`, part));
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined);
  return element(
    "dl",
    { class: "facts" },
    known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}
