// Tables as files that spreadsheets open.

import { saveFile } from "./saving.js";

const MIDNIGHT = /[T ]00:00(:00)?/;
const NEEDS_QUOTES = /[",\r\n]/;
const LOOKS_LIKE_FORMULA = /^[=+\-@\t\r]/;

/** Rows of cells as CSV (RFC 4180). */
export const csvOf = (rows) => rows.map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");

/** Have the browser save rows as a CSV file, which begins so that Excel reads it as UTF-8. */
export const saveCsv = (rows, name) =>
  saveFile(new Blob(["\ufeff", csvOf(rows)], { type: "text/csv" }), `${fileName(name)}.csv`);

/** Moments on the shop's clock as spreadsheets read them: days, or days with a time of day. */
export function csvMoments(texts) {
  const length = texts.every((text) => text.length === 10 || MIDNIGHT.test(text)) ? 10 : 16;
  return texts.map((text) => text.slice(0, length).replace("T", " "));
}

/** A number as spreadsheets take it, without digits that mean nothing. */
export const csvNumber = (value) => Number(value.toFixed(3));

/** Text that a spreadsheet would run is marked as text. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  const safe = LOOKS_LIKE_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What every system takes as the name of a file. */
export const fileName = (text) =>
  text
    .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
    .trim()
    .slice(0, 80) || "table";
