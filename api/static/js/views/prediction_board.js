// A job that predicts a file, watched from its own page.

import { element } from "../dom.js";
import { jobHead } from "../parts/jobhead.js";
import { logTail } from "../parts/log.js";
import { savePredictions } from "../parts/predicted_file.js";
import { wholeLog } from "../parts/whole_log.js";

/** Returns the board that a job's page drives. */
export function predictionBoard(root, { jobId, onStop }) {
  const head = jobHead(onStop);
  const log = logTail("What happened last");
  const result = element("div", { class: "row-actions" });
  root.append(
    head.node,
    result,
    element(
      "div",
      { class: "logs" },
      element("details", { class: "log-box" }, element("summary", {}, "Log"), log.node),
      wholeLog(jobId),
    ),
  );
  return {
    ...head,
    show: ({ job }, link) => {
      head.show(job, link, job.current_step ?? "");
      if (!result.hasChildNodes()) result.append(...resultOf(job));
    },
    log: ({ product, timestamp }) => {
      for (const text of product?.logs ?? []) log.add({ time: timestamp, text });
    },
  };
}

/** What came of it, once it is there, and the model that it came from. */
function resultOf({ job_id: jobId, status, predicting_model_id: modelId }) {
  if (status !== "completed" || !modelId) return [];
  const model = encodeURIComponent(modelId);
  const address = `models/${model}/batch-predictions/${encodeURIComponent(jobId)}`;
  return [
    ...savePredictions(address, `${modelId}-predictions.parquet`),
    element("a", { class: "button quiet", href: `#/models/${model}` }, "The model"),
  ];
}
