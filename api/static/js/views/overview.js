// The first page: import sales, train everything, see trainings, products and models.

import { element } from "../dom.js";
import { fetchAll, fetchJson } from "../api.js";
import { alertList } from "../parts/alerts.js";
import { problemNotice } from "../parts/notice.js";
import { importPanel } from "../parts/import_panel.js";
import { jobList } from "../parts/job_list.js";
import { productCatalogue } from "../parts/catalogue.js";
import { shopFigures } from "../parts/shop_figures.js";
import { tableModels } from "../parts/table_models.js";
import { totalsBox } from "../parts/totals.js";

const JOBS_SHOWN = 8;
const REFRESH_MS = 3000;
const ADVICE = "This page tries again every few seconds.";
const OPEN = new Set(["pending", "running"]);

/** Show the overview and keep its trainings up to date. */
export async function showOverview(root, signal) {
  document.title = "Model Studio";
  const load = () => loadAll(page, signal);
  const page = overviewParts(load);
  await load();
  if (signal.aborted) return;
  root.append(page.node);
  const timer = setInterval(() => document.hidden || refreshJobs(page, signal, load), REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function overviewParts(load) {
  const page = {
    alerts: alertList(),
    figures: shopFigures(),
    importer: importPanel(load),
    jobs: jobList(),
    catalogue: productCatalogue(load),
    totals: totalsBox(),
    tables: tableModels(),
    problem: element("div"),
    open: 0,
    hasLoaded: false,
  };
  page.node = element(
    "div",
    { class: "overview" },
    page.importer.node,
    page.problem,
    page.alerts.node,
    page.figures.node,
    page.jobs.node,
    page.totals.node,
    page.catalogue.node,
    page.tables.node,
  );
  return page;
}

async function loadAll(page, signal) {
  try {
    const [jobs, products, models, alerts] = await Promise.all([
      fetchJson(`training/history?limit=${JOBS_SHOWN}`, signal),
      fetchAll("training/products", signal),
      fetchJson("training/models?kind=table&limit=100", signal),
      fetchJson("training/alerts?limit=100", signal),
    ]);
    showAll(page, jobs.items, products, models.items);
    page.alerts.show(alerts.items, products);
    page.hasLoaded = true;
    showProblem(page, null);
  } catch (error) {
    if (!signal.aborted) showProblem(page, error);
  }
}

/** Until the service has answered once, nothing is known that could be shown. */
function showProblem(page, error) {
  page.problem.replaceChildren(...(error ? [problemNotice(error, ADVICE)] : []));
  page.node.classList.toggle("overview-unknown", !page.hasLoaded);
}

function showAll(page, jobs, products, models) {
  page.open = jobs.filter((job) => OPEN.has(job.status)).length;
  page.importer.show(products);
  page.figures.show(products);
  page.jobs.show(jobs);
  page.totals.show(products);
  page.catalogue.show(products);
  page.tables.show(models);
}

/** Look at the trainings alone; when one has ended or nothing is known yet, at everything. */
async function refreshJobs(page, signal, load) {
  if (!page.hasLoaded) return load();
  try {
    const jobs = (await fetchJson(`training/history?limit=${JOBS_SHOWN}`, signal)).items;
    const open = jobs.filter((job) => OPEN.has(job.status)).length;
    if (open < page.open) await load();
    page.open = open;
    page.jobs.show(jobs);
    showProblem(page, null);
  } catch (error) {
    if (!signal.aborted) showProblem(page, error);
  }
}
