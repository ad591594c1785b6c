// The page of a model that was trained on an uploaded table.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { leaderboard, tableFigures } from "../parts/table_result.js";

/** Figures and the methods that were compared. */
export async function tableSections(model, signal) {
  const path = `training/models/${encodeURIComponent(model.model_id)}/metrics`;
  const measured = await fetchJson(path, signal);
  const metrics = { ...measured, ...measured.extra };
  const compared = model.details?.leaderboard ?? [];
  return [
    tableFigures(metrics),
    compared.length > 0 && element("section", { class: "table-frame" }, leaderboard(compared)),
  ].filter(Boolean);
}
