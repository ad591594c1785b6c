// A job that trains an uploaded table, watched from its own page.

import { jobHead } from "../parts/jobhead.js";
import { tableTraining } from "../parts/table_training.js";
import { wholeLog } from "../parts/whole_log.js";

/** Returns the board that a job's page drives. */
export function tableBoard(root, { jobId, onStop }) {
  const head = jobHead(onStop);
  const training = tableTraining();
  root.append(head.node, training.node, wholeLog(jobId));
  root.classList.add("view-table");
  return {
    ...head,
    show(state, link) {
      head.show(state.job, link, "");
      showTable(training, state);
    },
    log: ({ product, timestamp }) => {
      for (const text of product?.logs ?? []) training.note({ time: timestamp, text });
    },
  };
}

function showTable(training, { job, products }) {
  const [task = {}] = [...products.values()];
  training.update({
    status: job.status,
    phase: task.phase ?? job.phase,
    percentage: job.progress_percentage,
    message: job.status === "running" ? (task.message ?? job.current_step) : "",
    metrics: task.metrics,
  });
  const result =
    job.result ?? (job.model && { metrics: job.metrics, model_id: job.model.model_id });
  if (job.status === "completed" && result?.model_id) training.finish(result);
}
