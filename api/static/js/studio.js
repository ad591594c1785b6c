// Sending a table to be trained: over a WebSocket with live progress, or as an upload when it is
// larger than a message may be.

import { upload } from "./api.js";
import { subprotocols } from "./session.js";
import { socketUrl } from "./socket.js";

export const LARGEST_MESSAGE_BYTES = 100_000_000;
const TOO_LARGE = 1009;
const LOOK_EVERY_MS = 100;

/**
 * Train over the WebSocket. `onSent(share)` is told how much of the file has left. Every message
 * goes to `onMessage`; `onTooLarge()` is called when this
 * service takes only smaller messages, and `onCut(jobId)` when the line breaks before the end, with
 * the job's id if the service had named it.
 */
export function trainLive(file, request, { onSent, onMessage, onTooLarge, onCut }) {
  const socket = new WebSocket(socketUrl("api/model-studio/ws/train-from-parquet"), subprotocols());
  let jobId = null;
  let ended = false;
  let refusal = null;
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ action: "start_training", ...request }));
    socket.send(file); // a binary frame of the file itself: a third smaller than Base64
    tellSent(socket, file.size, onSent);
  });
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    jobId = message.job_id ?? jobId;
    ended = message.type !== "progress";
    if (message.type === "error" && !jobId) refusal = message;
    else onMessage(message);
  });
  socket.addEventListener("close", ({ code }) => {
    if (code === TOO_LARGE) onTooLarge();
    else if (refusal) onMessage(refusal);
    else if (!ended) onCut(jobId);
  });
  return () => {
    ended = true;
    socket.close();
  };
}

/** A WebSocket reports nothing while it sends, so what it still holds is looked at. */
function tellSent(socket, size, onSent) {
  const look = () => {
    const left = socket.readyState === WebSocket.OPEN ? socket.bufferedAmount : 0;
    onSent(1 - Math.min(left / size, 1));
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
}

/** Upload a file of any size; resolves to the accepted job. */
export function trainUploaded(file, request, onSent) {
  const form = new FormData();
  for (const [name, value] of Object.entries(request)) {
    form.append(name, Array.isArray(value) ? JSON.stringify(value) : value);
  }
  form.append("file", file);
  return upload("models", form, { onSent });
}

/** The columns that a refusal lists, so that they can be offered. */
export function columnsListedIn(message) {
  const listed = /Available columns: \[(.*)\]/s.exec(message);
  if (!listed) return [];
  const quoted = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;
  return [...listed[1].matchAll(quoted)].map(([, single, double]) => unquote(single ?? double));
}

const unquote = (text) => text.replace(/\\(.)/g, "$1");
