// What can be done with a training that has ended: its failed part once more, or forgetting it.

import { announce, element } from "../dom.js";
import { deleteResource, postJson } from "../api.js";
import { actionButton } from "./action.js";
import { choose } from "./dialog.js";

/** Returns `{node, show(job)}`; empty until the job has ended. */
export function jobEnding() {
  const problem = element("div");
  const buttons = element("div", { class: "row-actions" });
  const node = element("div", { hidden: true }, buttons, problem);
  let shown = null;
  const show = (job) => {
    const state = `${job.job_id} ${job.status} ${leftOver(job)}`;
    if (state === shown) return;
    shown = state;
    node.hidden = false;
    const retry = actionButton(retryWords(job), () => retryJob(job.job_id), problem, "small");
    const forget = actionButton("Delete this record", () => deleteJob(job.job_id), problem);
    buttons.replaceChildren(...(leftOver(job) ? [retry, forget] : [forget]));
  };
  return { node, show };
}

/** How many parts failed or were cancelled. */
function leftOver({ kind, status, products_failed: failed, products_cancelled: cancelled }) {
  if (kind !== "products") return status === "completed" ? 0 : 1;
  return failed + cancelled;
}

const retryWords = (job) =>
  job.kind !== "products" || job.products_completed === 0
    ? "Try again"
    : "Try again what is missing";

async function retryJob(jobId) {
  const job = await postJson(`training/retry/${encodeURIComponent(jobId)}`);
  location.hash = `#/jobs/${job.job_id}`;
}

async function deleteJob(jobId) {
  const answer = await choose({
    title: "Delete this record?",
    text: "What happened in this training is forgotten, with its log.",
    choices: [["delete", "Delete it", "The models that it made stay."]],
    keep: "Keep it",
  });
  if (!answer) return;
  await deleteResource(`training/jobs/${encodeURIComponent(jobId)}`);
  announce("The record is deleted.");
  location.hash = "#/trainings";
}
