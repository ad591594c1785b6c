// Asking before a job is stopped, and how.

import { choose } from "./dialog.js";

const CHOICES = [
  ["finish", "Finish what is running", "Products in training are completed; the rest is left out."],
  ["abort", "Stop now", "Nothing more is trained. Models that are ready stay."],
];

/** Opens a dialog; resolves to "finish", "abort" or null when the job shall go on. */
export const askHowToStop = () =>
  choose({ title: "Stop this training?", choices: CHOICES, keep: "Keep training" });
