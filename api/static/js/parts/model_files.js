// The card of a model, and the model as a file for other programs.

import { element } from "../dom.js";
import { fetchFile } from "../api.js";
import { saveFile } from "../saving.js";
import { token } from "../session.js";
import { actionButton } from "./action.js";

/** A row of ways to take a model along. */
export function modelFiles({ model_id: modelId, ml_task: task }) {
  const path = `models/${encodeURIComponent(modelId)}`;
  const problem = element("div");
  const saved = (label, from, type, ending) =>
    actionButton(
      label,
      async () => saveFile(await fetchFile(`${path}/${from}`, type), `${modelId}${ending}`),
      problem,
    );
  return element(
    "section",
    { "aria-label": "Model card and files" },
    element(
      "div",
      { class: "row-actions" },
      cardLink(path) ?? saved("Model card", "card", "text/html", ".html"),
      saved("Card as Markdown", "card", "text/markdown", ".md"),
      isExported(task) && saved("Model as ONNX", "export?format=onnx", "*/*", ".onnx"),
      isExported(task) && saved("Model as XGBoost UBJ", "export?format=ubj", "*/*", ".ubj"),
    ),
    problem,
  );
}

const isExported = (task) => task === "classification" || task === "regression";

/** A link opens the card where nobody needs to log in, for a link carries no token. */
function cardLink(path) {
  if (token()) return null;
  const href = new URL(`api/v1/${path}/card`, document.baseURI);
  return element(
    "a",
    { class: "button quiet small", href, target: "_blank", rel: "noopener" },
    "Model card",
  );
}
