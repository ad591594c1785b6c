// Requests to the service, and what it says when it refuses one.

import { credentials, refused } from "./session.js";

const LOGIN_NEEDED = 401;

/** A refusal of the service: the problem details it answered with. */
export class ServiceError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The service answered with status ${status}.`);
    this.name = "ServiceError";
    this.status = status;
    this.problem = problem;
  }
}

/** No answer at all. */
export class UnreachableError extends Error {
  constructor() {
    super("The service does not answer. Is it running?");
    this.name = "UnreachableError";
  }
}

const url = (path) => new URL(`api/v1/${path}`, document.baseURI);

/** GET a resource as JSON. */
export const fetchJson = (path, signal) => request(path, { signal });

/** POST a JSON body and read the JSON answer. */
export const postJson = (path, body = {}) => send("POST", path, body);

/** PATCH a resource with a JSON body and read the JSON answer. */
export const patchJson = (path, body) => send("PATCH", path, body);

/** DELETE a resource; the JSON answer, or null where there is none. */
export const deleteResource = (path) => request(path, { method: "DELETE" });

const send = (method, path, body) =>
  request(path, {
    method,
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });

/** GET a resource as a file of this type. */
export const fetchFile = async (path, type) =>
  (await answer(path, { headers: { Accept: type } })).blob();

async function request(path, options) {
  const response = await answer(path, options);
  return response.status === 204 ? null : response.json();
}

async function answer(path, { headers = {}, ...options }) {
  let response;
  try {
    response = await fetch(url(path), {
      ...options,
      headers: { ...headers, ...credentials() },
      cache: "no-store",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new UnreachableError();
  }
  if (!response.ok) throw refusal(response.status, parseProblem(await response.text()));
  return response;
}

function refusal(status, problem) {
  const error = new ServiceError(status, problem);
  if (status === LOGIN_NEEDED) refused(error);
  return error;
}

function parseProblem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * POST a file or form and tell how much of it has left. XMLHttpRequest, because fetch reports
 * nothing while a body is being sent.
 */
export function upload(path, body, { type, onSent = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    sender.open("POST", url(path));
    const headers = { ...(type && { "Content-Type": type }), ...credentials() };
    for (const [name, value] of Object.entries(headers)) sender.setRequestHeader(name, value);
    sender.upload.addEventListener("progress", (event) => onSent(event.loaded / event.total));
    sender.addEventListener("error", () => reject(new UnreachableError()));
    sender.addEventListener("load", () => {
      const answer = parseProblem(sender.responseText);
      if (sender.status >= 200 && sender.status < 300) resolve(answer);
      else reject(refusal(sender.status, answer));
    });
    sender.send(body);
  });
}

export const MOST_ITEMS = 20_000;

/** Every item of a paginated list, page by page, as an array; at most `limit` from `cursor` on. */
export async function fetchAll(path, signal, { limit = MOST_ITEMS, cursor = null } = {}) {
  const items = [];
  do {
    const address = new URL(path, "http://list/");
    address.searchParams.set("limit", 200);
    if (cursor) address.searchParams.set("cursor", cursor);
    const page = await fetchJson(address.pathname.slice(1) + address.search, signal);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < limit);
  return items;
}
