// The token of somebody who logged in: kept for this tab, sent in headers, never in an address.

const KEY = "model-studio-token";

/** The token, or null while nobody is logged in (or nobody needs to be). */
export const token = () => sessionStorage.getItem(KEY);

/** Keep a token until the tab is closed. */
export const keepToken = (text) => sessionStorage.setItem(KEY, text);

/** Forget the token. */
export const forgetToken = () => sessionStorage.removeItem(KEY);

/** The headers that say who asks. */
export const credentials = () => (token() ? { Authorization: `Bearer ${token()}` } : {});

/** The subprotocols that say who opens a WebSocket, for a browser can set no headers there. */
export const subprotocols = () => (token() ? ["bearer", token()] : []);

let onRefused = () => {};

/** Have `listener` called whenever the service wants a login, or another one. */
export function whenRefused(listener) {
  onRefused = listener;
}

/** Tell that the service answered 401. */
export const refused = (error) => onRefused(error);
