// A job that trains products: one bar for the job and a row for each product.

import { element, setAttribute, setText } from "../dom.js";
import { formatCount, plural } from "../format.js";
import { countByStatus, inOrder } from "../jobstate.js";
import { KeyedList } from "../keyed.js";
import { jobHead } from "../parts/jobhead.js";
import { logTail } from "../parts/log.js";
import { productRow } from "../parts/product_row.js";
import { wholeLog } from "../parts/whole_log.js";
import { endsJob } from "../socket.js";
import { jobStatusWord, phaseWord, statusWord } from "../words.js";

const FILTERS = ["all", "running", "completed", "failed", "pending", "cancelled"];

/** Returns the board that a job's page drives. */
export function productsBoard(root, { jobId, onStop }) {
  const head = jobHead(onStop);
  const log = logTail("What happened last");
  const list = element("ul", { class: "products" });
  const rows = new KeyedList(list, productRow);
  let shown = null;
  let filter = "all";
  const filters = filterBar((wanted) => {
    filter = wanted;
    showRows(rows, filters, shown, filter);
  });
  const cut = element("p", { class: "muted", hidden: true });
  root.append(
    head.node,
    filters.node,
    list,
    cut,
    element(
      "div",
      { class: "logs" },
      element("details", { class: "log-box" }, element("summary", {}, "Log"), log.node),
      wholeLog(jobId),
    ),
  );
  return {
    ...head,
    show(state, link) {
      shown = state;
      head.show(state.job, link, summaryOf(state.job));
      showRows(rows, filters, state, filter);
      cut.hidden = state.products.size >= (state.job.products_total ?? 0);
      setText(cut, `Only the first ${formatCount(state.products.size)} products are listed here.`);
    },
    log: (message) => logLines(message).forEach(log.add),
  };
}

function summaryOf(job) {
  const skipped = job.products_skipped ? `, ${formatCount(job.products_skipped)} unchanged` : "";
  const failed = job.products_failed ? `, ${formatCount(job.products_failed)} failed` : "";
  const total = plural(job.products_total, "product");
  return `${formatCount(job.products_completed)} of ${total} ready${skipped}${failed}`;
}

function showRows(rows, filters, state, filter) {
  filters.show(countByStatus(state.products), state.products.size, filter);
  const entries = inOrder(state.products);
  rows.show(filter === "all" ? entries : entries.filter(([, item]) => item.status === filter));
}

function filterBar(onChoose) {
  const buttons = FILTERS.map((name) => {
    const number = element("span", { class: "count" });
    const word = name === "all" ? "All" : statusWord(name);
    const click = () => onChoose(name);
    return {
      name,
      number,
      node: element("button", { class: "filter", on: { click } }, word, number),
    };
  });
  const node = element(
    "div",
    { class: "filters", role: "group", "aria-label": "Show products" },
    buttons.map((button) => button.node),
  );
  return { node, show: (counts, total, chosen) => showFilters(buttons, counts, total, chosen) };
}

function showFilters(buttons, counts, total, chosen) {
  for (const { name, number, node } of buttons) {
    const count = name === "all" ? total : counts[name];
    setText(number, formatCount(count));
    setAttribute(node, "aria-pressed", String(name === chosen));
    node.hidden = count === 0 && name !== "all" && name !== chosen;
  }
}

function logLines(message) {
  const { product, timestamp } = message;
  if (!product) return [{ time: timestamp, text: jobLine(message) }];
  const subject = product.product_name ?? "";
  const line = (text, bad = false) => ({ time: timestamp, subject, text, bad });
  if (product.error_message) return [line(product.error_message, true)];
  const own = product.logs ?? [];
  return own.length
    ? own.map((text) => line(text))
    : [line(product.message || phaseWord(product.phase))];
}

const jobLine = (message) =>
  endsJob(message) ? jobStatusWord(message.status) : message.progress.current_step;
