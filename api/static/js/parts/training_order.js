// Starting a training and saying how it shall go, this once.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { field, form, select } from "./field.js";
import { productChoice } from "./product_choice.js";
import { advancedFields, statedOptions, usualFields } from "./training_fields.js";

const UNCHANGED = [
  ["", "Keep the model they have"],
  ["true", "Train them all the same"],
];

/** Start a training and go where it can be watched. */
export async function startTraining(request, path = "training/start") {
  const job = await postJson(path, request);
  location.hash = `#/jobs/${job.job_id}`;
}

/** A form that trains all of `products`, those of one category, or some. */
export function trainingOrder(products) {
  const { nodes, read } = productChoice(products);
  return orderForm(nodes, (options) => startTraining({ ...options, ...read() }));
}

/** A form that trains one product; one asks for it because it shall be trained. */
export const productOrder = ({ id }) =>
  orderForm([], (options) =>
    startTraining({ force: true, ...options }, `training/start/${encodeURIComponent(id)}`),
  );

function orderForm([choice = null, ...choiceDetails], start) {
  const fields = [
    element(
      "div",
      { class: "form-grid" },
      choice,
      usualFields({}),
      choice && field("Products without new sales", select("force", UNCHANGED)),
    ),
    ...choiceDetails,
    advancedFields({}),
  ];
  const send = ({ choice: _, ...values }) => start(statedOptions(values));
  return element("div", { class: "card" }, form(fields, "Train like this", send));
}
