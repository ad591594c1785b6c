// A job that predicts a file, watched from its own page.

import { element } from "../dom.js";
import { jobHead } from "../parts/jobhead.js";
import { logTail } from "../parts/log.js";
import { wholeLog } from "../parts/whole_log.js";

/** Returns the board that a job's page drives. */
export function predictionBoard(root, { jobId, onStop }) {
  const head = jobHead("Predictions of a file", onStop);
  const log = logTail("What happened last");
  root.append(
    head.node,
    element(
      "div",
      { class: "logs" },
      element("details", { class: "log-box" }, element("summary", {}, "Log"), log.node),
      wholeLog(jobId),
    ),
  );
  return {
    ...head,
    show: ({ job }, link) => head.show(job, link, job.current_step ?? ""),
    log: ({ product, timestamp }) => {
      for (const text of product?.logs ?? []) log.add({ time: timestamp, text });
    },
  };
}
