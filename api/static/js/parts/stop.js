// Asking before a job is stopped, and how.

import { element } from "../dom.js";

const CHOICES = [
  ["finish", "Finish what is running", "Products in training are completed; the rest is left out."],
  ["abort", "Stop now", "Nothing more is trained. Models that are ready stay."],
];

/** Opens a dialog; resolves to "finish", "abort" or null when the job shall go on. */
export function askHowToStop() {
  return new Promise((resolve) => {
    const dialog = stopDialog();
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function stopDialog() {
  return element(
    "dialog",
    { class: "dialog", "aria-labelledby": "stop-title" },
    element(
      "form",
      { method: "dialog" },
      element("h2", { id: "stop-title" }, "Stop this training?"),
      CHOICES.map(([value, title, meaning]) =>
        element(
          "button",
          { class: "choice", value },
          element("strong", {}, title),
          element("span", {}, meaning),
        ),
      ),
      element("button", { class: "button quiet", value: "", autofocus: true }, "Keep training"),
    ),
  );
}
