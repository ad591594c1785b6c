// Bringing sales in and training on them.

import { announce, element, setText } from "../dom.js";
import { upload } from "../api.js";
import { formatDay, formatShare, plural } from "../format.js";
import { attempt } from "./action.js";
import { progressBar } from "./bar.js";
import { dropZone } from "./dropzone.js";
import { field } from "./field.js";
import { hint, problemNotice } from "./notice.js";
import { whenOpened } from "./table.js";
import { startTraining, trainingOrder } from "./training_order.js";

const COLUMNS = [
  ["date", "the day, such as 2026-01-31 or 31/01/2026"],
  ["product_id", "your number or code of the product"],
  ["quantity", "how many were sold"],
];
const WIDE =
  "Or a table that begins with the days and has a column for each product, or that begins with the" +
  " products and has a column for each day, and nothing else.";
const SHEETS = "Sheets of one workbook, such as one for each month or shop, are read together.";
const OPTIONAL =
  "Helpful if you have them: product_name, category, price, revenue, promotion. Names such as" +
  " “Fecha”, “Artikel” or “Units sold” are understood, too.";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const TYPES = {
  parquet: "application/vnd.apache.parquet",
  xlsx: XLSX,
  xlsm: XLSX,
  xls: "application/vnd.ms-excel",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
};

const OF_THE_FILE = new Set([413, 415, 422]);

const STEPS = [
  [
    "1. Bring your sales",
    "A file from your till or your accounts: one line for each product and day.",
  ],
  ["2. Press Train", "Several methods are tried for every product and judged on past weeks."],
  [
    "3. See what to expect",
    "The coming weeks day by day, with a range, and how far off it usually is.",
  ],
];

/** Returns `{node, show(products)}`; `onImported` follows when sales have been imported. */
export function importPanel(onImported) {
  const panel = {
    title: element("h1"),
    lead: element("p", { class: "lead" }),
    train: element("button", { class: "button large" }, "Train all products"),
    trouble: element("div"),
    bar: progressBar("Sending the file"),
    outcome: element("div", { role: "status" }),
    help: columnsHelp(),
    replaces: element("input", { type: "checkbox" }),
    excluded: element("input", { type: "text", placeholder: "such as discount, weather" }),
    steps: firstSteps(),
    products: [],
    onImported,
  };
  panel.correcting = correctingHelp(panel.replaces, panel.excluded);
  panel.order = whenOpened("Choose how to train", () => trainingOrder(panel.products));
  panel.bar.node.hidden = true;
  panel.train.addEventListener("click", () =>
    attempt(panel.train, () => startTraining({}), panel.trouble),
  );
  const words = element("div", {}, panel.title, panel.lead, panel.train, panel.trouble);
  const drop = element(
    "div",
    {},
    salesDrop(panel),
    panel.correcting,
    panel.bar.node,
    panel.outcome,
  );
  panel.node = element(
    "div",
    { class: "start" },
    element("section", { class: "hero" }, words, drop),
    panel.order,
    panel.steps,
  );
  panel.show = (products) => showPanel(panel, products);
  panel.show([]);
  return panel;
}

function showPanel(panel, products) {
  const isEmpty = products.length === 0;
  panel.products = products;
  setText(panel.title, isEmpty ? "What will you sell next week?" : "Sales forecasts");
  setText(
    panel.lead,
    isEmpty
      ? "Bring your daily sales. Every product gets its own forecast, tested on weeks it had not seen."
      : `${plural(products.length, "product")} with their sales. Train again whenever new sales are in.`,
  );
  panel.train.hidden = isEmpty;
  panel.order.hidden = isEmpty;
  panel.help.open = isEmpty;
  panel.correcting.hidden = isEmpty;
  panel.steps.hidden = !isEmpty;
}

function firstSteps() {
  const steps = STEPS.map(([title, text]) =>
    element("li", { class: "step" }, element("h3", {}, title), element("p", {}, text)),
  );
  return element("ol", { class: "steps" }, steps);
}

