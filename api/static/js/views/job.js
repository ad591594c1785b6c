// A job's page: chooses what to show by the kind of the job, and keeps it up to date.

import { announce, element } from "../dom.js";
import { fetchAll, fetchJson, postJson, ServiceError } from "../api.js";
import { afterMessage, fromStatus } from "../jobstate.js";
import { oncePerFrame } from "../frame.js";
import { deadEnd, problemNotice } from "../parts/notice.js";
import { askHowToStop } from "../parts/stop.js";
import { LINK, watchJob } from "../socket.js";
import { jobStatusWord } from "../words.js";
import { predictionBoard } from "./prediction_board.js";
import { productsBoard } from "./products_board.js";
import { tableBoard } from "./table_board.js";

const REPLAYED_FOR_THE_LOG = 80;
const POLL_WHILE_CUT_MS = 5000;
const REFRESH_MS = 15_000; // the place in the line and the expected end come with no message
const ENDED = new Set(["completed", "failed", "cancelled"]);
const BOARDS = { products: productsBoard, upload: tableBoard, prediction: predictionBoard };

/** Show the job and follow it until `signal` ends the visit. */
export async function showJob(root, signal, jobId) {
  const path = `training/status/${encodeURIComponent(jobId)}`;
  try {
    const status = await fetchStatus(path, signal);
    if (!signal.aborted) followJob(root, signal, path, status);
  } catch (error) {
    if (!signal.aborted) root.append(...notFound(error));
  }
}

/** The status with all products, of which it brings the first thousand itself. */
async function fetchStatus(path, signal) {
  const status = await fetchJson(path, signal);
  const { products, products_next_cursor: cursor } = status;
  if (!cursor) return status;
  return {
    ...status,
    products: [...products, ...(await fetchAll(`${path}/products`, signal, { cursor }))],
  };
}

function notFound(error) {
  const unknown = error instanceof ServiceError && error.status === 404;
  return unknown
    ? deadEnd("This training is not there", error, "It may have been deleted.")
    : deadEnd("This training cannot be shown", error, "Reload the page to try again.");
}

function followJob(root, signal, path, status) {
  let state = fromStatus(status);
  let link = ENDED.has(state.job.status) ? LINK.ended : LINK.live;
  let redrawn = null;
  const board = BOARDS[status.kind](root, {
    jobId: status.job_id,
    onStop: () => stopJob(state.job.job_id, board),
  });
  const draw = oncePerFrame(() => {
    if (redrawn !== state || board.link !== link) board.show(state, link);
    [redrawn, board.link] = [state, link];
  });
  const refresh = async () => {
    try {
      const fresh = fromStatus(await fetchStatus(path, signal));
      if (fresh.seq >= state.seq) state = fresh;
      draw();
    } catch {
      // The line is known to be cut; the next turn tries again.
    }
  };
  const stopWatching = watchJob(status.job_id, Math.max(0, state.seq - REPLAYED_FOR_THE_LOG), {
    onMessage: (message) => {
      board.log(message);
      state = afterMessage(state, message);
      draw();
    },
    onLink: (now) => {
      link = now;
      if (now === LINK.ended) tellTheEnd(state, refresh);
      draw();
    },
  });
  const poll = setInterval(() => link === LINK.lost && refresh(), POLL_WHILE_CUT_MS);
  const refreshing = setInterval(
    () => link === LINK.live && !document.hidden && refresh(),
    REFRESH_MS,
  );
  const ticking = setInterval(() => board.tick(), 1000);
  signal.addEventListener("abort", () => {
    stopWatching();
    clearInterval(poll);
    clearInterval(refreshing);
    clearInterval(ticking);
  });
  draw();
}

function tellTheEnd(state, refresh) {
  const { kind, status } = state.job;
  announce(`${kind === "prediction" ? "Predictions" : "Training"}: ${jobStatusWord(status)}`);
  refresh();
}

async function stopJob(jobId, board) {
  const mode = await askHowToStop();
  if (!mode) return;
  try {
    await postJson(`training/stop/${encodeURIComponent(jobId)}`, { mode });
    if (mode === "abort") board.stopping();
  } catch (error) {
    board.stopRefused(element("div", {}, problemNotice(error)));
  }
}
