// The page of a model that was trained on an uploaded table.

import { element } from "../dom.js";
import { leaderboard, tableFigures } from "../parts/table_result.js";

/** Figures and the methods that were compared. */
export function tableSections({ metrics, details }) {
  const compared = details.leaderboard ?? [];
  const sections = [tableFigures(metrics)];
  if (compared.length) {
    sections.push(element("section", { class: "table-frame" }, leaderboard(compared)));
  }
  return sections;
}
