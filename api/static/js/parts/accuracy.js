// How good a forecast is, beside the simplest one: the last week repeated.

import { element, setAttribute, setText } from "../dom.js";
import { formatShare } from "../format.js";

/** Whether anything was sold in the test; without a sale an error means nothing. */
export const soldInTest = (metrics) => typeof metrics?.mape === "number";

/** The part of the simple forecast's error that the model saves; null where it cannot be told. */
export function gainOver(metrics, baseline) {
  if (!(metrics?.wape >= 0) || !(baseline?.wape > 0)) return null;
  return 1 - metrics.wape / baseline.wape;
}

/** The gain in words and its tone. */
function gainWords(gain) {
  if (gain === null) return ["", "plain"];
  if (Math.abs(gain) < 0.005) return ["same as last week repeated", "plain"];
  if (gain > 0) return [`${formatShare(gain)} less error`, "good"];
  return [`${formatShare(-gain)} more error`, "bad"];
}

/** Two thin bars, the model's error over the simple one's. Returns `{node, set(metrics, baseline)}`. */
export function errorComparison() {
  const [model, naive] = [measure("This model"), measure("Last week repeated")];
  const gain = element("span", { class: "gain" });
  const none = element("p", { class: "muted" }, "Nothing sold in the weeks it was tested on");
  const node = element("div", { class: "comparison" }, model.node, gain, naive.node, none);
  const set = (metrics, baseline) => {
    const isMeasured = soldInTest(metrics);
    none.hidden = isMeasured;
    for (const part of [model.node, naive.node, gain]) part.hidden = !isMeasured;
    const scale = Math.max(metrics?.wape ?? 0, baseline?.wape ?? 0, 0.01);
    model.set(metrics?.wape, scale);
    naive.set(baseline?.wape, scale);
    const [words, tone] = gainWords(gainOver(metrics, baseline));
    setText(gain, words);
    setAttribute(gain, "data-tone", tone);
  };
  return { node, set };
}

function measure(label) {
  const fill = element("span", { class: "measure-fill" });
  const value = element("span", { class: "measure-value" });
  const node = element(
    "div",
    { class: "measure" },
    element("span", { class: "measure-label" }, label),
    element("span", { class: "measure-track", "aria-hidden": "true" }, fill),
    value,
  );
  const set = (share, scale) => {
    fill.style.transform = `translateX(${((share ?? 0) / scale - 1) * 100}%)`;
    setText(value, formatShare(share));
  };
  return { node, set };
}
