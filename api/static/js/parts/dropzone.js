// A place to drop a file, which is also a button that opens the file picker.

import { element } from "../dom.js";

/** Returns the node; `onFile(file)` gets the one file that was dropped or picked. */
export function dropZone({ title, hint, accept, onFile }) {
  const input = element("input", { type: "file", accept, class: "visually-hidden" });
  const zone = element(
    "label",
    { class: "drop" },
    input,
    element("strong", {}, title),
    element("span", {}, hint),
  );
  input.addEventListener("change", () => {
    if (input.files.length) onFile(input.files[0]);
    input.value = ""; // so that the same file can be picked again after it was corrected
  });
  const highlight = (event) => {
    event.preventDefault();
    zone.classList.toggle("drop-over", event.type === "dragover");
  };
  zone.addEventListener("dragover", highlight);
  zone.addEventListener("dragleave", highlight);
  zone.addEventListener("drop", (event) => {
    highlight(event);
    if (event.dataTransfer.files.length) onFile(event.dataTransfer.files[0]);
  });
  return zone;
}
