// The entry point: shows the view that the address names and takes the last one down.

import { element, setAttribute } from "./dom.js";
import { problemNotice } from "./parts/notice.js";
import { showAnalytics } from "./views/analytics.js";
import { showComparison } from "./views/comparison.js";
import { showJob } from "./views/job.js";
import { showModel } from "./views/model.js";
import { showOverview } from "./views/overview.js";
import { showSchedules } from "./views/schedules.js";
import { showStudio } from "./views/studio.js";
import { showTrainings } from "./views/trainings.js";

const ROUTES = [
  [/^#?\/?$/, showOverview, "overview"],
  [/^#\/jobs\/([^/]+)$/, showJob, "overview"],
  [/^#\/trainings$/, showTrainings, "overview"],
  [/^#\/models\/([^/]+)$/, showModel, "overview"],
  [/^#\/compare\/([^/]+)\/([^/]+)$/, showComparison, "overview"],
  [/^#\/schedules$/, showSchedules, "schedules"],
  [/^#\/analytics$/, showAnalytics, "analytics"],
  [/^#\/studio$/, showStudio, "studio"],
];

const main = document.getElementById("main");
let leave = new AbortController();

function route() {
  leave.abort();
  leave = new AbortController();
  const [show, parameters, section] = destination();
  for (const link of document.querySelectorAll("nav [data-section]")) {
    setAttribute(link, "aria-current", link.dataset.section === section ? "page" : null);
  }
  const root = element("div", { class: "view" });
  main.replaceChildren(root);
  window.scrollTo(0, 0);
  show(root, leave.signal, ...parameters);
}

function destination() {
  for (const [pattern, show, section] of ROUTES) {
    const match = pattern.exec(location.hash);
    if (match) return [show, match.slice(1).map(decodeURIComponent), section];
  }
  return [showNothing, [], ""];
}

function showNothing(root) {
  root.append(
    element("h1", {}, "There is nothing here"),
    problemNotice(new Error("This address leads nowhere."), "Go to the overview and start again."),
    element("p", {}, element("a", { href: "#/" }, "Overview")),
  );
}

window.addEventListener("hashchange", () => {
  if (location.hash === "#main") return; // the skip link moves the focus only
  route();
  main.focus({ preventScroll: true });
});
route();
