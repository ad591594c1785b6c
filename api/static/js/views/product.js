// The page of a product: what is said of it, its sales, its models over time, and training it.

import { announce, element } from "../dom.js";
import { deleteResource, fetchJson, patchJson } from "../api.js";
import { formatDay } from "../format.js";
import { actionButton } from "../parts/action.js";
import { choose } from "../parts/dialog.js";
import { inUseHistory } from "../parts/in_use_history.js";
import { deadEnd } from "../parts/notice.js";
import { statusPill } from "../parts/pill.js";
import { productForm } from "../parts/product_form.js";
import { salesChart } from "../parts/sales_chart.js";
import { section } from "../parts/section.js";
import { productOrder } from "../parts/training_order.js";
import { versionAccuracy } from "../parts/version_accuracy.js";

const SALES_SHOWN = 120;
const YEAR_MS = 365 * 86_400_000;
const SETTING = { class: "setting" };

// A query holds every SKU; in the path “..” leads elsewhere, and so does one that ends in “/sales”.
const productOf = async (reference, signal) => {
  const asked = new URLSearchParams({ product: reference });
  return (await fetchJson(`training/products?${asked}`, signal)).items[0];
};

const address = (id) => `training/products/${encodeURIComponent(id)}`;

/** Show the product with this id or SKU; after a change it is shown anew. */
export async function showProduct(root, signal, id) {
  const again = () => showProduct(root, signal, id);
  try {
    const known = await everything(id, signal);
    root.replaceChildren(...sections(known, again));
  } catch (error) {
    if (!signal.aborted) root.replaceChildren(...deadEnd("This product cannot be shown", error));
  }
}

async function everything(id, signal) {
  const product = await productOf(id, signal);
  const asked = new URLSearchParams({
    product: product.id,
    from: new Date(Date.now() - YEAR_MS).toISOString(),
  });
  const [{ sales }, { versions }, deployments] = await Promise.all([
    fetchJson(`${address(product.id)}/sales?limit=${SALES_SHOWN}`, signal),
    fetchJson(`training/analytics/accuracy?${asked}`, signal),
    fetchJson(`${address(product.id)}/deployments?limit=200`, signal),
  ]);
  return { product, sales, versions, history: deployments.items };
}

const sections = ({ product, sales, versions, history }, again) => [
  head(product),
  section("Train it", [productOrder(product)], SETTING),
  section("What was sold", [salesChart(sales)], SETTING),
  section("How accurate its forecasts are", [versionAccuracy(versions)], SETTING),
  section("What was in use", [inUseHistory(history)], SETTING),
  section("Name and category", [productForm(product, again), endings(product, again)], SETTING),
];

function head({ name, sku, category, model, is_active: isActive, ...product }) {
  document.title = `${name} · Model Studio`;
  const pill = statusPill();
  pill.set(isActive ? "completed" : "", isActive ? "Trained with all" : "Left out of trainings");
  const [first, last] = [product.first_sale, product.last_sale].map(formatDay);
  const sold = product.first_sale && `sold ${first} to ${last}`;
  return element(
    "section",
    { class: "model-head" },
    element("a", { class: "back", href: "#/" }, "Overview"),
    element("div", { class: "title-line" }, element("h1", {}, name), pill.node),
    element("p", { class: "muted" }, [category, sku, sold].filter(Boolean).join(" · ")),
    element(
      "p",
      {},
      model
        ? element("a", { href: `#/models/${model.model_id}` }, "See its forecast")
        : "It has no forecast yet.",
    ),
  );
}

/** Leaving a product out of trainings, taking it in again, and deleting it. */
function endings(product, again) {
  const problem = element("div");
  const { is_active: isActive, name } = product;
  const turn = async () => {
    await patchJson(address(product.id), { is_active: !isActive });
    announce(isActive ? `${name} is left out of trainings.` : `${name} is trained again.`);
    await again();
  };
  return element(
    "div",
    {},
    element(
      "div",
      { class: "row-actions" },
      actionButton(isActive ? "End this product" : "Sell it again", turn, problem),
      actionButton("Delete", () => remove(product), problem, "danger small"),
    ),
    element(
      "small",
      {},
      "A product that has ended is left out of trainings; its sales and forecasts stay.",
    ),
    problem,
  );
}

async function remove({ id, name }) {
  const answer = await choose({
    title: `Delete ${name}?`,
    text: "Its sales, its models and its forecasts are gone for good.",
    choices: [["delete", "Delete it", "To stop training it, end it instead."]],
    keep: "Keep it",
  });
  if (!answer) return;
  await deleteResource(`${address(id)}?force=true`);
  announce(`${name} is deleted.`);
  location.hash = "#/";
}
