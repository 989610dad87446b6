import { sessions } from "./session.js";

/** Updates of one request that overlap. */
export const WAYS = {
  both: () => Promise.all([sessions.update((session) => session.set("a", 1)), sessions.update((session) => session.set("b", 2))]),
  inside: () =>
    sessions.update(async (session) => {
      session.set("a", 1);
      await sessions.update((same) => same.set("b", 2));
    }),
  out: () =>
    sessions.update(async (session) => {
      await sessions.update((same) => same.invalidate());
      session.flash("notice", "Goodbye.");
    }),
  outAtOnce: () =>
    Promise.all([sessions.update((session) => session.invalidate()), sessions.update((session) => session.flash("notice", "Goodbye."))]),
};
