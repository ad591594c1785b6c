// A progress bar that eyes and screen readers follow.

import { element, setAttribute } from "../dom.js";

/** Returns `{node, set(percentage, status)}`. */
export function progressBar(label, size = "") {
  const fill = element("div", { class: "bar-fill" });
  const node = element(
    "div",
    {
      class: `bar ${size}`,
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": 0,
    },
    fill,
  );
  return { node, set: (percentage, status) => setBar(node, fill, percentage, status) };
}

function setBar(node, fill, percentage, status) {
  const value = Math.max(0, Math.min(100, percentage ?? 0));
  fill.style.transform = `translateX(${value - 100}%)`;
  setAttribute(node, "aria-valuenow", Math.floor(value));
  setAttribute(node, "data-status", status);
}
