// How good the forecasts of a shop are: spread over the products, by group, and the worst of them.

import { element } from "../dom.js";
import { formatCount, formatPercentage, plural } from "../format.js";
import { algorithmWord } from "../words.js";
import { barList } from "./bar_list.js";
import { hint } from "./notice.js";
import { section } from "./section.js";
import { numbersRow, table, whenOpened } from "./table.js";

/** The section about accuracy. */
export function accuracySection(accuracy) {
  if (!accuracy.accuracy.count) {
    return section("How good the forecasts are", [hint("Nothing was trained in this time.")]);
  }
  return section("How good the forecasts are", [
    element(
      "p",
      { class: "muted" },
      "How many products reach which accuracy. 100 % is a forecast without a miss; for products of" +
        " which few are sold a low one is usual.",
    ),
    barList("Products by accuracy", accuracy.distribution.filter(isPossible).map(binBar)),
    accuracy.by_category.length > 1 &&
      whenOpened("By category", () => groups("Categories", accuracy.by_category, categoryName)),
    whenOpened("By method", () =>
      groups("Methods", accuracy.by_algorithm, ({ name }) => algorithmWord(name)),
    ),
  ]);
}

/** No accuracy is above 100. */
const isPossible = ({ up_to: upTo }) => upTo !== null;

function binBar({ above, up_to: upTo, count }) {
  const label =
    above === null ? `up to ${formatPercentage(upTo)}` : `${above} to ${formatPercentage(upTo)}`;
  return { label, value: count, words: formatCount(count) };
}

const categoryName = ({ name }) => name ?? "Without a category";

function groups(caption, found, nameOf) {
  const rows = found.map((group) =>
    numbersRow(nameOf(group), [
      formatCount(group.models),
      formatPercentage(group.median_accuracy),
      formatPercentage(group.mean_accuracy),
    ]),
  );
  return table(caption, ["", "Products", "Middle accuracy", "Average accuracy"], rows);
}

/** The least accurate products, each with what its record suggests; null without any. */
export function worstSection({ worst_products: worst }) {
  if (!worst.length) return null;
  return section("Where to look first", [
    element("p", { class: "muted" }, "The least accurate forecasts, why they are, and what helps."),
    element("ul", { class: "jobs" }, worst.map(worstRow)),
  ]);
}

function worstRow(product) {
  const advice = product.advice.map(({ reason, recommended_action: action }) =>
    element("li", {}, element("strong", {}, `${reason}. `), `${action}.`),
  );
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element(
        "a",
        { class: "product-name", href: `#/models/${product.model_id}` },
        product.product_name,
      ),
      element("span", { class: "muted" }, product.category ?? ""),
      element("strong", {}, formatPercentage(product.accuracy)),
    ),
    advice.length > 0 && element("ul", { class: "advice-list" }, advice),
  );
}

/** What trainings failed of; null when none did. */
export function failuresSection({ failures }) {
  if (!failures.length) return null;
  return section("What could not be trained", [
    element("ul", { class: "jobs" }, failures.map(failureRow)),
  ]);
}

function failureRow({ example, count, products, recommended_action: action }) {
  const words = `${plural(count, "time")}, ${plural(products, "product")}`;
  return element(
    "li",
    { class: "job" },
    element(
      "div",
      { class: "product-line" },
      element("strong", { class: "product-name" }, example),
      element("span", { class: "muted" }, words),
    ),
    action && element("p", { class: "advice" }, action),
  );
}
