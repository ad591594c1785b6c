// The forecast of a product to take along: as a table, and as a Prophet model for Python.

import { element } from "../dom.js";
import { fetchFile } from "../api.js";
import { amountCell } from "../cells.js";
import { wallClock } from "../format.js";
import { saveFile } from "../saving.js";
import { fileName } from "../spreadsheet.js";
import { actionButton } from "./action.js";
import { saveButtons } from "./table_files.js";

const ANY_TYPE = "*/*";
const HEAD = ["date", "most likely", "at least", "at most"];

/** A row of buttons; the last only where Prophet has a part in the forecast. */
export function forecastFiles(model, { forecast }) {
  const problem = element("div");
  const name = fileName(`${model.name ?? model.model_id} forecast`);
  const path = `models/${encodeURIComponent(model.model_id)}/export?format=prophet`;
  const prophet = async () => saveFile(await fetchFile(path, ANY_TYPE), `${name} prophet.json`);
  return element(
    "div",
    { class: "forecast-files" },
    element(
      "div",
      { class: "row-actions" },
      saveButtons(forecastRows(forecast), name, problem),
      hasProphet(model) && actionButton("Save as a Prophet file", prophet, problem),
    ),
    hasProphet(model) &&
      element("small", {}, "The Prophet file is for Python: prophet.serialize reads it."),
    problem,
  );
}

const forecastRows = (forecast) => [
  HEAD,
  ...forecast.map(({ ds, yhat, yhat_lower: low, yhat_upper: high }) => [
    wallClock(ds),
    ...[yhat, low, high].map(amountCell),
  ]),
];

/** Prophet itself, or one of the methods of an average. */
const hasProphet = ({ algorithm, hyperparameters }) =>
  [algorithm, ...Object.keys(hyperparameters ?? {})].some((name) => name.startsWith("prophet"));
