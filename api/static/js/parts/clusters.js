// The groups of a clustering: how large they are, what their rows share, and where they lie.

import { element, svg } from "../dom.js";
import { formatCount, formatFineShare, formatMeasure, formatShare } from "../format.js";
import { barList } from "./bar_list.js";
import { plot } from "./plot.js";
import { separatingColumns } from "./strongest.js";
import { numbersRow, table, whenOpened } from "./table.js";

const COLOURS = 8;
const SIZE = 3.2;
const COLUMNS_SHOWN = 12;

/** Sections for the explanation of a clustering. */
export function clusterSections({ clusters, projection, separating_columns: columns }) {
  if (!clusters?.length) return [];
  const sizes = clusters.map(({ name, rows, share }) => ({
    label: name,
    value: share,
    words: `${formatCount(rows)} (${formatShare(share)})`,
  }));
  const groups = element(
    "section",
    { class: "setting", "aria-label": "Groups" },
    element("h2", {}, "Groups"),
    barList("Rows in each group", sizes),
    element("ul", { class: "jobs" }, clusters.map(clusterRow)),
    projection && map(projection, clusters),
  );
  const apart = separatingColumns(columns);
  return apart
    ? [groups, element("section", {}, element("h2", {}, "What sets them apart"), apart)]
    : [groups];
}

function clusterRow({ name, words, centre, silhouette }) {
  return element(
    "li",
    { class: "job" },
    element("strong", {}, name),
    element("p", { class: "muted" }, words),
    whenOpened("Column by column", () =>
      table(
        `Columns of ${name}`,
        ["Column", "In this group", "In all rows"],
        Object.entries(centre).slice(0, COLUMNS_SHOWN).map(centreRow),
      ),
    ),
    Number.isFinite(silhouette) &&
      element("small", {}, `Separation (silhouette) ${formatMeasure(silhouette)}`),
  );
}

function centreRow([column, { values, mean, overall_mean: overall }]) {
  if (values) {
    const [most] = values;
    if (!most) return numbersRow(column, ["–", "–"]);
    return numbersRow(column, [
      `${most.value} (${formatFineShare(most.share)})`,
      formatFineShare(most.overall_share),
    ]);
  }
  return numbersRow(column, [mean, overall].map(written));
}

const written = (value) => (typeof value === "string" ? value : formatMeasure(value));

/** Every row as a mark where the two main directions put it; eight colours, then other shapes. */
function map({ points, explained }, clusters) {
  const places = new Map(clusters.map(({ name }, at) => [name, at]));
  const told = formatShare(explained.reduce((sum, share) => sum + share, 0));
  const ends = (values) => ({ low: Math.min(...values), high: Math.max(...values) });
  return plot({
    title: "Where the groups lie",
    about: `${formatCount(points.length)} rows by the two main directions of the table, by group`,
    across: {
      ...ends(points.map(({ x }) => x)),
      label: `Main directions: ${told} of the variation`,
    },
    up: { ...ends(points.map(({ y }) => y)), isLoose: true },
    height: 340,
    marks: ({ x, y }) =>
      points.map((point) => mark(x(point.x), y(point.y), places.get(point.cluster) ?? -1)),
    legend: clusters.map(({ name }, at) => [`series-${at % COLOURS}`, name]),
  });
}

function mark(x, y, group) {
  const properties = {
    class: "plot-group",
    data: { series: group < 0 ? "none" : group % COLOURS },
  };
  if (group < COLOURS) return svg("circle", { cx: x, cy: y, r: SIZE, ...properties });
  return svg("rect", {
    x: x - SIZE,
    y: y - SIZE,
    width: 2 * SIZE,
    height: 2 * SIZE,
    ...properties,
  });
}
