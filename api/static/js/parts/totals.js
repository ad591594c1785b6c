// What all products and each category are expected to sell together, asked for when it is opened.

import { element } from "../dom.js";
import { fetchJson } from "../api.js";
import { amountCell } from "../cells.js";
import {
  formatAmount,
  formatPeriod,
  formatPeriods,
  formatShare,
  plural,
  wallClock,
} from "../format.js";
import { allForecasts } from "./all_forecasts.js";
import { field, select } from "./field.js";
import { hint, problemNotice } from "./notice.js";
import { band, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";
import { saveButtons } from "./table_files.js";

const EVERYTHING = "All products";

/** Returns `{node, show(products)}`; there is nothing to add up without a model in use. */
export function totalsBox() {
  const node = element("section", { "aria-label": "Totals" });
  let isShown = false;
  const show = (products) => {
    if (isShown || !products.some(({ model }) => model?.is_deployed)) return;
    isShown = true;
    node.append(
      whenOpened("What to expect of all products together", askedFor),
      whenOpened("Save all forecasts as a file", allForecasts),
    );
  };
  return { node, show };
}

/** Fills itself when the answer is there. */
function askedFor() {
  const place = element("div", { class: "totals" }, hint("Adding up the forecasts …"));
  fetchJson("training/forecasts/totals").then(
    (answer) => place.replaceChildren(...chosen(answer)),
    (error) => place.replaceChildren(problemNotice(error)),
  );
  return place;
}

/** A choice of the category, and its total. */
function chosen(answer) {
  const { totals, frequency } = answer;
  const names = totals.map(({ category }, place) => [place, category ?? EVERYTHING]);
  const choice = select("category", names);
  const place = element("div");
  const show = () => place.replaceChildren(...total(totals[choice.value], answer));
  choice.addEventListener("change", show);
  show();
  return [
    totals.length > 1 ? field("Products", choice) : "",
    place,
    element("p", { class: "muted" }, answer.assumption),
    ...leftOut(answer),
    whenOpened("All totals as a table", () => allTotals(totals, frequency)),
    savedTotals(totals),
  ];
}

function total({ category, products, forecast }, { interval_width: width, frequency }) {
  const name = category ?? EVERYTHING;
  const points = forecast.map((point) => ({ ...point, at: wallClock(point.ds).getTime() }));
  const sum = forecast.reduce((all, { yhat }) => all + yhat, 0);
  const about =
    `${plural(products, "product")}, ${formatPeriods(forecast.length, frequency)},` +
    ` together about ${formatAmount(sum)}.`;
  const chart = plot({
    title: name,
    about: `Expected of ${name}: ${about}`,
    across: { label: "", low: points[0].at, high: points.at(-1).at, areMoments: true },
    up: { label: "", low: 0, high: Math.max(...points.map(({ yhat_upper: top }) => top), 1) },
    marks: ({ x, y }) => {
      const places = (of) => points.map((point) => [x(point.at), y(point[of])]);
      return [
        band(places("yhat_upper"), places("yhat_lower"), { class: "chart-band" }),
        line(places("yhat"), { class: "chart-line" }),
      ];
    },
    legend: [
      ["expected", "Most likely"],
      ["range", `Range for ${formatShare(width)} of the days`],
    ],
  });
  return [chart, element("p", {}, about)];
}

function leftOut({ left_out: left }) {
  if (!left.length) return [];
  const lines = left.map(({ product_name: name, reason }) =>
    element("li", {}, element("strong", {}, name), ` ${reason}`),
  );
  return [
    whenOpened(`${plural(left.length, "product")} left out`, () => element("ul", {}, lines)),
  ];
}

const headOf = (totals) => ["When", ...totals.map(({ category }) => category ?? EVERYTHING)];

function savedTotals(totals) {
  const rows = [headOf(totals), ...totalRows(totals)];
  const problem = element("div");
  return element(
    "div",
    { class: "row-actions" },
    saveButtons(rows, "forecast totals", problem),
    problem,
  );
}

const totalRows = (totals) =>
  totals[0].forecast.map(({ ds }, place) => [
    wallClock(ds),
    ...totals.map(({ forecast }) => amountCell(forecast[place].yhat)),
  ]);

function allTotals(totals, frequency) {
  const rows = totals[0].forecast.map(({ ds }, place) =>
    numbersRow(
      formatPeriod(ds, frequency),
      totals.map(({ forecast }) => formatAmount(forecast[place].yhat)),
    ),
  );
  return table("Totals", headOf(totals), rows, "tall");
}
