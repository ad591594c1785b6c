// Boxes that say what went wrong and what to do about it.

import { element } from "../dom.js";
import { formatCount, plural } from "../format.js";

const ROWS_SHOWN = 10;

/** A problem: the service's own sentence, advice, and the rows or fields it is about. */
export function problemNotice(error, advice = null) {
  return element(
    "div",
    { class: "notice notice-bad", role: "alert" },
    element("p", { class: "notice-text" }, error.message),
    advice && element("p", {}, advice),
    ...errorDetails(error.problem ?? {}),
  );
}

/** A page that cannot be shown: the way back, a title and why. */
export function deadEnd(title, error, advice = null) {
  return [
    element(
      "div",
      { class: "view-head" },
      element("a", { class: "back", href: "#/" }, "Overview"),
      element("h1", {}, title),
    ),
    problemNotice(error, advice),
  ];
}

/** Something worth knowing that is no problem. */
export function hint(text, kind = "plain") {
  return element("div", { class: `notice notice-${kind}` }, element("p", {}, text));
}

function errorDetails(problem) {
  if (problem.status >= 500 && problem.request_id) {
    return [element("p", { class: "muted" }, `Request ${problem.request_id}`)];
  }
  const errors = Array.isArray(problem.errors) ? problem.errors : [];
  if (!errors.length) return [];
  const shown = errors.slice(0, ROWS_SHOWN);
  const total = problem.errors_total ?? errors.length;
  const parts = [element("ul", { class: "notice-rows" }, shown.map(errorLine))];
  if (total > shown.length) {
    parts.push(element("p", {}, `… and ${plural(total - shown.length, "more problem")}.`));
  }
  return parts;
}

function errorLine({ sheet, row, column, value, message }) {
  const cell = [sheet, row && `Row ${formatCount(row)}`, column, row && value && `“${value}”`];
  const place = cell.filter(Boolean).join(", ");
  return element("li", {}, place && element("strong", {}, `${place}: `), message);
}
