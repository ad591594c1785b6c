// Fields of forms: a label over its control, with a word about it where that helps.

import { announce, element } from "../dom.js";
import { attempt } from "./action.js";
import { hint } from "./notice.js";

let made = 0;

/** A labelled control. */
export function field(label, control, help = null) {
  made += 1;
  control.id ||= `field-${made}`;
  const about = help && element("small", { id: `${control.id}-help` }, help);
  if (about) control.setAttribute("aria-describedby", about.id);
  return element(
    "div",
    { class: "field" },
    element("label", { for: control.id }, label),
    control,
    about,
  );
}

/** An input with this name; `attributes` as of an element. */
export const input = (name, attributes = {}) =>
  element("input", { name, autocomplete: "off", ...attributes });

/** A choice between `[value, words]`. */
export const select = (name, options, chosen = null) =>
  element(
    "select",
    { name },
    options.map(([value, words]) =>
      element("option", { value, selected: String(value) === String(chosen) }, words),
    ),
  );

/**
 * A form with one button. `send(values)` gets what was entered, by name, and may answer with words
 * to show; these, or what the service refuses, stand above the button.
 */
export function form(fields, label, send) {
  const problem = element("div");
  const submit = element("button", { class: "button", type: "submit" }, label);
  const node = element("form", { class: "form" }, fields, problem, submit);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(node));
    attempt(submit, async () => sayDone(await send(values, node), problem), problem);
  });
  return node;
}

function sayDone(words, place) {
  if (!words) return;
  place.replaceChildren(hint(words, "good"));
  announce(words);
}
