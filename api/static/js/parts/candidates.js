// The candidates that were compared for a model of a table, and choosing which one predicts.

import { announce, element } from "../dom.js";
import { postJson } from "../api.js";
import { formatFineShare, formatMeasure, formatMilliseconds, formatSize } from "../format.js";
import { algorithmWord } from "../words.js";
import { actionButton } from "./action.js";
import { choose } from "./dialog.js";
import { hint } from "./notice.js";
import { table } from "./table.js";
import { scoreWords } from "./table_metrics.js";

const SHOWN_AT_FIRST = 8;
const HEAD = [
  "Method",
  "Score",
  "Learning took",
  "Size",
  "One prediction",
  "Share in the blend",
  "",
];

/** A section with the leaderboard; it stays up to date when another candidate is chosen. */
export function candidatesSection(board) {
  const problem = element("div");
  const body = element("div", { class: "setting" });
  const show = (told) => body.replaceChildren(...boardParts(told, problem, show));
  show(board);
  return element(
    "section",
    { class: "setting", "aria-label": "Methods compared" },
    element("h2", {}, "Methods compared"),
    problem,
    body,
  );
}

function boardParts(board, problem, show) {
  const rows = board.entries.map((entry) => candidateRow(board, entry, problem, show));
  const frame = table("Candidates", HEAD, rows.slice(0, SHOWN_AT_FIRST), "wide");
  const parts = [element("p", { class: "muted" }, explained(board)), chosenNotice(board), frame];
  if (rows.length > SHOWN_AT_FIRST) parts.push(moreButton(frame, rows.slice(SHOWN_AT_FIRST)));
  return parts.filter(Boolean);
}

function moreButton(frame, rest) {
  const button = element(
    "button",
    { class: "button quiet small", type: "button" },
    `Show ${rest.length} more`,
  );
  button.addEventListener("click", () => {
    frame.querySelector("tbody").append(...rest);
    button.remove();
  });
  return button;
}

const explained = ({ metric, max_predict_ms: limit }) =>
  `Best first. The score is measured on parts of the rows that were kept back while learning: ` +
  `${scoreWords(metric)}.` +
  (limit ? ` One prediction was to take at most ${formatMeasure(limit)} ms.` : "");

function chosenNotice({ chosen_candidate: chosen, trained_choice: trained, entries }) {
  if (chosen === trained) return null;
  const best = entries.find(({ candidate }) => candidate === trained);
  return hint(
    `You chose what predicts. The figures, curves and the model card are those of the choice of ` +
      `the training: ${best ? candidateWords(best) : trained}.`,
    "warn",
  );
}

/** What a candidate is called: its method, and its number where there are several. */
export function candidateWords({ candidate, algorithm, hyperparameters }) {
  const groups = hyperparameters?.clusters;
  if (Number.isFinite(groups)) return `${algorithmWord(algorithm)}, ${groups} groups`;
  const [, number] = /_(\d+)$/.exec(candidate.slice(algorithm.length)) ?? [];
  return number ? `${algorithmWord(algorithm)}, no. ${number}` : algorithmWord(algorithm);
}

function candidateRow(board, entry, problem, show) {
  const numbers = [
    formatMeasure(entry.score),
    entry.fit_seconds > 0 ? formatMilliseconds(Math.ceil(entry.fit_seconds * 1000)) : "–",
    Number.isFinite(entry.size_bytes) ? formatSize(entry.size_bytes) : "–",
    Number.isFinite(entry.predict_ms) ? `${formatMeasure(entry.predict_ms)} ms` : "–",
    entry.weight > 0 ? formatFineShare(entry.weight) : "–",
  ];
  return element(
    "tr",
    { class: entry.is_chosen ? "chosen" : null },
    element("th", { scope: "row" }, candidateWords(entry)),
    numbers.map((value) => element("td", { class: "number" }, value)),
    element("td", { class: "candidate-choice" }, choice(board, entry, problem, show)),
  );
}

function choice(board, entry, problem, show) {
  if (entry.is_chosen) return element("strong", {}, "Predicts");
  if (entry.failure) return element("span", { class: "candidate-failure" }, entry.failure);
  if (!entry.is_available) return null;
  const use = async () => {
    const told = await chooseCandidate(board, entry);
    if (told) show(told);
  };
  return actionButton("Use this one", use, problem);
}

async function chooseCandidate({ model_id: modelId, trained_choice: trained }, entry) {
  const isBack = entry.candidate === trained;
  const answer = await choose({
    title: "Let this one predict?",
    text: `From now on ${candidateWords(entry)} answers when this model is asked.`,
    choices: [
      [
        "use",
        "Use this one",
        isBack
          ? "It is what the training had chosen."
          : "The others are kept, and you can go back at any time.",
      ],
    ],
    keep: "Leave it as it is",
  });
  if (!answer) return null;
  const path = `models/${encodeURIComponent(modelId)}/candidate`;
  const told = await postJson(path, { candidate: entry.candidate });
  announce(`${candidateWords(entry)} predicts from now on.`);
  return told;
}
