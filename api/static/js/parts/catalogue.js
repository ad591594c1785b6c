// Every product with the accuracy of its newest model; searchable, and ready for thousands.

import { element, setAttribute, setText } from "../dom.js";
import { MOST_ITEMS } from "../api.js";
import { formatCount, formatDay, wallClock } from "../format.js";
import { KeyedList } from "../keyed.js";
import { errorComparison, gainOver } from "./accuracy.js";
import { actionButton } from "./action.js";
import { newProductForm } from "./product_form.js";
import { whenOpened } from "./table.js";
import { startTraining } from "./training_order.js";

/** More would keep the page waiting for long. */
const SHOWN_AT_FIRST = 100;
const MONTH_MS = 30 * 86_400_000;

const ORDERS = {
  name: ["Name", (product) => product.name],
  worst: ["Largest error first", (product) => -(product.model?.metrics?.wape ?? -1)],
  gain: [
    "Largest gain first",
    (product) => -(gainOver(product.model?.metrics, product.model?.baseline) ?? -9),
  ],
};

/** Returns `{node, show(products)}`; `onAdded` follows when a product is added. */
export function productCatalogue(onAdded) {
  const view = { products: [], search: "", order: "name", limit: SHOWN_AT_FIRST };
  const list = element("ul", { class: "catalogue" });
  const problem = element("div");
  const rows = new KeyedList(list, (product) => catalogueRow(product, problem));
  const more = element("button", { class: "button quiet" });
  const none = element("p", { class: "muted catalogue-none", role: "status" });
  const cut = element(
    "p",
    { class: "muted", hidden: true },
    `Only the newest ${formatCount(MOST_ITEMS)} products are listed and searched here.`,
  );
  const draw = () => drawRows(rows, { more, none, list }, view);
  more.addEventListener("click", () => {
    view.limit = Infinity;
    draw();
  });
  const node = element(
    "section",
    { hidden: true },
    element(
      "div",
      { class: "section-head" },
      element("h2", {}, "Products"),
      ...controls(view, draw),
    ),
    problem,
    list,
    none,
    more,
    cut,
    whenOpened("Add a product", () => newProductForm(onAdded)),
  );
  const show = (products) => {
    node.hidden = products.length === 0;
    cut.hidden = products.length < MOST_ITEMS;
    view.products = withEndings(products);
    draw();
  };
  return { node, show };
}

/** Mark the products that have not sold for a month, seen from the newest sale of all. */
function withEndings(products) {
  const age = (product) => (product.last_sale ? wallClock(product.last_sale).getTime() : NaN);
  const newest = Math.max(...products.map(age).filter(Number.isFinite));
  return products.map((product) => ({ ...product, hasEnded: newest - age(product) > MONTH_MS }));
}

function controls(view, draw) {
  const search = element("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search products",
  });
  search.addEventListener("input", () => {
    view.search = search.value.toLowerCase();
    draw();
  });
  const order = element(
    "select",
    { "aria-label": "Order of the products" },
    Object.entries(ORDERS).map(([value, [title]]) => element("option", { value }, title)),
  );
  order.addEventListener("change", () => {
    view.order = order.value;
    draw();
  });
  return [search, order];
}

function drawRows(rows, { more, none, list }, view) {
  const [, by] = ORDERS[view.order];
  const found = view.products.filter((product) =>
    [product.name, product.sku, product.category].some((text) =>
      text?.toLowerCase().includes(view.search),
    ),
  );
  const sorted = found
    .map((product) => [by(product), product])
    .sort(([a], [b]) => (typeof a === "string" ? a.localeCompare(b) : a - b));
  rows.show(sorted.slice(0, view.limit).map(([, product]) => [product.id, product]));
  list.hidden = found.length === 0;
  setText(
    none,
    found.length ? "" : `No product has “${view.search}” in its name, code or category.`,
  );
  none.hidden = found.length > 0;
  more.hidden = found.length <= view.limit;
  setText(more, `Show all ${formatCount(found.length)}`);
}

function catalogueRow(product, problem) {
  const parts = {
    name: element("a", { class: "product-name", title: product.name }, product.name),
    about: element("span", { class: "muted" }),
    comparison: errorComparison(),
    none: element("p", { class: "muted" }, "No model yet"),
  };
  const address = encodeURIComponent(product.id);
  const about = element(
    "a",
    { class: "button quiet small", href: `#/products/${address}` },
    "About",
  );
  const start = () => startTraining({}, `training/start/${address}`);
  const train = actionButton("Train", start, problem);
  setAttribute(about, "aria-label", `About ${product.name}`);
  setAttribute(train, "aria-label", `Train ${product.name}`);
  const node = element(
    "li",
    { class: "catalogue-row" },
    element("div", { class: "catalogue-name" }, parts.name, parts.about),
    parts.comparison.node,
    parts.none,
    element("div", { class: "row-actions" }, about, train),
  );
  return { node, update: (item) => updateCatalogueRow(parts, item) };
}

function updateCatalogueRow(parts, product) {
  const { model, sku, category, last_sale: lastSale, hasEnded, is_active: isActive } = product;
  setAttribute(parts.name, "href", model ? `#/models/${model.model_id}` : null);
  const ended = hasEnded && `last sold ${formatDay(lastSale)}`;
  const left = !isActive && "ended, left out of trainings";
  setText(parts.about, [category, sku, ended, left].filter(Boolean).join(" · "));
  parts.comparison.node.hidden = !model;
  parts.none.hidden = Boolean(model);
  if (model) parts.comparison.set(model.metrics, model.baseline);
}