function salesDrop(panel) {
  const zone = dropZone({
    title: "Drop your sales here",
    hint: "An Excel, LibreOffice, CSV or Parquet file, or click to choose one.",
    accept: ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt,.parquet,.zip,.gz",
    onFile: (file) => importFile(panel, file),
  });
  return element("div", {}, zone, panel.help);
}

function columnsHelp() {
  const columns = COLUMNS.map(([name, meaning]) => [
    element("dt", {}, element("code", {}, name)),
    element("dd", {}, meaning),
  ]);
  return element(
    "details",
    { class: "columns-help" },
    element("summary", {}, "Which columns does the file need?"),
    element("dl", { class: "facts" }, columns.flat()),
    element("p", { class: "muted" }, OPTIONAL),
    element("p", { class: "muted" }, WIDE),
    element("p", { class: "muted" }, SHEETS),
  );
}

function correctingHelp(replaces, excluded) {
  return element(
    "details",
    { class: "columns-help" },
    element("summary", {}, "Were some sales wrong?"),
    element(
      "p",
      { class: "muted" },
      "Drop the corrected file: what it says of a product and a day counts from then on. Days that" +
        " it does not have stay as they are.",
    ),
    element(
      "label",
      { class: "check" },
      replaces,
      " The next file has everything its products ever sold: delete their other days.",
    ),
    field(
      "Leave out these columns of the next file",
      excluded,
      "What was kept of them for these sales goes, too.",
    ),
  );
}

async function importFile(panel, file) {
  const type = TYPES[file.name.toLowerCase().split(".").at(-1)] ?? "text/csv";
  panel.bar.node.hidden = false;
  const onSent = (share) => {
    panel.bar.set(share * 100, "running");
    const words = share < 1 ? `${formatShare(share)} sent` : "Reading the rows";
    panel.outcome.replaceChildren(hint(`${file.name}: ${words}`));
  };
  try {
    const report = await upload(importAddress(panel), file, { type, onSent });
    panel.replaces.checked = false;
    panel.excluded.value = "";
    panel.outcome.replaceChildren(...reportNotices(file, report));
    panel.onImported();
  } catch (error) {
    const advice = OF_THE_FILE.has(error.status) && "Correct the file and drop it again.";
    panel.outcome.replaceChildren(problemNotice(error, advice));
  } finally {
    panel.bar.node.hidden = true;
  }
}

function importAddress(panel) {
  const query = new URLSearchParams();
  if (panel.replaces.checked) query.set("replace", "true");
  const names = panel.excluded.value.split(",").map((name) => name.trim());
  const excluded = names.filter(Boolean);
  if (excluded.length > 0) query.set("exclude_columns", JSON.stringify(excluded));
  return query.size > 0 ? `training/sales?${query}` : "training/sales";
}

function reportNotices(file, report) {
  const rows = plural(report.rows_read, "row");
  const products = plural(report.products, "product");
  const days = `${formatDay(report.first_date)} to ${formatDay(report.last_date)}`;
  announce(`${rows} imported.`);
  return [
    hint(`${file.name}: ${rows} of ${products} imported, ${days}.`, "good"),
    report.rows_deleted > 0 &&
      hint(`Deleted as the file does not have them: ${plural(report.rows_deleted, "row")}.`),
    report.covariates.length > 0 &&
      hint(`Kept beside the sales, and used where they help: ${report.covariates.join(", ")}.`),
    report.warnings.length > 0 && howItWasRead(report.warnings),
  ].filter(Boolean);
}

function howItWasRead(warnings) {
  return element(
    "div",
    { class: "notice notice-warn" },
    element("p", { class: "notice-text" }, "How the file was read"),
    element(
      "ul",
      { class: "notice-rows" },
      warnings.map((warning) => element("li", {}, warning)),
    ),
  );
}
