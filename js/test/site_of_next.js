// Sessions of a site of Next.js, for the tests of its adapters.

import { NOW, cookies, filled, later } from "./visitor.js";

export const earlier = later(-600);

/** A `Cookie` field with a session that was active ten minutes ago. */
export const arrived = (fill = (session) => session.set("visits", 9)) => filled(fill, cookies, earlier);

export const noticed = (session) => {
  session.set("visits", 9).flash("notice", "Saved.");
  session.flash("other", "Later.");
};

export const sessionOf = (field) => cookies.load(field, NOW);

/** A jar that notes what is set. */
export function jarWith(arrived = []) {
  const cookies = new Map(arrived.map((cookie) => [cookie.name, cookie]));
  const set = new Map();
  const jar = { getAll: () => [...cookies.values()], set: (name, value, options) => set.set(name, { value, options }) };
  return { set, cookies: async () => jar };
}
