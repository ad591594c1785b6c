// The entry point: shows the view that the address names and takes the last one down.

import { element, setAttribute } from "./dom.js";
import { problemNotice } from "./parts/notice.js";
import { forgetToken, token, whenRefused } from "./session.js";
import { showAnalytics } from "./views/analytics.js";
import { showComparison } from "./views/comparison.js";
import { showJob } from "./views/job.js";
import { showLogin } from "./views/login.js";
import { showModel } from "./views/model.js";
import { showOverview } from "./views/overview.js";
import { showProduct } from "./views/product.js";
import { showSchedules } from "./views/schedules.js";
import { showSettings } from "./views/settings.js";
import { showStudio } from "./views/studio.js";
import { showTrainings } from "./views/trainings.js";

const ROUTES = [
  [/^#?\/?$|^#main$/, showOverview, "overview"],
  [/^#\/jobs\/([^/]+)$/, showJob, "overview"],
  [/^#\/trainings$/, showTrainings, "overview"],
  [/^#\/models\/([^/]+)$/, showModel, "overview"],
  [/^#\/products\/([^/]+)$/, showProduct, "overview"],
  [/^#\/compare\/([^/]+)\/([^/]+)$/, showComparison, "overview"],
  [/^#\/schedules$/, showSchedules, "schedules"],
  [/^#\/analytics$/, showAnalytics, "analytics"],
  [/^#\/settings$/, showSettings, "settings"],
  [/^#\/studio$/, showStudio, "studio"],
];

const main = document.getElementById("main");
let leave = new AbortController();

const logout = document.getElementById("logout");

function route() {
  const [show, parameters, section] = destination();
  for (const link of document.querySelectorAll("nav [data-section]")) {
    const isHere = link.dataset.section === section;
    setAttribute(link, "aria-current", isHere ? "page" : null);
    if (isHere) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  logout.hidden = token() === null;
  const root = newView();
  show(root, leave.signal, ...parameters);
}

/** Take the last view down and make room for another. */
function newView() {
  leave.abort();
  leave = new AbortController();
  const root = element("div", { class: "view" });
  main.replaceChildren(root);
  window.scrollTo(0, 0);
  return root;
}

function destination() {
  for (const [pattern, show, section] of ROUTES) {
    const match = pattern.exec(location.hash);
    if (match && isDecodable(location.hash)) {
      return [show, match.slice(1).map(decodeURIComponent), section];
    }
  }
  return [showNothing, [], ""];
}

/** An address that was cut off or typed by hand may end within an encoded character. */
function isDecodable(text) {
  try {
    return decodeURIComponent(text) !== null;
  } catch {
    return false;
  }
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
whenRefused((error) => {
  if (main.querySelector(".login")) return; // several requests of a view are refused at once
  logout.hidden = true;
  showLogin(newView(), error, route);
});
logout.addEventListener("click", () => {
  forgetToken();
  route();
});
route();
