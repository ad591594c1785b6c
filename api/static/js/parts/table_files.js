// A table to take along, for a spreadsheet or another program.

import { saveCsv, saveWorkbook } from "../spreadsheet.js";
import { actionButton } from "./action.js";

/** Buttons that save rows under this name; why they cannot be saved is shown in `problem`. */
export const saveButtons = (rows, name, problem) => [
  actionButton("Save for Excel", () => saveWorkbook(rows, name), problem),
  actionButton("Save as CSV", async () => saveCsv(rows, name), problem),
];
