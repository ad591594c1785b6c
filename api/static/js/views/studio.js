// The Studio: drop a table, say what to predict, watch it train.

import { announce, element, setText } from "../dom.js";
import { formatShare, formatSize } from "../format.js";
import { columnNames } from "../parquet.js";
import { progressBar } from "../parts/bar.js";
import { dropZone } from "../parts/dropzone.js";
import { problemNotice } from "../parts/notice.js";
import { tableTraining } from "../parts/table_training.js";
import { trainingRequest } from "../parts/training_request.js";
import { columnsListedIn, LARGEST_MESSAGE_BYTES, trainLive, trainUploaded } from "../studio.js";

/** Show the form; training appears below it. */
export function showStudio(root, signal) {
  document.title = "Studio · Model Studio";
  const form = studioForm((file, request) => train(form, file, request, signal));
  root.append(
    element(
      "div",
      { class: "view-head" },
      element("h1", {}, "Studio"),
      element(
        "p",
        { class: "lead" },
        "Drop a table, say what it is to tell you, and the best of several methods is trained on it.",
      ),
    ),
    form.node,
    form.stage,
  );
}

function studioForm(onTrain) {
  const form = {
    file: null,
    request: trainingRequest(),
    chosen: element("p", { class: "chosen-file", role: "status" }),
    sending: progressBar("Sending the file"),
    submit: element("button", { class: "button", type: "submit" }, "Train"),
    problem: element("div"),
    stage: element("div", { class: "stage" }),
  };
  const zone = dropZone({
    title: "Drop a Parquet file here",
    hint: "or choose one. A row per example, a column per fact.",
    accept: ".parquet",
    onFile: (file) => chooseFile(form, file),
  });
  form.node = element(
    "form",
    { class: "studio-form" },
    zone,
    form.chosen,
    form.request.nodes,
    form.problem,
    form.sending.node,
    form.submit,
  );
  form.sending.node.hidden = true;
  form.node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.file) onTrain(form.file, form.request.read());
    else form.problem.replaceChildren(problemNotice(new Error("Choose a Parquet file first.")));
  });
  return form;
}

const fileWords = ({ name, size }) => `${name}, ${formatSize(size)}`;

async function chooseFile(form, file) {
  form.file = file;
  form.problem.replaceChildren();
  setText(form.chosen, fileWords(file));
  form.request.offer(await columnNames(file));
}

async function train(form, file, request, signal) {
  form.problem.replaceChildren();
  form.submit.disabled = true;
  const send = file.size > LARGEST_MESSAGE_BYTES ? trainLarge : trainOverSocket;
  try {
    await send(form, file, request, signal);
  } catch (error) {
    form.problem.replaceChildren(problemNotice(error));
  } finally {
    form.submit.disabled = false;
    form.sending.node.hidden = true;
  }
}

/** How much of the file has left. */
function showSent(form, file, share) {
  const isOver = share === 1;
  form.sending.node.hidden = isOver;
  form.sending.set(share * 100, "running");
  setText(form.chosen, isOver ? fileWords(file) : `${file.name}: ${formatShare(share)} sent`);
}

async function trainLarge(form, file, request) {
  const job = await trainUploaded(file, request, (share) => showSent(form, file, share));
  location.hash = `#/jobs/${job.job_id}`;
}

function trainOverSocket(form, file, request, signal) {
  const training = tableTraining();
  form.stage.replaceChildren(element("h2", {}, `Training on ${file.name}`), training.node);
  form.stage.scrollIntoView({ behavior: "smooth", block: "nearest" });
  training.update({ status: "running", phase: "", percentage: 0, message: "Sending the file" });
  return new Promise((resolve, reject) => {
    const close = trainLive(file, request, {
      onSent: (share) => showSent(form, file, share),
      onMessage: (message) => {
        showMessage(form, training, message);
        if (message.type !== "progress") resolve();
      },
      onTooLarge: () => {
        form.stage.replaceChildren();
        resolve(trainLarge(form, file, request));
      },
      onCut: (jobId) => {
        if (jobId) location.hash = `#/jobs/${jobId}`; // the training goes on; its page follows it
        reject(new Error("The connection broke before the training had begun. Try again."));
      },
    });
    signal.addEventListener("abort", close);
  });
}

function showMessage(form, training, message) {
  for (const text of message.logs ?? []) training.note({ time: message.timestamp, text });
  if (message.type === "error") {
    announce(message.message);
    training.fail(problemNotice(new Error(message.message)));
    training.note({ time: message.timestamp, text: message.message, bad: true });
    const columns = columnsListedIn(message.message);
    if (columns.length) form.request.offer(columns);
    return;
  }
  training.update({
    ...message,
    status: message.type === "completed" ? "completed" : "running",
    percentage: message.progress,
  });
  if (message.type === "completed") {
    announce("The model is ready.");
    training.finish(message);
  }
}
