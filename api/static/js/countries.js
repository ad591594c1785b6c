// The countries that a browser has names for.

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const NO_COUNTRIES = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

/** `[code, name]` of each country, by name. */
export function countries() {
  const names = new Intl.DisplayNames(undefined, { type: "region", fallback: "none" });
  return LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .map((code) => [code, NO_COUNTRIES.has(code) ? null : names.of(code)])
    .filter(([, name]) => name)
    .sort(([, one], [, other]) => one.localeCompare(other));
}
