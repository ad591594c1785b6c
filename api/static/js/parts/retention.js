// Old models: which would go now and why, what is stored, and removing them.

import { announce, element } from "../dom.js";
import { fetchJson, postJson } from "../api.js";
import { formatDay, formatSize, plural } from "../format.js";
import { actionButton } from "./action.js";
import { choose } from "./dialog.js";
import { hint } from "./notice.js";
import { table, whenOpened } from "./table.js";

const PATH = "training/retention";

/** What would go now. */
export const fetchRetention = (signal) => fetchJson(PATH, signal);

/** The plan with a button that carries it out. */
export function retentionPart(plan) {
  const place = element("div", { class: "retention" });
  const problem = element("div");
  const show = (current, done = null) =>
    place.replaceChildren(...planParts(current, done, () => removal(current), problem));
  const removal = async (current) => {
    if (!(await isWanted(current))) return;
    const done = await postJson(PATH);
    announce(doneWords(done));
    show(await fetchRetention(), done);
  };
  show(plan);
  return [place, problem];
}

function planParts(plan, done, remove, problem) {
  const { models, models_total: total, storage } = plan;
  const old = plural(total, "old model");
  return [
    done && hint(doneWords(done), "good"),
    element("p", {}, rules(plan)),
    element("p", {}, `All models together take ${formatSize(storage.stored_bytes)}.`),
    total === 0 && !done && hint("Nothing would be removed now."),
    total > 0 &&
      whenOpened(`${plural(total, "model")} would be removed now`, () => planTable(models, total)),
    total > 0 && actionButton(`Remove ${old}`, remove, problem, "danger small"),
  ].filter(Boolean);
}

const rules = ({ retention_days: days, max_versions: versions }) =>
  `Every hour, models older than ${plural(days, "day")} are removed, and of each product all but` +
  ` the newest ${plural(versions, "version")}. Those in use, the one before, and those kept for` +
  " good stay.";

function planTable(models, total) {
  const rows = models.map(({ name, model_id: id, model_version: version, ...model }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, element("a", { href: `#/models/${id}` }, name ?? id)),
      element("td", { class: "number" }, version ?? ""),
      element("td", { class: "number" }, formatDay(model.created_at)),
      element("td", {}, model.reason),
    ),
  );
  const shown = rows.length < total ? `The first ${rows.length} of them.` : null;
  return element(
    "div",
    {},
    shown && element("p", { class: "muted" }, shown),
    table("Models that would be removed", ["Model", "Version", "Made", "Why"], rows, "tall"),
  );
}

const isWanted = ({ models_total: total, bytes }) =>
  choose({
    title: `Remove ${plural(total, "old model")}?`,
    text: "They and their forecasts are gone for good. No model in use is among them.",
    choices: [["remove", "Remove them", `This frees about ${formatSize(bytes)}.`]],
    keep: "Keep them",
  });

function doneWords({ models, models_left: left, bytes_reclaimed: now, bytes_later: later }) {
  const freed = `${plural(models.length, "model")} removed, ${formatSize(now + later)} freed`;
  const within = later > 0 ? ", part of it within a day" : "";
  const more = left > 0 ? ` ${plural(left, "more model")} will go within minutes.` : "";
  return `${freed}${within}.${more}`;
}
