// Which products a training is about: all, those of a category, or some by name.

import { element, setText } from "../dom.js";
import { plural } from "../format.js";
import { field, select } from "./field.js";

const ALL = "all";
const SOME = "some";
const OF_CATEGORY = "category:";
const OFFERED = 40;

/** Returns `{nodes, read(), reset()}`; `read` gives the part of a request that says which. */
export function productChoice(products) {
  const active = products.filter(({ is_active: isActive }) => isActive);
  const control = select("choice", choicesOf(active));
  const some = namedProducts(active);
  const show = () => (some.node.hidden = control.value !== SOME);
  control.addEventListener("change", show);
  show();
  return {
    nodes: [field("Products", control), some.node],
    read() {
      if (control.value === ALL) return {};
      if (control.value === SOME) return { products: some.read() };
      return { categories: [control.value.slice(OF_CATEGORY.length)] };
    },
    reset() {
      control.value = ALL;
      some.reset();
      show();
    },
  };
}

function choicesOf(active) {
  const groups = Map.groupBy(
    active.filter(({ category }) => category),
    ({ category }) => category,
  );
  const categories = [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([category, some]) => [
      `${OF_CATEGORY}${category}`,
      `${category}: ${plural(some.length, "product")}`,
    ]);
  return [[ALL, "All products"], ...categories, [SOME, "Only some products"]];
}

/** Boxes to tick; of a large catalogue those that are searched for, and those that are ticked. */
function namedProducts(active) {
  const chosen = new Set();
  const boxes = element("div", { class: "column-boxes" });
  const told = element("small", { role: "status" });
  const search = element("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search products to train",
  });
  const node = element(
    "fieldset",
    { class: "field product-choice", hidden: true },
    element("legend", {}, "Products to train"),
    search,
    boxes,
    told,
  );
  const tell = () => setText(told, chosen.size ? `${plural(chosen.size, "product")} chosen.` : "");
  const draw = () => {
    const text = search.value.toLowerCase();
    const found = active.filter(
      ({ id, name, sku }) =>
        chosen.has(id) || [name, sku].some((words) => words.toLowerCase().includes(text)),
    );
    const inOrder = found.toSorted(
      (a, b) => chosen.has(b.id) - chosen.has(a.id) || a.name.localeCompare(b.name),
    );
    boxes.replaceChildren(...inOrder.slice(0, OFFERED + chosen.size).map(box));
    tell();
  };
  const box = ({ id, name }) => {
    const tick = element("input", { type: "checkbox", value: id, checked: chosen.has(id) });
    tick.addEventListener("change", () => {
      if (tick.checked) chosen.add(id);
      else chosen.delete(id);
      tell();
    });
    return element("label", {}, tick, name);
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  draw();
  return {
    node,
    read() {
      if (!chosen.size) throw new Error("Tick at least one product, or choose all products.");
      return [...chosen];
    },
    reset() {
      chosen.clear();
      search.value = "";
      draw();
    },
  };
}
