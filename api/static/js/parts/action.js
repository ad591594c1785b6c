// A button that has the service do something.

import { element } from "../dom.js";
import { problemNotice } from "./notice.js";

/** Off while `act()` runs; what the service refuses is shown in `problem`. */
export function actionButton(label, act, problem, style = "quiet small") {
  const click = () => attempt(button, act, problem);
  const button = element(
    "button",
    { type: "button", class: `button ${style}`, on: { click } },
    label,
  );
  return button;
}

/** Run `act()` with `control` switched off, and show in `problem` why it failed. */
export async function attempt(control, act, problem) {
  control.disabled = true;
  problem.replaceChildren();
  try {
    await act();
  } catch (error) {
    problem.replaceChildren(problemNotice(error));
  } finally {
    control.disabled = false;
  }
}
