// Which columns a model of a table goes by.

import { element } from "../dom.js";
import { formatMeasure, formatShare } from "../format.js";
import { barList } from "./bar_list.js";
import { numbersRow, table, whenOpened } from "./table.js";
import { scoreWords } from "./table_metrics.js";

const SHOWN = 12;

/** Bars for the strongest columns with all numbers behind, or null where nothing is known. */
export function strongestColumns({ permutation_importance: shuffled, shap }) {
  const found = shuffled ?? shap;
  if (!found?.columns.length) return null;
  const bars = found.columns.slice(0, SHOWN).map(({ column, importance }) => ({
    label: column,
    value: Math.max(0, importance ?? 0),
    words: formatMeasure(importance),
  }));
  return element(
    "div",
    {},
    element("p", { class: "muted" }, shuffled ? shuffledWords(shuffled) : SHAP_WORDS),
    barList("Strongest columns", bars),
    whenOpened("Every column as a table", () => importances(shuffled, shap)),
  );
}

/** The columns that set the groups of a clustering apart. */
export function separatingColumns(columns) {
  if (!columns?.length) return null;
  const bars = columns.slice(0, SHOWN).map(({ column, strength }) => ({
    label: column,
    value: strength,
    words: formatShare(strength),
  }));
  return element(
    "div",
    {},
    element("p", { class: "muted" }, "How much of each column's variation the groups account for."),
    barList("Columns that set the groups apart", bars),
  );
}

const SHAP_WORDS = "By how much each column moves a prediction on average.";

const shuffledWords = ({ metric }) =>
  `How much worse the model gets when the values of a column are mixed up among the rows ` +
  `(${scoreWords(metric)}). Of two columns that tell the same, each may look weak.`;

function importances(shuffled, shap) {
  const moves = new Map(shap?.columns.map(({ column, importance }) => [column, importance]));
  const columns = (shuffled ?? shap).columns;
  const rows = columns.map(({ column, importance, std }) =>
    numbersRow(column, [
      shuffled ? `${formatMeasure(importance)} ± ${formatMeasure(std)}` : "–",
      moves.has(column) ? formatMeasure(moves.get(column)) : "–",
    ]),
  );
  const head = ["Column", "Worse when mixed up", "Moves a prediction by"];
  return table("Importance of every column", head, rows, "tall");
}
