// A job's progress over a WebSocket that survives cuts: it comes back and asks for what it missed.

import { subprotocols } from "./session.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Connection states that a watcher is told. */
export const LINK = { live: "live", lost: "lost", ended: "ended" };

const TERMINAL = new Set(["training_completed", "training_failed", "training_cancelled"]);

/** True for the last message of a job; one product's failure is not the job's. */
export const endsJob = (message) => TERMINAL.has(message.type);

/**
 * Watch a job from the message after `after` on.
 * `onMessage(message)` gets each number once, in order; `onLink(state)` the state of the line.
 * Returns a function that stops watching.
 */
export function watchJob(jobId, after, { onMessage, onLink }) {
  const watch = { jobId, seen: after, onMessage, onLink, pause: FIRST_PAUSE_MS, timer: 0 };
  connect(watch);
  return () => {
    watch.stopped = true;
    clearTimeout(watch.timer);
    watch.socket.close();
  };
}

/** The address of a WebSocket endpoint of the service that served this page. */
export function socketUrl(path) {
  const address = new URL(path, document.baseURI);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

function connect(watch) {
  const address = socketUrl(`api/v1/training/ws/${encodeURIComponent(watch.jobId)}`);
  address.searchParams.set("after", watch.seen);
  watch.socket = new WebSocket(address, subprotocols());
  watch.socket.addEventListener("open", () => {
    watch.pause = FIRST_PAUSE_MS;
    watch.onLink(LINK.live);
  });
  watch.socket.addEventListener("message", (event) => receive(watch, JSON.parse(event.data)));
  watch.socket.addEventListener("close", () => comeBack(watch));
}

function receive(watch, message) {
  if (watch.stopped || message.seq <= watch.seen) return;
  watch.seen = message.seq;
  watch.onMessage(message);
  if (endsJob(message)) {
    watch.stopped = true;
    watch.onLink(LINK.ended);
    watch.socket.close();
  }
}

function comeBack(watch) {
  if (watch.stopped) return;
  watch.onLink(LINK.lost);
  const jitter = 0.5 + Math.random();
  watch.timer = setTimeout(() => connect(watch), watch.pause * jitter);
  watch.pause = Math.min(watch.pause * 2, LONGEST_PAUSE_MS);
}
