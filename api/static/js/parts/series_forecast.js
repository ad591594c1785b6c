// The forecast of each series of a table, what came before it, and how good it was in the test.

import { element } from "../dom.js";
import {
  formatDay,
  formatFineShare,
  formatMeasure,
  formatPeriod,
  plural,
  wallClock,
} from "../format.js";
import { algorithmWord } from "../words.js";
import { field, select } from "./field.js";
import { band, dots, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";

const LEGEND = [
  ["past", "What happened"],
  ["expected", "Most likely"],
  ["range", "Likely range"],
  ["tested", "Told in the test, without knowing what happened"],
];
const MIDNIGHT = /T00:00:00/;

/** Sections for the explanation of time series. */
export function seriesSections({ forecast, series, interval_level: level }, target) {
  const sections = [];
  if (forecast?.length) sections.push(forecastSection(forecast, target, level));
  if (series?.length) sections.push(accuracySection(series));
  return sections;
}

/** What a series is called: the values that tell it apart. */
const seriesName = (named) => Object.values(named).join(", ") || "The whole table";

function forecastSection(forecast, target, level) {
  const choice = select(
    "series",
    forecast.map((one, at) => [at, seriesName(one.series)]),
  );
  const stage = element("div");
  const show = () => stage.replaceChildren(...drawn(forecast[Number(choice.value)], target));
  choice.addEventListener("change", show);
  show();
  return element(
    "section",
    { class: "setting", "aria-label": "Forecast" },
    element("h2", {}, "What to expect"),
    element(
      "p",
      { class: "muted" },
      `The range holds ${formatFineShare(level)} of what comes true.`,
    ),
    forecast.length > 1 && element("div", { class: "choices" }, field("Series", choice)),
    stage,
  );
}

function drawn(one, target) {
  const { history, test, forecast } = one;
  const days = (times) => times.map((time) => wallClock(time).getTime());
  const [past, tested, ahead] = [history, test, forecast].map((part) => days(part?.time ?? []));
  const values = [
    ...history.value,
    ...forecast.lower,
    ...forecast.upper,
    ...(test?.prediction ?? []),
  ];
  const known = values.filter(Number.isFinite);
  const name = seriesName(one.series);
  const figure = plot({
    title: `${target}: ${name}`,
    about: `“${target}” of ${name}: ${plural(ahead.length, "period")} ahead, from ${when(forecast.time[0])}`,
    across: {
      low: Math.min(...past, ...ahead),
      high: Math.max(...past, ...ahead),
      label: algorithmWord(one.algorithm),
      areMoments: true,
    },
    up: { low: Math.min(...known), high: Math.max(...known), isLoose: true },
    height: 320,
    marks: ({ x, y }) => [
      band(places(ahead, forecast.upper, x, y), places(ahead, forecast.lower, x, y), {
        class: "chart-band",
      }),
      line(places(past, history.value, x, y), { class: "plot-past" }),
      test && line(places(tested, test.prediction, x, y), { class: "plot-tested" }),
      line(places(ahead, forecast.prediction, x, y), { class: "chart-line" }),
      ahead.length === 1 &&
        dots(places(ahead, forecast.prediction, x, y), { class: "chart-dot", r: 4 }),
    ],
    legend: test ? LEGEND : LEGEND.slice(0, -1),
  });
  return [figure, whenOpened("The forecast as a table", () => forecastTable(forecast, name))];
}

const places = (at, values, x, y) =>
  values.flatMap((value, place) => (Number.isFinite(value) ? [[x(at[place]), y(value)]] : []));

const when = (time) => (MIDNIGHT.test(time) ? formatDay(time) : formatPeriod(time, "hourly"));

/** Periods ahead with what is expected and the range. */
export function forecastTable({ time, prediction, lower, upper }, name) {
  const rows = time.map((at, place) =>
    numbersRow(
      when(at),
      [prediction, lower, upper].map((of) => formatMeasure(of[place])),
    ),
  );
  return table(
    `Forecast of ${name}`,
    ["Period", "Most likely", "At least", "At most"],
    rows,
    "tall",
  );
}

function accuracySection(series) {
  const rows = series.map((one) =>
    numbersRow(seriesName(one.series), [
      formatFineShare(one.wape),
      formatMeasure(one.mase),
      formatMeasure(one.mae),
      formatFineShare(one.coverage),
      algorithmWord(one.algorithm),
    ]),
  );
  const head = [
    "Series",
    "Typical miss",
    "Beside last season repeated",
    "Average miss",
    "Inside the range",
    "Method",
  ];
  return element(
    "section",
    { class: "setting", "aria-label": "Accuracy of each series" },
    element("h2", {}, "Each series in the test"),
    table("Accuracy of each series", head, rows, "tall wide"),
  );
}
