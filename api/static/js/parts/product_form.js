// What is said of a product: adding one to the catalogue, and changing one.

import { announce, element } from "../dom.js";
import { patchJson, postJson } from "../api.js";
import { field, form, input, select } from "./field.js";

const PRIORITIES = [
  ["0", "As the others"],
  ["5", "Before the others"],
  ["9", "First of all"],
];

/** A form for a new product; `onAdded(product)` follows. */
export function newProductForm(onAdded) {
  const sku = field(
    "Code",
    input("sku", { required: true, maxlength: 255 }),
    "As in your files of sales. It cannot be changed later.",
  );
  const node = form(grid(sku, stateFields({})), "Add the product", async (values) => {
    const { name, ...rest } = bodyOf(values);
    const product = await postJson("training/products", { ...rest, ...(name && { name }) });
    announce(`${product.name} is added.`);
    await onAdded(product);
  });
  return element("div", { class: "card" }, node);
}

/** A form that changes a product; `onChanged(product)` follows. */
export function productForm(product, onChanged) {
  const fields = grid(stateFields(product, { isNamed: true }));
  return form(fields, "Save", async (values) => {
    const changed = await patchJson(
      `training/products/${encodeURIComponent(product.id)}`,
      bodyOf(values),
    );
    announce("Saved.");
    await onChanged(changed);
  });
}

const grid = (...fields) => element("div", { class: "form-grid" }, fields.flat());

const stateFields = ({ name = "", category, priority = 0 }, { isNamed = false } = {}) => [
  field(
    "Name",
    input("name", { maxlength: 255, value: name, required: isNamed }),
    isNamed ? null : "Left empty, it is the code.",
  ),
  field(
    "Category",
    input("category", { maxlength: 255, value: category ?? "" }),
    "A group to find and add up products by.",
  ),
  field("When it is its turn", select("priority", prioritiesWith(priority), priority)),
];

/** Another number that somebody has set stays what it is. */
const prioritiesWith = (priority) =>
  PRIORITIES.some(([value]) => value === String(priority))
    ? PRIORITIES
    : [...PRIORITIES, [String(priority), `Priority ${priority} of 9`]];

const bodyOf = ({ name, category, priority, ...rest }) => ({
  ...rest,
  name: name.trim(),
  category: category.trim() || null,
  priority: Number(priority),
});
