// What a watcher knows of a job: the stored status, then every message on top of it.

import { endsJob } from "./socket.js";

/** The key under which a job's row for this product or task is kept. */
const keyOf = (item) => item.product_id ?? item.task_id ?? item.id;

/** State from the answer of the status endpoint. */
export function fromStatus(status) {
  const products = new Map(status.products.map((product) => [keyOf(product), fromRow(product)]));
  const { products: _, ...job } = status;
  return { job, products, seq: status.progress_seq };
}

const fromRow = (row) => ({ ...row, percentage: row.progress, message: row.current_step });

/**
 * State with a newer answer of the status endpoint. Where it has only the first products, messages
 * still have to tell what happened to the others.
 */
export function afterStatus(state, status) {
  const fresh = fromStatus(status);
  if (fresh.seq < state.seq) return state;
  if (!status.products_next_cursor) return fresh;
  return { ...fresh, products: new Map([...state.products, ...fresh.products]), seq: state.seq };
}

/** State after a message; products that did not change are the same objects as before. */
export function afterMessage(state, message) {
  if (message.seq <= state.seq) return state;
  return {
    seq: message.seq,
    job: jobAfter(state.job, message),
    products: productsAfter(state.products, message.product),
  };
}

function jobAfter(job, message) {
  const { status, progress, result, timestamp } = message;
  return {
    ...job,
    status,
    progress_percentage: Math.max(job.progress_percentage, progress.percentage),
    current_step: progress.current_step,
    products_completed: progress.products_completed,
    products_failed: progress.products_failed,
    products_total: progress.products_total,
    eta_seconds: progress.estimated_time_remaining,
    started_at: progress.started_at ?? job.started_at,
    completed_at: endsJob(message) ? timestamp : job.completed_at,
    result: result ?? job.result,
    waiting_reason: null,
  };
}

function productsAfter(products, change) {
  if (!change) return products;
  if (change.kind === "shared") return ENDED.has(change.status) ? withoutReasons(products) : products;
  const key = keyOf(change);
  const changed = new Map(products);
  changed.set(key, { ...products.get(key), ...change });
  return changed;
}

/** What was learned first for all of them keeps no product waiting any more. */
const withoutReasons = (products) =>
  new Map(
    [...products].map(([key, row]) => [
      key,
      row.waiting_reason ? { ...row, waiting_reason: null } : row,
    ]),
  );

const ENDED = new Set(["completed", "failed", "cancelled"]);
const ORDER = ["running", "failed", "pending", "cancelled", "completed"];

/** Products of a job, those to look at first on top, each kind in its first order. */
export function inOrder(products) {
  const groups = new Map(ORDER.map((status) => [status, []]));
  for (const entry of products) groups.get(entry[1].status).push(entry);
  return [...groups.values()].flat();
}

/** How many products are in each state. */
export function countByStatus(products) {
  const counts = Object.fromEntries(ORDER.map((status) => [status, 0]));
  for (const product of products.values()) counts[product.status] += 1;
  return counts;
}
