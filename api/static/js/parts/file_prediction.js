// A whole file for a model to predict: sent, followed while it is worked on, and saved.

import { announce, element } from "../dom.js";
import { fetchJson, upload } from "../api.js";
import { formatShare, plural } from "../format.js";
import { jobStatusWord } from "../words.js";
import { progressBar } from "./bar.js";
import { dropZone } from "./dropzone.js";
import { hint, problemNotice } from "./notice.js";
import { savePredictions } from "./predicted_file.js";

const LOOK_AGAIN_MS = 1000;
const OPEN = new Set(["pending", "running"]);

/** A box with a place to drop a file; following ends with the visit. */
export function filePrediction({ model_id: modelId }, signal) {
  const path = `models/${encodeURIComponent(modelId)}/batch-predictions`;
  const outcome = element("div", { class: "setting", role: "status" });
  const zone = dropZone({
    title: "Drop a Parquet or CSV file here",
    hint: "with the same columns. You get it back with the predictions beside each row.",
    accept: ".parquet,.csv",
    onFile: async (file) => {
      try {
        await predictFile(path, file, outcome, signal);
      } catch (error) {
        if (!signal.aborted) outcome.replaceChildren(problemNotice(error));
      }
    },
  });
  return element(
    "details",
    {},
    element("summary", {}, "Predict a whole file"),
    element("div", { class: "setting" }, zone, outcome),
  );
}

async function predictFile(path, file, outcome, signal) {
  const bar = progressBar(`Predicting ${file.name}`);
  const words = element("p", { class: "muted" }, `${file.name}: sending`);
  outcome.replaceChildren(words, bar.node);
  const body = new FormData();
  body.append("keep_columns", "true");
  body.append("file", file);
  const onSent = (share) => (words.textContent = `${file.name}: ${formatShare(share)} sent`);
  const { job_id: jobId } = await upload(path, body, { onSent });
  const address = `${path}/${encodeURIComponent(jobId)}`;
  const ended = await followed(address, signal, (job) => {
    words.textContent = `${file.name}: ${job.current_step ?? jobStatusWord(job.status)}`;
    bar.set(job.progress_percentage, job.status);
  });
  if (ended.status !== "completed") {
    throw new Error(ended.error_message ?? `${file.name}: ${jobStatusWord(ended.status)}`);
  }
  showResult(address, file, ended, outcome);
}

/** The job once it has ended; `onLook` gets it each time that it is looked at. */
async function followed(address, signal, onLook) {
  for (;;) {
    const job = await fetchJson(address, signal);
    onLook(job);
    if (!OPEN.has(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function showResult(address, file, { rows_predicted: rows }, outcome) {
  const name = `${file.name.replace(/\.[^.]*$/, "")}-predictions.parquet`;
  const words = `${plural(rows, "row")} of ${file.name} ${rows === 1 ? "is" : "are"} predicted.`;
  announce(words);
  outcome.replaceChildren(hint(words, "good"), ...savePredictions(address, name));
}
