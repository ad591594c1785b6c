// The page of a model that was trained on an uploaded table.

import { element } from "../dom.js";
import { fetchJson, ServiceError } from "../api.js";
import { candidatesSection } from "../parts/candidates.js";
import { classCurves } from "../parts/class_curves.js";
import { clusterSections } from "../parts/clusters.js";
import { confusion } from "../parts/confusion.js";
import { dataProfile } from "../parts/data_profile.js";
import { dependence } from "../parts/dependence.js";
import { goodToKnow } from "../parts/good_to_know.js";
import { learningCurve } from "../parts/learning_curve.js";
import { misses } from "../parts/misses.js";
import { modelFiles } from "../parts/model_files.js";
import { hint } from "../parts/notice.js";
import { seriesSections } from "../parts/series_forecast.js";
import { seriesPrediction } from "../parts/series_prediction.js";
import { strongestColumns } from "../parts/strongest.js";
import { tableFigures } from "../parts/table_metrics.js";
import { tablePrediction } from "../parts/table_prediction.js";

const SECTIONS = {
  permutation_importance: "How much each column matters",
  shap: "By how much each column moves a prediction",
  partial_dependence: "How single columns change the answer",
  learning_curve: "What more rows bring",
  interval_coverage: "How often the range holds",
};

/** How good it is, a row to ask it, what it goes by, where it is off, what was compared, the data. */
export async function tableSections(model, signal) {
  const path = `models/${encodeURIComponent(model.model_id)}`;
  const [board, explained] = await Promise.all([
    fetchJson(`${path}/leaderboard`, signal),
    explanationOf(path, signal),
  ]);
  const { sections } = explained;
  const isSeries = model.ml_task === "time_series";
  return [
    tableFigures(model.metrics, model.ml_task, sections.metric_intervals),
    modelFiles(model),
    goodToKnow(model, sections, board),
    ...(isSeries ? seriesSections(sections, model.details.target_variable) : []),
    isSeries ? seriesPrediction(model) : tablePrediction(model, signal),
    ...clusterSections(sections),
    ...explanationSections(model, explained),
    board.entries.length > 0 && candidatesSection(board),
    dataProfile(model),
  ].filter(Boolean);
}

/** Models of older releases have no explanation; the service says so, and the page goes on. */
async function explanationOf(path, signal) {
  try {
    return await fetchJson(`${path}/explanation`, signal);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { sections: {}, left_out: {}, missing: error.message };
  }
}

function explanationSections(model, { sections, left_out: leftOut, missing }) {
  if (missing) return [section("What it goes by", [hint(missing)])];
  const target = model.details.target_variable;
  return [
    section("What it goes by", [
      strongestColumns(sections),
      dependence(sections, target),
      learningCurve(sections, model.details.selection_metric),
    ]),
    section("Where it is right and wrong", [
      confusion(sections),
      classCurves(sections),
      misses(sections, target),
    ]),
    leftOutSection(leftOut),
  ];
}

function section(title, parts) {
  const present = parts.filter(Boolean);
  if (!present.length) return null;
  return element(
    "section",
    { class: "setting", "aria-label": title },
    element("h2", {}, title),
    present,
  );
}

/** What could not be shown, and why. */
function leftOutSection(leftOut) {
  const reasons = Object.entries(leftOut ?? {});
  if (!reasons.length) return null;
  return element(
    "details",
    {},
    element("summary", {}, "What is not shown, and why"),
    element(
      "ul",
      {},
      reasons.map(([name, reason]) =>
        element("li", {}, `${SECTIONS[name] ?? name.replaceAll("_", " ")}: ${reasonWords(reason)}`),
      ),
    ),
  );
}

const reasonWords = (reason) => (typeof reason === "string" ? reason : JSON.stringify(reason));
