// A model's page: how good it is beside the simplest forecast, what it expects, and its versions.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { goodToKnow } from "../parts/good_to_know.js";
import { fetchModel } from "../parts/model_actions.js";
import { deadEnd, hint } from "../parts/notice.js";
import { statusPill } from "../parts/pill.js";
import { tableModelActions } from "../parts/table_model_actions.js";
import { versionsSection } from "../parts/versions.js";
import { formatCount, formatDuration, formatMoment } from "../format.js";
import { algorithmWord, nameWord } from "../words.js";
import { forecastSections } from "./forecast_model.js";
import { tableSections } from "./table_model.js";

const LONG_NAME = 50;

/** Show the model with this id; after a change it is shown anew. */
export async function showModel(root, signal, modelId) {
  try {
    const model = await fetchModel(modelId, signal);
    const parts = await partsOf(model, signal, (id) =>
      id ? showModel(root, signal, id) : leaveModel(model),
    );
    root.replaceChildren(...parts);
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(...deadEnd("This model cannot be shown", error));
  }
}

async function partsOf(model, signal, onChange) {
  if (model.ml_task !== "forecast") {
    const sections = await tableSections(model, signal);
    const actions = tableModelActions(model, onChange);
    return [modelHead(model), ...sections, actions, origin(model)];
  }
  const history = `training/products/${encodeURIComponent(model.product_id)}/deployments?limit=200`;
  const [sections, deployments] = await Promise.all([
    forecastSections(model, signal),
    fetchJson(history, signal),
  ]);
  const versions = versionsSection(model, deployments.items, onChange);
  return [modelHead(model), ...sections, versions, goodToKnow(model), origin(model)].filter(
    Boolean,
  );
}

/** Where to go when the model that was shown is deleted. */
function leaveModel({ model_id: deleted, versions }) {
  const next = versions.find(({ model_id: modelId }) => modelId !== deleted);
  location.hash = next ? `#/models/${next.model_id}` : "#/";
}

const nameOf = (model) => nameWord(model.name) ?? (model.details.target_variable || model.model_id);

function modelHead(model) {
  document.title = `${nameOf(model)} · Model Studio`;
  const pill = statusPill();
  if (model.is_deployed) pill.set("completed", "In use");
  return element(
    "section",
    { class: "model-head" },
    element("a", { class: "back", href: "#/" }, "Overview"),
    element(
      "div",
      { class: "title-line" },
      element("h1", { "data-long": nameOf(model).length > LONG_NAME }, nameOf(model)),
      pill.node,
    ),
    element(
      "p",
      { class: "muted" },
      `${algorithmWord(model.algorithm)}, trained ${formatMoment(model.created_at)}`,
    ),
    model.product_id &&
      element(
        "p",
        {},
        element("a", { href: `#/products/${model.product_id}` }, "About this product"),
      ),
    notInUse(model),
    model.degraded_reason && element("p", { class: "notice notice-warn" }, model.degraded_reason),
  );
}

/** Which version counts, when it is not the one that is shown. */
function notInUse({ ml_task: task, is_deployed: isDeployed, versions }) {
  if (task !== "forecast" || isDeployed) return null;
  const used = versions.find((version) => version.is_deployed);
  if (!used) return hint("No version of this product is in use. Choose one below.", "warn");
  const notice = hint("This version is not in use. ");
  const link = element(
    "a",
    { href: `#/models/${used.model_id}` },
    `See version ${used.model_version}`,
  );
  notice.firstChild.append(link, ", which is.");
  return notice;
}

function origin(model) {
  const features = model.features ?? [];
  return element(
    "section",
    { class: "origin" },
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
