// Making a schedule: how often, at what time, and in which zone; or five fields for who knows them.

import { announce, element } from "../dom.js";
import { postJson } from "../api.js";
import { cronOf, WEEKDAYS } from "../cron.js";
import { timeZones } from "../zones.js";
import { field, form, input, select } from "./field.js";
import { productChoice } from "./product_choice.js";
import { advancedFields, statedOptions, usualFields } from "./training_fields.js";

const EVERY = [
  ["day", "Every day"],
  ["week", "Every week"],
  ["month", "Every month"],
  ["cron", "At other times"],
];
const LAST_SURE_DAY = 28;

/** A form; `onCreated()` is called when the service has the new schedule. */
export function scheduleForm(timeZone, products, onCreated) {
  const chosen = productChoice(products);
  const [choice, ...choiceDetails] = chosen.nodes;
  const every = select("every", EVERY, "week");
  const parts = {
    week: field("On", select("weekday", WEEKDAYS)),
    month: field("On day", input("day", dayBounds())),
    time: field("At", input("time", { type: "time", value: "03:00", required: true })),
    cron: field(
      "Five fields",
      input("cron", { value: "0 3 * * 1-5" }),
      "Minute, hour, day of the month, month, day of the week.",
    ),
  };
  const show = () => showChoice(every.value, parts);
  every.addEventListener("change", show);
  show();
  const fields = [
    field("Name", input("name", { required: true, maxlength: 255, placeholder: "Nightly bread" })),
    choice,
    field("How often", every),
    parts.week,
    parts.month,
    parts.time,
    parts.cron,
    field(
      "Time zone",
      input("time_zone", { value: timeZone ?? "", list: "zones" }),
      zoneHelp(timeZone),
    ),
    timeZones(),
  ];
  const how = element(
    "details",
    { class: "more" },
    element("summary", {}, "Choose how to train"),
    element("div", { class: "form-grid" }, usualFields({})),
    advancedFields({}),
  );
  const grid = element("div", { class: "form-grid" }, fields);
  return form([grid, ...choiceDetails, how], "Add the schedule", async (values, node) => {
    await postJson("training/schedules", scheduleOf(values, chosen.read()));
    announce("The schedule is added.");
    node.reset();
    chosen.reset();
    show();
    onCreated();
  });
}

const dayBounds = () => ({ type: "number", min: 1, max: LAST_SURE_DAY, value: 1, required: true });

const zoneHelp = (timeZone) => (timeZone ? null : "Left empty, the time zone of the shop counts.");

function showChoice(every, { week, month, time, cron }) {
  const isShown = [
    [week, every === "week"],
    [month, every === "month"],
    [time, every !== "cron"],
    [cron, every === "cron"],
  ];
  for (const [node, shown] of isShown) {
    node.hidden = !shown;
    node.querySelector("input, select").disabled = !shown;
  }
}

function scheduleOf({ choice: _, name, time_zone: zone, ...values }, chosen) {
  const { every, cron, time, weekday, day, ...options } = values;
  return {
    name,
    cron: every === "cron" ? cron : cronOf({ every, time, weekday, day }),
    ...(zone.trim() && { time_zone: zone.trim() }),
    request: { ...chosen, ...statedOptions(options) },
  };
}
