// The time zones that a browser knows, as suggestions for a field.

import { element } from "./dom.js";

/** A list of suggestions with the id `zones`. */
export const timeZones = () =>
  element(
    "datalist",
    { id: "zones" },
    Intl.supportedValuesOf("timeZone").map((name) => element("option", { value: name })),
  );
