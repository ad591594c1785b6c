// What a training is called, which most people do not name.

import { plural } from "../format.js";
import { nameWord } from "../words.js";

const KINDS = {
  upload: () => "Training of a table",
  prediction: () => "Predictions of a file",
  products: ({ products_total: total }) => `Training of ${plural(total, "product")}`,
};

/** Its own name, or what it does. */
export const jobName = (job) => nameWord(job.job_name) || KINDS[job.kind](job);
