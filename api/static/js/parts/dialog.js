// Asking before something is done that cannot be taken back by itself.

import { element } from "../dom.js";

/**
 * Opens a dialog with `choices` of `[value, title, meaning]`; resolves to the chosen value, or to
 * null when all shall stay as it is, which is what the button `keep` says.
 */
export function choose({ title, text = null, choices, keep }) {
  return opened(
    element("h2", { id: "dialog-title" }, title),
    text && element("p", { class: "dialog-text" }, text),
    choices.map(([value, name, meaning]) =>
      element(
        "button",
        { class: "choice", value },
        element("strong", {}, name),
        element("span", {}, meaning),
      ),
    ),
    element("button", { class: "button quiet", value: "", autofocus: true }, keep),
  );
}

/** Show `parts` with one button that closes them; resolves when they are closed. */
export function show(title, ...parts) {
  return opened(
    element("h2", { id: "dialog-title" }, title),
    parts,
    element("button", { class: "button", value: "", autofocus: true }, "Close"),
  );
}

function opened(...parts) {
  const dialog = element(
    "dialog",
    { class: "dialog", "aria-labelledby": "dialog-title" },
    element("form", { method: "dialog" }, ...parts),
  );
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
