// Handing a file to the person in front of the page.

import { element } from "./dom.js";

/** Have the browser save `blob` under this name. */
export function saveFile(blob, name) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  URL.revokeObjectURL(href);
}
