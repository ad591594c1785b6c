// Starting a training and saying how it shall go, this once.

import { element } from "../dom.js";
import { postJson } from "../api.js";
import { plural } from "../format.js";
import { field, form, select } from "./field.js";
import { advancedFields, statedOptions, usualFields } from "./training_fields.js";

const EVERYTHING = "";
const UNCHANGED = [
  ["", "Keep the model they have"],
  ["true", "Train them all the same"],
];

/** Start a training and go where it can be watched. */
export async function startTraining(request, path = "training/start") {
  const job = await postJson(path, request);
  location.hash = `#/jobs/${job.job_id}`;
}

/** A form that trains all of `products`, or those of one category. */
export function trainingOrder(products) {
  const groups = Map.groupBy(
    products.filter(({ is_active: isActive, category }) => isActive && category),
    ({ category }) => category,
  );
  const choices = [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([category, some]) => [category, `${category}: ${plural(some.length, "product")}`]);
  const chosen = field("Products", select("category", [[EVERYTHING, "All products"], ...choices]));
  return orderForm(choices.length ? [chosen] : [], ({ category = EVERYTHING, ...options }) => {
    const some = groups.get(category)?.map(({ id }) => id);
    return startTraining({ ...options, ...(some && { products: some }) });
  });
}

/** A form that trains one product; one asks for it because it shall be trained. */
export const productOrder = ({ id }) =>
  orderForm([], (options) =>
    startTraining({ force: true, ...options }, `training/start/${encodeURIComponent(id)}`),
  );

function orderForm(first, start) {
  const fields = [
    element(
      "div",
      { class: "form-grid" },
      first,
      usualFields({}),
      first.length > 0 && field("Products without new sales", select("force", UNCHANGED)),
    ),
    advancedFields({}),
  ];
  const send = ({ category, ...values }) => start({ category, ...statedOptions(values) });
  return element("div", { class: "card" }, form(fields, "Train like this", send));
}
