// One number, what it is and what it means.

import { element } from "../dom.js";

/** A card with a large value; `tone` is good, bad or nothing. */
export function figureCard({ label, value, meaning, tone = "plain" }) {
  return element(
    "div",
    { class: "figure", data: { tone } },
    element("span", { class: "figure-label" }, label),
    element("strong", { class: "figure-value" }, value),
    meaning && element("span", { class: "figure-meaning" }, meaning),
  );
}
