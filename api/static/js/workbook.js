// A workbook of Excel with one sheet (Office Open XML, ECMA-376).

import { DAY_MS, isOfDays } from "./cells.js";
import { archiveOf } from "./zip.js";

const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const MOST_ROWS = 1_048_576;
const DAYS_TO_1970 = 25_569;
const [DAY, MOMENT] = [1, 2]; // places in `cellXfs` below; 14 and 22 are dates of the reader's country
const NO_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const PARTS = {
  "[Content_Types].xml":
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ' +
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${SHEET_ML}.sheet.main+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_ML}.worksheet+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${SHEET_ML}.styles+xml"/></Types>`,
  "_rels/.rels":
    `<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/>` +
    "</Relationships>",
  "xl/workbook.xml":
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">` +
    '<sheets><sheet name="Forecast" sheetId="1" r:id="r1"/></sheets></workbook>',
  "xl/_rels/workbook.xml.rels":
    `<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="r1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>` +
    `<Relationship Id="r2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  "xl/styles.xml":
    `<styleSheet xmlns="${MAIN}"><fonts><font/></fonts>` +
    '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>" +
    '<cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/>' +
    '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs><cellStyles>' +
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
};

/** Rows of cells, of which the first stays in sight, as a file. */
export function workbookOf(rows) {
  if (rows.length > MOST_ROWS)
    throw new Error("These are more rows than Excel can open. Save them as CSV.");
  const sheet = { "xl/worksheets/sheet1.xml": sheetOf(rows) };
  const parts = Object.entries({ ...PARTS, ...sheet });
  return archiveOf(
    parts.map(([name, xml]) => [name, HEAD + xml]),
    TYPE,
  );
}

function sheetOf(rows) {
  const style = isOfDays(rows) ? DAY : MOMENT;
  const width = Math.max(...rows.slice(0, 1).map((cells) => cells.length), 1);
  const lines = rows.map((cells) => `<row>${cells.map((one) => cell(one, style)).join("")}</row>`);
  return (
    `<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols><col min="1" max="${width}" width="16" customWidth="1"/></cols>` +
    `<sheetData>${lines.join("")}</sheetData></worksheet>`
  );
}

function cell(value, style) {
  if (typeof value === "number") return `<c><v>${value}</v></c>`;
  if (value instanceof Date)
    return `<c s="${style}"><v>${value.getTime() / DAY_MS + DAYS_TO_1970}</v></c>`;
  const text = String(value ?? "")
    .replace(NO_XML, " ")
    .replace(/[&<>]/g, (mark) => MARKS[mark]);
  return text ? `<c t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>` : "<c/>";
}
