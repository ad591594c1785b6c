// A small label for a state, never by colour alone.

import { element, setAttribute, setText } from "../dom.js";
import { statusWord } from "../words.js";

/** Returns `{node, set(status, word?)}`. */
export function statusPill(status) {
  const node = element("span", { class: "pill" });
  const set = (state, word = statusWord(state)) => {
    setAttribute(node, "data-status", state);
    setText(node, word);
  };
  if (status) set(status);
  return { node, set };
}
