// Tables as files that spreadsheets open.

import { csvOf } from "./csv.js";
import { saveFile } from "./saving.js";
import { workbookOf } from "./workbook.js";

/** Have the browser save rows as a CSV file, which begins so that Excel reads it as UTF-8. */
export const saveCsv = (rows, name) =>
  saveFile(new Blob(["\ufeff", csvOf(rows)], { type: "text/csv" }), `${fileName(name)}.csv`);

/** Have the browser save rows as a workbook, whose dates and decimals are the reader's own. */
export const saveWorkbook = async (rows, name) =>
  saveFile(await workbookOf(rows), `${fileName(name)}.xlsx`);

/** What every system takes as the name of a file. */
export const fileName = (text) =>
  text
    .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
    .trim()
    .slice(0, 80) || "table";
