// How well a classifier tells one class from the rest, and how far its probabilities can be taken.

import { element } from "../dom.js";
import { formatFineShare, formatShare, plural } from "../format.js";
import { field, select } from "./field.js";
import { dots, line, plot } from "./plot.js";
import { numbersRow, table, whenOpened } from "./table.js";

const SHARES = { low: 0, high: 1, format: formatShare };

/** Three charts for the class that is chosen above them; null where nothing is known. */
export function classCurves({ roc, precision_recall: recall, calibration }) {
  const classes = Object.keys(calibration?.classes ?? roc?.classes ?? {});
  if (!classes.length) return null;
  const choice = select(
    "class",
    classes.map((name) => [name, name]),
    classes[classes.length === 2 ? 1 : 0],
  );
  const stage = element("div", { class: "plots" });
  const show = () => {
    const name = choice.value;
    stage.replaceChildren(
      ...[
        rocChart(name, roc?.classes[name]),
        recallChart(name, recall?.classes[name]),
        calibrationChart(name, calibration?.classes[name]),
      ].filter(Boolean),
    );
  };
  choice.addEventListener("change", show);
  show();
  return element(
    "div",
    { class: "setting" },
    element("h3", {}, "How well it tells a class from the rest"),
    element("div", { class: "choices" }, field("Class", choice)),
    stage,
    calibration && element("p", { class: "muted" }, calibrationWords(calibration)),
  );
}

function rocChart(name, curve) {
  if (!curve) return null;
  const title = "Found, and falsely alarmed";
  const words = `Area ${formatFineShare(curve.area)}; chance is 50 %.`;
  return captioned(
    plot({
      title,
      about: `${title}, for “${name}”. ${words}`,
      across: { ...SHARES, label: `Others taken for “${name}”` },
      up: SHARES,
      marks: ({ x, y }) => [
        line(
          [
            [x(0), y(0)],
            [x(1), y(1)],
          ],
          { class: "plot-chance" },
        ),
        line(places(curve.false_positive_rate, curve.true_positive_rate, x, y), {
          class: "chart-line",
        }),
      ],
    }),
    `Share of “${name}” that is found, as more of the others are taken for it. ${words}`,
  );
}

function recallChart(name, curve) {
  if (!curve) return null;
  const title = "Right when it says so";
  const words =
    `On average ${formatFineShare(curve.average_precision)}; ` +
    `guessing gives ${formatFineShare(curve.share)}.`;
  return captioned(
    plot({
      title,
      about: `${title}, for “${name}”. ${words}`,
      across: { ...SHARES, label: `“${name}” that is found` },
      up: SHARES,
      marks: ({ x, y }) => [
        line(
          [
            [x(0), y(curve.share)],
            [x(1), y(curve.share)],
          ],
          { class: "plot-chance" },
        ),
        line(places(curve.recall, curve.precision, x, y), { class: "chart-line" }),
      ],
    }),
    `How often it is right when it says “${name}”, as more of them are to be found. ${words}`,
  );
}

function calibrationChart(name, bins) {
  const filled = bins?.filter(({ rows }) => rows > 0) ?? [];
  if (!filled.length) return null;
  const title = "Told and come true";
  const figure = captioned(
    plot({
      title,
      about: `${title}, for “${name}”, in ${plural(filled.length, "group")} of rows`,
      across: { ...SHARES, label: "Chance that was told" },
      up: SHARES,
      marks: ({ x, y }) => [
        line(
          [
            [x(0), y(0)],
            [x(1), y(1)],
          ],
          { class: "plot-chance" },
        ),
        line(
          filled.map(({ predicted, observed }) => [x(predicted), y(observed)]),
          {
            class: "chart-line",
          },
        ),
        dots(
          filled.map(({ predicted, observed }) => [x(predicted), y(observed)]),
          {
            class: "chart-dot",
            r: 4,
          },
        ),
      ],
    }),
    `How often “${name}” was true for each chance that was told. On the dashed line, chances hold.`,
  );
  const rows = filled.map(({ from, to, rows: count, predicted, observed }) =>
    numbersRow(`${formatShare(from)} to ${formatShare(to)}`, [
      formatFineShare(predicted),
      formatFineShare(observed),
      plural(count, "row"),
    ]),
  );
  const head = ["Chance", "Told", "Come true", "Rows"];
  figure.append(whenOpened("As a table", () => table(title, head, rows)));
  return figure;
}

const calibrationWords = ({ expected_calibration_error: error }) =>
  `Over all classes, the chances it tells are off by ${formatFineShare(error)} on average.`;

const places = (across, up, x, y) => across.map((value, at) => [x(value), y(up[at])]);

const captioned = (figure, words) =>
  element("div", {}, figure, element("p", { class: "plot-words" }, words));
