// The kept versions of a product's model: how good each is, what became of it, what can be done.

import { element } from "../dom.js";
import { formatAgo, formatPercentage, formatShare } from "../format.js";
import { algorithmWord } from "../words.js";
import { actionButton } from "./action.js";
import { gateComparison } from "./gate.js";
import { deleteModel, deploy, rollBack, togglePin } from "./model_actions.js";
import { statusPill } from "./pill.js";

const SHOWN_AT_FIRST = 6;
/** What became of a version, by the kind of its entry in the history. */
export const DEPLOYMENT_KINDS = {
  auto: "Put in use by itself",
  manual: "Put in use by hand",
  rollback: "Went back to it",
  refused: "Not put in use",
  withdrawn: "Deleted while in use",
};

/** A section; `onChange(modelId)` follows each change, with null when the model shown is gone. */
export function versionsSection(model, deployments, onChange) {
  const problem = element("div");
  const list = element("ul", { class: "jobs" });
  const rows = model.versions.map((version) =>
    versionRow(version, { model, deployments, problem, onChange }),
  );
  list.append(...rows.slice(0, SHOWN_AT_FIRST));
  const older = rows.slice(SHOWN_AT_FIRST);
  const more = element("button", { class: "button quiet" }, `Show ${older.length} older versions`);
  more.addEventListener("click", () => {
    list.append(...older);
    more.remove();
  });
  return element(
    "section",
    { class: "versions", "aria-label": "Versions" },
    element("h2", {}, "Versions"),
    problem,
    list,
    older.length > 0 && more,
  );
}

function versionRow(version, context) {
  const { model, deployments } = context;
  const isShown = version.model_id === model.model_id;
  const entry = deployments.find(({ model_id: modelId }) => modelId === version.model_id);
  return element(
    "li",
    { class: "job version", "aria-current": isShown ? "true" : null },
    element(
      "div",
      { class: "product-line" },
      element(
        "a",
        { class: "product-name", href: isShown ? null : `#/models/${version.model_id}` },
        version.model_version,
      ),
      pills(version, entry, model),
      element("span", { class: "muted" }, formatAgo(version.created_at)),
    ),
    element("p", { class: "version-figures" }, figuresOf(version)),
    version.degraded_reason && element("p", { class: "trouble" }, version.degraded_reason),
    entry && fate(entry),
    element("div", { class: "row-actions" }, actions(version, isShown, context)),
  );
}

function pills(version, entry, model) {
  const words = [
    version.is_deployed && ["completed", "In use"],
    version.model_id === model.previous_champion && ["", "In use before"],
    !version.is_deployed && entry?.kind === "refused" && ["failed", "Refused"],
    version.is_pinned && ["running", "Kept for good"],
  ].filter(Boolean);
  return words.map(([state, word]) => {
    const pill = statusPill();
    pill.set(state, word);
    return pill.node;
  });
}

function figuresOf({ algorithm, accuracy, wape }) {
  const figures = [
    algorithmWord(algorithm),
    accuracy !== null && `accuracy ${formatPercentage(accuracy)}`,
    wape !== null && `typical error ${formatShare(wape)}`,
  ];
  return figures.filter(Boolean).join(" · ");
}

function fate(entry) {
  return element(
    "div",
    { class: "fate" },
    element("p", {}, element("strong", {}, `${DEPLOYMENT_KINDS[entry.kind]}. `), entry.reason),
    gateComparison(entry),
  );
}

function actions(version, isShown, { model, problem, onChange }) {
  const act = (label, work, gone = false) =>
    actionButton(
      label,
      async () => (await work()) && onChange(gone && isShown ? null : model.model_id),
      problem,
    );
  return [
    !version.is_deployed && act("Use this version", () => deploy(version)),
    version.is_deployed &&
      isShown &&
      model.previous_champion &&
      act("Go back to the version before", () => rollBack(model)),
    act(version.is_pinned ? "Keep no longer" : "Keep for good", () => togglePin(version)),
    act("Delete", () => deleteModel(version), true),
    !isShown &&
      element(
        "a",
        { class: "button quiet small", href: `#/compare/${model.model_id}/${version.model_id}` },
        "Compare with the version shown",
      ),
  ].filter(Boolean);
}
