// What a person may do with a model, each with the question that comes before it.

import { announce } from "../dom.js";
import { deleteResource, fetchJson, postJson } from "../api.js";
import { choose } from "./dialog.js";

const address = (modelId) => `training/models/${encodeURIComponent(modelId)}`;

/** Put a model in use, after asking; resolves to whether anything was done. */
export async function deploy({ model_id: modelId, model_version: version }) {
  const answer = await choose({
    title: "Use this version?",
    text: `From now on the forecast of version ${version} is the one that counts.`,
    choices: [["deploy", "Use it", "The version in use now is kept, and you can go back to it."]],
    keep: "Leave it as it is",
  });
  if (!answer) return false;
  await postJson(`${address(modelId)}/deploy`);
  announce(`Version ${version} is in use.`);
  return true;
}

/** Put the version back that was in use before `model`, after asking. */
export async function rollBack(model) {
  const before = model.versions.find((version) => version.model_id === model.previous_champion);
  const name = before?.model_version ?? model.previous_champion;
  const answer = await choose({
    title: "Go back to the version before?",
    text: `Version ${name} will be in use again.`,
    choices: [
      ["back", "Go back", "The version in use now is kept. Going back again does not lead to it."],
    ],
    keep: "Leave it as it is",
  });
  if (!answer) return false;
  await postJson(`${address(model.model_id)}/rollback`);
  announce(`Version ${name} is in use again.`);
  return true;
}

/** Keep a model whatever its age, or no longer; no question, for it is taken back as easily. */
export async function togglePin({ model_id: modelId, is_pinned: isPinned }) {
  const path = `${address(modelId)}/pin`;
  await (isPinned ? deleteResource(path) : postJson(path));
  announce(isPinned ? "No longer kept for good." : "Kept for good.");
  return true;
}

/** Delete a model, after saying what goes with it. */
export async function deleteModel(model) {
  const answer = await choose({
    title: `Delete version ${model.model_version}?`,
    text: "The model, its forecast and its files are gone for good. Sales and other versions stay.",
    choices: [["delete", "Delete it", consequence(model)]],
    keep: "Keep it",
  });
  if (!answer) return false;
  const isGuarded = model.is_deployed || model.is_pinned;
  await deleteResource(`${address(model.model_id)}${isGuarded ? "?force=true" : ""}`);
  announce(`Version ${model.model_version} is deleted.`);
  return true;
}

function consequence({ is_deployed: isDeployed, is_pinned: isPinned }) {
  if (isDeployed) {
    return "It is in use: there will be no forecast until you put another version in use.";
  }
  if (isPinned) return "It is marked to be kept for good; this deletes it all the same.";
  return "It is not in use, so no forecast that counts changes.";
}

/** The model with this id as it is now. */
export const fetchModel = (modelId, signal) => fetchJson(address(modelId), signal);
