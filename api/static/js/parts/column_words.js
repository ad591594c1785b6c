// What a column of a table holds, in a few words.

import { formatCount, formatDay, formatMeasure } from "../format.js";

const LONGEST_VALUE = 24;
const COMMON_VALUES = 3;
const [FIRST_YEAR, LAST_YEAR] = [1500, 2200];

/** From the smallest to the largest number or day; null for anything else. */
export function rangeWords(column) {
  const { type, min, max } = column;
  if (type === "number" && Number.isFinite(min)) {
    const write = numberFormat(column);
    return `${write(min)} to ${write(max)}`;
  }
  return type === "date" && min ? `${formatDay(min)} to ${formatDay(max)}` : null;
}

/** The range and the mean, or the most frequent values. */
export function valueWords(column) {
  const range = rangeWords(column);
  if (column.type === "number" && range) {
    return `${range}, ${numberFormat(column)(column.mean)} on average`;
  }
  if (range) return range;
  const { top, distinct } = column;
  if (top?.length) return commonest(top, distinct);
  return Number.isFinite(distinct) ? `${formatCount(distinct)} different` : "–";
}

/** Numbers that look like years are written without a separator. */
export function numberFormat({ min, max }) {
  const areYears = [min, max].every(Number.isInteger) && min >= FIRST_YEAR && max <= LAST_YEAR;
  return areYears ? (value) => String(Math.round(value)) : formatMeasure;
}

function commonest(top, distinct) {
  const named = top.slice(0, COMMON_VALUES).map(({ value }) => shortened(String(value)));
  const others = distinct - named.length;
  return named.join(", ") + (others > 0 ? ` and ${formatCount(others)} more` : "");
}

const shortened = (value) =>
  value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
