// The table that a model learned from, column by column.

import { element } from "../dom.js";
import { formatFineShare, plural } from "../format.js";
import { valueWords } from "./column_words.js";
import { smallHistogram } from "./histogram.js";
import { table } from "./table.js";

const KINDS = { number: "Number", date: "Date", text: "Text", boolean: "Yes or no" };

/** A section, or null where the table is not described. */
export function dataProfile({ details, features }) {
  const { profile } = details;
  if (!profile?.columns) return null;
  const used = new Set(features);
  const rows = inOrder(profile.columns, used, details.target_variable).map(([name, column]) =>
    columnRow(name, column, roleOf(name, { details, used, dropped: profile.dropped ?? {} })),
  );
  const head = ["Column", "Kind", "Empty", "Values", "Spread", "Use"];
  return element(
    "section",
    { class: "setting", "aria-label": "The data" },
    element("h2", {}, "The data"),
    element("p", { class: "muted" }, sizeWords(profile)),
    table("Columns of the table", head, rows, "tall profile"),
  );
}

function sizeWords({ rows, columns, sampled_rows: sampled, duplicate_rows: repeated }) {
  const sentences = [`${plural(rows, "row")}, ${plural(Object.keys(columns).length, "column")}.`];
  if (repeated) {
    sentences.push(`${plural(repeated, "row")} ${repeated === 1 ? "repeats" : "repeat"} another.`);
  }
  if (sampled < rows) sentences.push(`Described by ${plural(sampled, "row")} of them.`);
  return sentences.join(" ");
}

function roleOf(name, { details, used, dropped }) {
  if (name === details.target_variable) return "What it predicts";
  if (Object.hasOwn(dropped, name)) return `Left out: ${dropped[name]}`;
  return used.has(name) ? "Learned from" : "Not used";
}

function columnRow(name, column, role) {
  const counts = column.histogram?.counts ?? column.top?.map(({ count }) => count);
  const about = `Spread of “${name}”: ${valueWords(column)}`;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    element("td", {}, KINDS[column.type] ?? column.type),
    element("td", {}, column.missing ? formatFineShare(column.missing_share) : "–"),
    element("td", {}, valueWords(column)),
    element("td", {}, counts?.length ? smallHistogram(counts, about) : null),
    element("td", {}, role),
  );
}

/** What is predicted, then what is learned from, then the rest. */
function inOrder(columns, used, target) {
  const names = [...new Set([target, ...used, ...Object.keys(columns)])];
  return names.filter((name) => Object.hasOwn(columns, name)).map((name) => [name, columns[name]]);
}
