// What the service knows of the shop: its name, whose holidays count, its clock and its place.

import { element } from "../dom.js";
import { patchJson } from "../api.js";
import { countries } from "../countries.js";
import { timeZones } from "../zones.js";
import { field, form, input, select } from "./field.js";

const ANY_COUNTRY = ["", "As the service is set"];
const SUBDIVISION = "The short code of a region with holidays of its own, such as MD for Madrid.";

/** A form that saves itself. */
export function shopForm(tenant) {
  const degrees = (name, most) =>
    input(name, { type: "number", step: "any", min: -most, max: most, value: tenant[name] ?? "" });
  const fields = [
    field("Name", input("name", { required: true, maxlength: 255, value: tenant.name })),
    field("Country", select("country", [ANY_COUNTRY, ...countries()], tenant.country ?? "")),
    field(
      "Region",
      input("subdivision", { maxlength: 10, value: tenant.subdivision ?? "" }),
      SUBDIVISION,
    ),
    field("Time zone", input("time_zone", { list: "zones", value: tenant.time_zone ?? "" })),
    field("Latitude", degrees("latitude", 90), "Where the weather is asked for, in degrees."),
    field("Longitude", degrees("longitude", 180)),
    timeZones(),
  ];
  return form(element("div", { class: "form-grid" }, fields), "Save", async (values) => {
    await patchJson("training/tenant", changeOf(values));
    return "Saved. It counts from the next training on.";
  });
}

/** Empty fields take a value back, so that the settings of the service decide. */
function changeOf({ name, country, subdivision, time_zone: zone, latitude, longitude }) {
  const number = (text) => (text === "" ? null : Number(text));
  return {
    name,
    country: country || null,
    subdivision: subdivision.trim() || null,
    time_zone: zone.trim() || null,
    latitude: number(latitude),
    longitude: number(longitude),
  };
}
