// A job's page: chooses what to show by the kind of the job, and keeps it up to date.

import { announce, element } from "../dom.js";
import { fetchAll, fetchJson, postJson, ServiceError } from "../api.js";
import { afterMessage, afterStatus, fromStatus } from "../jobstate.js";
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
const MOST_MESSAGES = 500; // of one answer
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
  const others = await fetchAll(`${path}/products`, signal, { cursor });
  return { ...status, products: [...products, ...others], products_next_cursor: null };
}

/** What happened after the message `seq`, for as long as nobody tells it. */
async function* messagesAfter(jobId, seq, signal) {
  const path = `training/progress/${encodeURIComponent(jobId)}`;
  let page = { next_after: seq };
  do {
    page = await fetchJson(`${path}?after=${page.next_after}&limit=${MOST_MESSAGES}`, signal);
    yield* page.messages;
  } while (page.messages.length === MOST_MESSAGES);
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
  const refresh = async (fetched) => {
    const answer = await fetched(path, signal);
    state = afterStatus(state, answer);
    draw();
  };
  const stopWatching = watchJob(status.job_id, Math.max(0, state.seq - REPLAYED_FOR_THE_LOG), {
    onMessage: (message) => {
      board.log(message);
      state = afterMessage(state, message);
      draw();
    },
    onLink: (now) => {
      link = now;
      if (now === LINK.ended) {
        announceEnd(state.job);
        refresh(fetchStatus).catch(() => {}); // the last message has told the most
      }
      draw();
    },
  });
  const ticking = setInterval(() => board.tick(), 1000);
  signal.addEventListener("abort", () => {
    stopWatching();
    clearInterval(ticking);
  });
  repeat(signal, POLL_WHILE_CUT_MS, async () => {
    if (link !== LINK.lost) return;
    for await (const message of messagesAfter(status.job_id, state.seq, signal))
      state = afterMessage(state, message);
    draw();
  });
  repeat(signal, REFRESH_MS, async () => {
    if (link === LINK.live && !document.hidden) await refresh(fetchJson);
  });
  draw();
}

/** Do the work every so often until the visit ends, but never while it is still being done. */
function repeat(signal, pauseMs, work) {
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await work();
    } catch {
      // The line is known to be cut; the next turn tries again.
    } finally {
      isBusy = false;
    }
  }, pauseMs);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function announceEnd({ kind, status }) {
  announce(`${kind === "prediction" ? "Predictions" : "Training"}: ${jobStatusWord(status)}`);
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
