// The shop in four numbers.

import { element } from "../dom.js";
import { formatCount, formatShare } from "../format.js";
import { gainOver } from "./accuracy.js";
import { figureCard } from "./figure.js";

/** Returns `{node, show(products)}`. */
export function shopFigures() {
  const node = element("div", { class: "figures" });
  return { node, show: (products) => node.replaceChildren(...cards(products)) };
}

function cards(products) {
  const models = products.map((product) => product.model).filter(Boolean);
  if (!models.length) return [];
  const gains = models
    .map((model) => gainOver(model.metrics, model.baseline))
    .filter((gain) => gain !== null);
  return [
    figureCard({
      label: "Products with a model",
      value: formatCount(models.length),
      meaning: `of ${formatCount(products.length)} in the catalogue`,
    }),
    figureCard({
      label: "Typical error",
      value: formatShare(median(models.map((model) => model.metrics?.wape))),
      meaning: "Half of the products are forecast better than this, half worse.",
    }),
    figureCard({
      label: "Error saved",
      value: formatShare(median(gains)),
      meaning: "For the product in the middle, beside repeating last week.",
      tone: median(gains) > 0 ? "good" : "plain",
    }),
    figureCard({
      label: "Better than repeating",
      value: formatCount(gains.filter((gain) => gain > 0).length),
      meaning: `of ${formatCount(gains.length)} products beat last week repeated`,
    }),
  ];
}

function median(values) {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!known.length) return null;
  const last = known.length - 1;
  return (known[Math.floor(last / 2)] + known[Math.ceil(last / 2)]) / 2;
}
