// The predictions of a file, to be saved by whoever has them already or comes later.

import { element } from "../dom.js";
import { fetchFile } from "../api.js";
import { saveFile } from "../saving.js";
import { actionButton } from "./action.js";

const PARQUET = "application/vnd.apache.parquet";

/** A button that saves the file under this address as `name`, and a place for what goes wrong. */
export function savePredictions(address, name) {
  const problem = element("div");
  const save = async () => saveFile(await fetchFile(`${address}/result`, PARQUET), name);
  return [
    element("div", {}, actionButton("Save the predictions", save, problem, "small")),
    problem,
  ];
}
