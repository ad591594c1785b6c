// The Studio: drop a table, say what to predict, watch it train.

import { announce, element, setText } from "../dom.js";
import { formatShare, formatSize } from "../format.js";
import { columnNames } from "../parquet.js";
import { dropZone } from "../parts/dropzone.js";
import { problemNotice } from "../parts/notice.js";
import { tableTraining } from "../parts/table_training.js";
import { columnsListedIn, LARGEST_MESSAGE_BYTES, trainLive, trainUploaded } from "../studio.js";

const TASKS = [
  ["regression", "A number", "such as a price, a rent or a temperature"],
  ["classification", "A category", "such as yes or no, a kind or a grade"],
];

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
        "Drop a table, name the column to predict, and the best of several methods is trained on it.",
      ),
    ),
    form.node,
    form.stage,
  );
}

function studioForm(onTrain) {
  const form = {
    file: null,
    target: element("input", {
      id: "target",
      name: "target",
      required: true,
      list: "columns",
      autocomplete: "off",
    }),
    suggestions: element("datalist", { id: "columns" }),
    columns: element("div", { class: "chips" }),
    chosen: element("p", { class: "chosen-file", role: "status" }),
    name: element("input", { id: "task-name", name: "task_name", maxlength: 200 }),
    testShare: element("input", {
      id: "test-size",
      type: "range",
      min: 0.1,
      max: 0.5,
      step: 0.05,
      value: 0.2,
    }),
    testWords: element("output", { for: "test-size" }),
    submit: element("button", { class: "button", type: "submit" }, "Train"),
    problem: element("div"),
    stage: element("div", { class: "stage" }),
  };
  form.node = element("form", { class: "studio-form" }, formParts(form));
  form.node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.file) onTrain(form.file, requestOf(form));
    else form.problem.replaceChildren(problemNotice(new Error("Choose a Parquet file first.")));
  });
  form.testShare.addEventListener("input", () => showTestShare(form));
  showTestShare(form);
  return form;
}

function formParts(form) {
  const zone = dropZone({
    title: "Drop a Parquet file here",
    hint: "or choose one. A row per example, a column per fact.",
    accept: ".parquet",
    onFile: (file) => chooseFile(form, file),
  });
  return [
    zone,
    form.chosen,
    element(
      "fieldset",
      { class: "tasks" },
      element("legend", {}, "What shall it predict?"),
      TASKS.map(([value, title, examples], position) =>
        element(
          "label",
          { class: "task" },
          element("input", { type: "radio", name: "ml_task", value, checked: position === 0 }),
          element("strong", {}, title),
          element("span", {}, examples),
        ),
      ),
    ),
    element(
      "div",
      { class: "field" },
      element("label", { for: "target" }, "Column to predict"),
      form.target,
      form.suggestions,
      form.columns,
    ),
    element("details", { class: "more" }, element("summary", {}, "More"), moreFields(form)),
    form.problem,
    form.submit,
  ];
}

function moreFields(form) {
  return [
    element(
      "div",
      { class: "field" },
      element("label", { for: "task-name" }, "Name of the training"),
      form.name,
    ),
    element(
      "div",
      { class: "field" },
      element("label", { for: "test-size" }, "Rows kept back for the test"),
      element("div", { class: "range" }, form.testShare, form.testWords),
    ),
  ];
}

const showTestShare = (form) => setText(form.testWords, formatShare(Number(form.testShare.value)));

async function chooseFile(form, file) {
  form.file = file;
  form.problem.replaceChildren();
  setText(form.chosen, `${file.name}, ${formatSize(file.size)}`);
  offerColumns(form, await columnNames(file));
}

function offerColumns(form, names) {
  form.suggestions.replaceChildren(...names.map((name) => element("option", { value: name })));
  const pick = (name) => {
    form.target.value = name;
    form.target.focus();
  };
  form.columns.replaceChildren(
    ...names
      .slice(0, 60)
      .map((name) =>
        element("button", { type: "button", class: "chip", on: { click: () => pick(name) } }, name),
      ),
  );
}

function requestOf(form) {
  const request = {
    ml_task: new FormData(form.node).get("ml_task"),
    target_variable: form.target.value,
    model_type: "auto",
    test_size: Number(form.testShare.value),
  };
  return form.name.value ? { ...request, task_name: form.name.value } : request;
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
  }
}

async function trainLarge(form, file, request) {
  const sent = (share) => setText(form.chosen, `${file.name}: ${formatShare(share)} sent`);
  const job = await trainUploaded(file, request, sent);
  location.hash = `#/jobs/${job.job_id}`;
}

function trainOverSocket(form, file, request, signal) {
  const training = tableTraining();
  form.stage.replaceChildren(element("h2", {}, `Training on ${file.name}`), training.node);
  form.stage.scrollIntoView({ behavior: "smooth", block: "nearest" });
  training.update({ status: "running", phase: "", percentage: 0, message: "Sending the file" });
  return new Promise((resolve, reject) => {
    const close = trainLive(file, request, {
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
    if (columns.length) offerColumns(form, columns);
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
