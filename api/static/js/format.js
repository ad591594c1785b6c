// Numbers, dates and durations in the reader's own format.

const count = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 1,
});
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
const dayInWeek = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const hour = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const month = new Intl.DateTimeFormat(undefined, {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const MISSING = "–";

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A whole number with separators. */
export const formatCount = (value) => (isNumber(value) ? count.format(value) : MISSING);

/** A share between 0 and 1 as percent. */
export const formatShare = (share) => (isNumber(share) ? percent.format(share) : MISSING);

/** A share between 0 and 1 as percent, to a tenth. */
export const formatFineShare = (share) => (isNumber(share) ? finePercent.format(share) : MISSING);

/** A percentage between 0 and 100, rounded down so that only what is finished shows 100 %. */
export const formatPercentage = (value) =>
  isNumber(value) ? percent.format(Math.floor(value) / 100) : MISSING;

/** A measured number with about three significant digits. */
export function formatFigure(value) {
  if (!isNumber(value)) return MISSING;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString(undefined, { maximumFractionDigits: digits });
}

/** A number with three significant digits, however small it is. */
export const formatMeasure = (value) =>
  isNumber(value) && Math.abs(value) < 1
    ? value.toLocaleString(undefined, { maximumSignificantDigits: 3 })
    : formatFigure(value);

/** What is sold or expected: whole from ten on, for nobody bakes a tenth of a loaf. */
export function formatAmount(value) {
  if (!isNumber(value)) return MISSING;
  const digits = Math.abs(value) >= 10 ? 0 : 1;
  const rounded = Number(value.toFixed(digits)) || 0;
  return rounded.toLocaleString(undefined, { maximumFractionDigits: digits });
}

/** From and to, both as exact as the larger one. */
export function formatRange(low, high) {
  if (!isNumber(low) || !isNumber(high)) return MISSING;
  return `${formatAmount(high >= 10 ? Math.round(low) : low)} to ${formatAmount(high)}`;
}

/** A point in time. */
export const formatMoment = (text) => (text ? moment.format(new Date(text)) : MISSING);

/** The time of day of a point in time. */
export const formatClock = (text) => (text ? clock.format(new Date(text)) : "");

/** A calendar day or a wall-clock time of the shop, which has no time zone. */
export const formatDay = (text) => (text ? day.format(wallClock(text)) : MISSING);

/** A calendar day without its year. */
export const formatShortDay = (text) => (text ? shortDay.format(wallClock(text)) : MISSING);

/** The day of the week, short. */
export const formatWeekday = (text) => weekday.format(wallClock(text));

/** The hour, day, week or month that a row of this frequency stands for. */
export function formatPeriod(text, frequency) {
  if (frequency === "daily") return dayInWeek.format(wallClock(text));
  if (frequency === "weekly") return `Week of ${formatDay(text)}`;
  if (frequency === "monthly") return month.format(wallClock(text));
  return hour.format(wallClock(text));
}

/** The reader's today, as the calendar day of a shop. */
export const localToday = () => new Date().toLocaleDateString("sv");

/** A naive date read as it stands, whatever zone the reader is in. */
export function wallClock(text) {
  const [, date, time = "00:00:00"] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(
    text,
  );
  return new Date(`${date}T${time}Z`);
}

/** How long ago a point in time was, or how far ahead it is, in words. */
export function formatAgo(text, now = Date.now()) {
  if (!text) return MISSING;
  const seconds = Math.round((new Date(text) - now) / 1000);
  if (Math.abs(seconds) < 45) return relative.format(0, "second");
  if (Math.abs(seconds) < 2700) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 79200) return relative.format(Math.round(seconds / 3600), "hour");
  if (Math.abs(seconds) < 2160000) return relative.format(Math.round(seconds / 86400), "day");
  return day.format(new Date(text));
}

/** A point in time on the wall clock of a time zone. */
export const formatZoned = (text, timeZone) =>
  new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).format(new Date(text));

/** A length of time in words. */
export function formatDuration(seconds) {
  if (!isNumber(seconds)) return MISSING;
  if (seconds < 1) return "under a second";
  if (seconds < 90) return plural(Math.round(seconds), "second");
  if (seconds < 5400) return plural(Math.round(seconds / 60), "minute");
  const minutes = Math.round(seconds / 60);
  return `${plural(Math.floor(minutes / 60), "hour")} ${minutes % 60} min`;
}

/** A length of time with its unit, for axes and columns. */
export function formatBriefDuration(seconds) {
  if (!isNumber(seconds)) return MISSING;
  if (seconds < 90) return `${formatFigure(seconds)} s`;
  if (seconds < 5400) return `${formatFigure(seconds / 60)} min`;
  return `${formatFigure(seconds / 3600)} h`;
}

/** The length of a step that took this many milliseconds. */
export const formatMilliseconds = (value) =>
  value < 1000 ? `${formatCount(value)} ms` : `${formatFigure(value / 1000)} s`;

/** Between two points in time, on one day or over more; the second may be missing. */
export function formatSpan(from, to) {
  const [start, end] = [new Date(from), new Date(to ?? from)];
  const isToday = [start, end].every((at) => at.toDateString() === new Date().toDateString());
  const written = isToday ? minute : moment;
  if (end - start < 60_000) return `about ${written.format(end)}`;
  return `between ${written.format(start)} and ${written.format(end)}`;
}

/** Bytes in a readable unit. */
export function formatSize(bytes) {
  if (bytes < 1e6) return `${formatFigure(bytes / 1e3)} KB`;
  return bytes < 1e9 ? `${formatFigure(bytes / 1e6)} MB` : `${formatFigure(bytes / 1e9)} GB`;
}

/** A number with its noun: "1 product", "12 products". */
export function plural(number, noun, nouns = `${noun}s`) {
  return `${formatCount(number)} ${number === 1 ? noun : nouns}`;
}

const PERIODS = { hourly: "hour", daily: "day", weekly: "week", monthly: "month" };

/** So many rows of this frequency: "14 days". */
export const formatPeriods = (number, frequency) =>
  plural(number, PERIODS[frequency] ?? "period");
