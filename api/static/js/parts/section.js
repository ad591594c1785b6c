// A titled part of a page.

import { element } from "../dom.js";

/** A section with its title as name; parts that are null or false are left out. */
export const section = (title, parts, properties = {}) =>
  element("section", { "aria-label": title, ...properties }, element("h2", {}, title), parts);
