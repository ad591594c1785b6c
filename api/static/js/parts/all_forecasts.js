// The forecasts in use of all products as one file, for an order or a spreadsheet.

import { element } from "../dom.js";
import { fetchAll } from "../api.js";
import { csvMoments, csvNumber, saveCsv } from "../csv.js";
import { plural } from "../format.js";
import { field, form, select } from "./field.js";

const HEAD = ["code", "product", "category", "date", "most likely", "at least", "at most"];
const MOST_PRODUCTS = 100_000;
const REACHES = [
  ["7", "The next 7 days"],
  ["14", "The next 14 days"],
  ["28", "The next 28 days"],
  ["", "As far as they reach"],
];

/** A form that saves them. */
export function allForecasts() {
  const reach = field("How far", select("periods", REACHES), "Days, or weeks or months of sales.");
  const node = form(element("div", { class: "form-grid" }, reach), "Save all forecasts", save);
  return element("div", { class: "card" }, node);
}

async function save({ periods }) {
  const path = `training/forecasts${periods && `?periods=${periods}`}`;
  const found = await fetchAll(path, undefined, { limit: MOST_PRODUCTS });
  if (!found.length) throw new Error("No product has a forecast in use. Train them first.");
  saveCsv([HEAD, ...rowsOf(found)], "all forecasts");
  return `${plural(found.length, "forecast")} saved.`;
}

function rowsOf(products) {
  const points = products.flatMap(({ forecast, sku, name, category }) =>
    forecast.map((point) => ({ sku, name, category, ...point })),
  );
  const days = csvMoments(points.map(({ ds }) => ds));
  return points.map(({ sku, name, category, ...point }, place) => [
    sku,
    name,
    category,
    days[place],
    ...[point.yhat, point.yhat_lower, point.yhat_upper].map((value) =>
      value === null ? "" : csvNumber(value),
    ),
  ]);
}
