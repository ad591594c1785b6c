// The page of a model that was trained on an uploaded table.

import { element } from "../dom.js";
import { tablePrediction } from "../parts/table_prediction.js";
import { leaderboard, tableFigures } from "../parts/table_result.js";

/** Figures, the methods that were compared, and a row to ask it. */
export function tableSections(model) {
  const { metrics, details } = model;
  const compared = details.leaderboard ?? [];
  const sections = [tableFigures(metrics)];
  if (compared.length) {
    sections.push(element("section", { class: "table-frame" }, leaderboard(compared)));
  }
  return [...sections, tablePrediction(model)].filter(Boolean);
}
