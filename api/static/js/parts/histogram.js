// How often which values come: as a chart with axes, or as a small drawing in a line.

import { svg } from "../dom.js";
import { formatCount } from "../format.js";
import { plot } from "./plot.js";

const SMALL = { width: 120, height: 32 };

/** A chart of `counts` between `edges`. */
export function histogram({ title, about, label, edges, counts }) {
  return plot({
    title,
    about,
    across: { label, low: edges[0], high: edges.at(-1) },
    up: { low: 0, high: Math.max(...counts, 1), format: formatCount, isLoose: true },
    height: 220,
    marks: ({ x, y }) =>
      counts.map((count, at) =>
        svg("rect", {
          class: "plot-bar",
          x: x(edges[at]) + 0.5,
          width: Math.max(0, x(edges[at + 1]) - x(edges[at]) - 1),
          y: y(count),
          height: y(0) - y(count),
        }),
      ),
  });
}

/** The outline of `counts`, a line high; `about` says it in words. */
export function smallHistogram(counts, about) {
  const highest = Math.max(...counts, 1);
  const width = SMALL.width / counts.length;
  return svg(
    "svg",
    {
      class: "small-histogram",
      viewBox: `0 0 ${SMALL.width} ${SMALL.height}`,
      role: "img",
      "aria-label": about,
    },
    counts.map((count, at) => {
      const height = (count / highest) * SMALL.height;
      return svg("rect", {
        class: "plot-bar",
        x: at * width + 0.25,
        width: Math.max(0.5, width - 0.5),
        y: SMALL.height - height,
        height,
      });
    }),
  );
}
