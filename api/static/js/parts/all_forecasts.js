// The forecasts in use of all products as one file, for an order or a spreadsheet.

import { element } from "../dom.js";
import { fetchAll } from "../api.js";
import { amountCell } from "../cells.js";
import { localToday, plural, wallClock } from "../format.js";
import { saveCsv, saveWorkbook } from "../spreadsheet.js";
import { field, form, select } from "./field.js";

const HEAD = ["code", "product", "category", "date", "most likely", "at least", "at most"];
const ALL_PASSED =
  "All forecasts ended before today. Import the newer sales and train again, or save them as far" +
  " as they reach.";
const MOST_PRODUCTS = 100_000;
const REACHES = [
  ["7", "The next 7 days"],
  ["14", "The next 14 days"],
  ["28", "The next 28 days"],
  ["", "As far as they reach"],
];
const KINDS = [
  ["xlsx", "Excel"],
  ["csv", "CSV"],
];

/** A form that saves them. */
export function allForecasts() {
  const reach = field("How far", select("periods", REACHES), "Days, or weeks or months of sales.");
  const kind = field("Kind of file", select("kind", KINDS));
  const fields = element("div", { class: "form-grid" }, reach, kind);
  const node = form(fields, "Save all forecasts", saveAll);
  return element("div", { class: "card" }, node);
}

async function saveAll({ kind, periods }) {
  const ahead = periods && `?periods=${periods}&starts_from=${localToday()}`;
  const found = await fetchAll(`training/forecasts${ahead}`, undefined, { limit: MOST_PRODUCTS });
  if (!found.length) throw new Error("No product has a forecast in use. Train them first.");
  const current = found.filter(({ forecast }) => forecast.length > 0);
  if (!current.length) throw new Error(ALL_PASSED);
  const save = kind === "csv" ? saveCsv : saveWorkbook;
  await save([HEAD, ...rowsOf(current)], "all forecasts");
  return `${plural(current.length, "forecast")} saved.`;
}

const rowsOf = (products) =>
  products.flatMap(({ forecast, sku, name, category }) =>
    forecast.map(({ ds, yhat, yhat_lower: low, yhat_upper: high }) => [
      sku,
      name,
      category,
      wallClock(ds),
      ...[yhat, low, high].map(amountCell),
    ]),
  );
