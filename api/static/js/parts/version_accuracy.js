// How accurate the models of one product were, version by version.

import { formatPercentage } from "../format.js";
import { hint } from "./notice.js";
import { trendChart } from "./trend_chart.js";

const LINES = [{ words: "Accuracy in its test", mark: "expected" }];
const FULL = 100;

/** A chart over the time at which they were trained. */
export function versionAccuracy(versions) {
  const tested = versions.filter(({ accuracy }) => accuracy !== null);
  if (!tested.length) return hint("No model of it has been tested on weeks with sales yet.");
  return trendChart({
    title: "Accuracy, version by version",
    points: tested.map(({ created_at: at, accuracy, model_version: version }) => ({
      day: at,
      label: version,
      values: [accuracy],
    })),
    lines: LINES,
    written: formatPercentage,
    reach: [0, FULL],
  });
}
