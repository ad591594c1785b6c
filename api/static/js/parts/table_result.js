// How a finished training of a table did, and the way to its model.

import { element } from "../dom.js";
import { formatDuration } from "../format.js";
import { algorithmWord } from "../words.js";
import { tableFigures } from "./table_metrics.js";

/** Cards for the metrics of a finished training, and the way to the model. */
export function tableResult({ metrics, model_id: modelId }) {
  const word = metrics.algorithm ? algorithmWord(metrics.algorithm) : "the best method";
  const length = formatDuration(metrics.total_time_seconds);
  return element(
    "section",
    { class: "result", "aria-label": "Result" },
    element("p", { class: "result-lead" }, `Trained with ${word} in ${length}.`),
    tableFigures(metrics),
    element(
      "p",
      {},
      element("a", { class: "button", href: `#/models/${modelId}` }, "See the model"),
    ),
  );
}
