// What a training of a table is to do: the task, the column to predict, and options.

import { element } from "../dom.js";
import { trainingOptions } from "./training_options.js";

const TASKS = [
  ["regression", "A number", "such as a price, a rent or a temperature"],
  ["classification", "A category", "such as yes or no, a kind or a grade"],
  ["time_series", "What comes next", "the coming days, weeks or months of a number"],
  ["clustering", "Groups", "rows that resemble each other; nothing is predicted"],
];
const COLUMNS_OFFERED = 60;

/** Returns `{nodes, offer(columns), read()}`; `read` gives the request as the service takes it. */
export function trainingRequest() {
  const target = targetField();
  const options = trainingOptions();
  const tasks = taskChoice();
  const adapt = () => {
    const task = chosenTask(tasks);
    const isTold = task !== "clustering";
    target.node.hidden = !isTold;
    target.input.required = isTold;
    options.adapt(task);
  };
  tasks.addEventListener("change", adapt);
  adapt();
  return {
    nodes: [tasks, target.node, options.node],
    offer(columns) {
      target.offer(columns);
      options.offer(columns);
    },
    read() {
      const task = chosenTask(tasks);
      const told = task === "clustering" ? {} : { target_variable: target.input.value };
      return { ml_task: task, ...told, model_type: "auto", ...options.read(task) };
    },
  };
}

const chosenTask = (tasks) => tasks.querySelector(":checked").value;

function taskChoice() {
  return element(
    "fieldset",
    { class: "tasks" },
    element("legend", {}, "What shall it tell you?"),
    TASKS.map(([value, title, examples], position) =>
      element(
        "label",
        { class: "task" },
        element("input", { type: "radio", name: "ml_task", value, checked: position === 0 }),
        element("strong", {}, title),
        element("span", {}, examples),
      ),
    ),
  );
}

function targetField() {
  const input = element("input", {
    id: "target",
    name: "target",
    list: "columns",
    autocomplete: "off",
  });
  const suggestions = element("datalist", { id: "columns" });
  const chips = element("div", { class: "chips" });
  const pick = (name) => {
    input.value = name;
    input.focus();
  };
  const node = element(
    "div",
    { class: "field" },
    element("label", { for: "target" }, "Column to predict"),
    input,
    suggestions,
    chips,
  );
  const chip = (name) =>
    element("button", { type: "button", class: "chip", on: { click: () => pick(name) } }, name);
  const offer = (columns) => {
    suggestions.replaceChildren(...columns.map((name) => element("option", { value: name })));
    chips.replaceChildren(...columns.slice(0, COLUMNS_OFFERED).map(chip));
  };
  return { node, input, offer };
}
