// What the cells of tables to be saved hold: texts, numbers, and moments of the shop's clock as
// dates in UTC.

export const DAY_MS = 86_400_000;

/** A number without digits that mean nothing; none is an empty cell. */
export const amountCell = (value) => (value === null ? "" : Number(value.toFixed(3)));

/** Whether no moment of these rows has a time of day. */
export const isOfDays = (rows) =>
  rows.every((cells) =>
    cells.every((value) => !(value instanceof Date) || value.getTime() % DAY_MS === 0),
  );
