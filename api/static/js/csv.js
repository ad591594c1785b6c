// Tables as text that every program opens.

import { isOfDays } from "./cells.js";

const NEEDS_QUOTES = /[",\r\n]/;
const LOOKS_LIKE_FORMULA = /^[=+\-@\t\r]/;

/** Rows of cells as CSV (RFC 4180); moments are days, or days with a time of day. */
export function csvOf(rows) {
  const length = isOfDays(rows) ? 10 : 16;
  const line = (cells) => `${cells.map((value) => cell(value, length)).join(",")}\r\n`;
  return rows.map(line).join("");
}

/** Text that a spreadsheet would run is marked as text. */
function cell(value, length) {
  if (typeof value === "number") return String(value);
  if (value instanceof Date) return value.toISOString().slice(0, length).replace("T", " ");
  const text = String(value ?? "");
  const safe = LOOKS_LIKE_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
