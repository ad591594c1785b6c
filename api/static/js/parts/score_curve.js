// How the score grows with each iteration: on the rows that are learned and on rows held back.

import { element, setAttribute, setText, svg } from "../dom.js";
import { formatFineShare } from "../format.js";
import { oncePerFrame } from "../frame.js";

const WIDTH = 600;
const HEIGHT = 120;

/** Returns `{node, add(metrics)}`; hidden until a second iteration has been reported. */
export function scoreCurve() {
  const learned = svg("polyline", { class: "curve-learned" });
  const held = svg("polyline", { class: "curve-held" });
  const caption = element("figcaption");
  const node = element(
    "figure",
    { class: "curve", hidden: true },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      learned,
      held,
    ),
    caption,
  );
  let points = [];
  const draw = oncePerFrame(() => drawCurve(node, learned, held, caption, points));
  return {
    node,
    add(metrics) {
      if (!Number.isFinite(metrics?.iteration) || !Number.isFinite(metrics.validation_accuracy))
        return;
      points = continues(points.at(-1), metrics) ? [...points, metrics] : [metrics];
      if (points.length > 1) draw(); // until then the last curve stays
    },
  };
}

/** Whether a report is the next one of the same fit. */
const continues = (last, next) =>
  last?.current_algorithm === next.current_algorithm && last?.iteration < next.iteration;

function drawCurve(node, learned, held, caption, points) {
  node.hidden = false;
  const last = points.at(-1);
  const values = points.flatMap((point) => [point.train_accuracy, point.validation_accuracy]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, 0.01);
  const width = WIDTH / Math.max(last.total_iterations ?? 0, points.length);
  const line = (name) =>
    points
      .map(
        (point, at) =>
          `${(at + 1) * width},${HEIGHT - 4 - ((point[name] - low) / span) * (HEIGHT - 8)}`,
      )
      .join(" ");
  setAttribute(learned, "points", line("train_accuracy"));
  setAttribute(held, "points", line("validation_accuracy"));
  setText(
    caption,
    `Iteration ${last.iteration} of ${last.total_iterations ?? "?"}: ` +
      `${formatFineShare(last.train_accuracy)} on rows it learns from (dashed), ` +
      `${formatFineShare(last.validation_accuracy)} on rows it has not seen`,
  );
}
