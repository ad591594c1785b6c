// How long trainings take, where that time goes, and what skipping unchanged products saved.

import { element } from "../dom.js";
import { formatBriefDuration, formatDuration } from "../format.js";
import { algorithmWord, phaseWord } from "../words.js";
import { barList } from "./bar_list.js";
import { hint } from "./notice.js";
import { section } from "./section.js";
import { numbersRow, table, whenOpened } from "./table.js";

/** The section about time. */
export function timeSection(duration) {
  if (!duration.products.count) {
    return section("How long it takes", [hint("Nothing was trained in this time.")]);
  }
  const steps = duration.by_step.map(({ name, total }) => ({
    label: phaseWord(name),
    value: total,
    words: formatBriefDuration(total),
  }));
  return section("How long it takes", [
    element("p", { class: "muted" }, timeWords(duration)),
    barList("Time by step, all trainings together", steps),
    whenOpened("By method", () => groups("Methods", duration.by_algorithm, algorithmWord)),
    whenOpened("The slowest products", () =>
      groups("Products", duration.slowest_products, (name) => name),
    ),
  ]);
}

function timeWords({ products, queue_wait: wait }) {
  const [half, most] = [products.median, products.p90].map(formatDuration);
  const usual = `Half of the products are trained within ${half}, nine of ten within ${most}.`;
  const waiting = wait.count ? ` A training usually waits ${formatDuration(wait.median)}.` : "";
  return `${usual}${waiting} Below, the time of all trainings by step.`;
}

function groups(caption, found, nameOf) {
  const rows = found.map(({ name, p50, p90, total }) =>
    numbersRow(nameOf(name), [p50, p90, total].map(formatBriefDuration)),
  );
  return table(caption, ["", "Half within", "Nine of ten within", "Together"], rows);
}
