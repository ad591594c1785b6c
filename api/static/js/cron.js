// The simple plans that people choose, and the five fields that the service keeps.

const ALL_DAYS = "*";
export const WEEKDAYS = [
  ["1", "Monday"],
  ["2", "Tuesday"],
  ["3", "Wednesday"],
  ["4", "Thursday"],
  ["5", "Friday"],
  ["6", "Saturday"],
  ["0", "Sunday"],
];

/** The five fields of `{every, time, weekday, day}`, where `every` is day, week or month. */
export function cronOf({ every, time, weekday, day }) {
  const [hours, minutes] = time.split(":").map(Number);
  const monthDay = every === "month" ? day : ALL_DAYS;
  return `${minutes} ${hours} ${monthDay} * ${every === "week" ? weekday : ALL_DAYS}`;
}

/** Five fields in words where they are one of the simple plans, else as they stand. */
export function cronWords(cron) {
  const simple = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|\d|[A-Za-z]{3})$/.exec(cron);
  if (!simple) return `At the times of “${cron}”`;
  const [, minutes, hours, day, weekday] = simple;
  const time = `${hours.padStart(2, "0")}:${minutes.padStart(2, "0")}`;
  if (day !== ALL_DAYS && weekday !== ALL_DAYS) return `At the times of “${cron}”`;
  if (day !== ALL_DAYS) return `On day ${day} of every month at ${time}`;
  if (weekday !== ALL_DAYS) return `Every ${weekdayName(weekday)} at ${time}`;
  return `Every day at ${time}`;
}

function weekdayName(code) {
  const known = WEEKDAYS.find(
    ([number, name]) =>
      number === String(Number(code) % 7) || name.slice(0, 3).toLowerCase() === code.toLowerCase(),
  );
  return known?.[1] ?? code;
}
