import { command, getRequestEvent } from "$app/server";
import { error } from "@sveltejs/kit";

const session = () => getRequestEvent().locals.session;
const visit = () => void session().update("visits", (visits = 0) => visits + 1);

export const count = command(visit);
export const fill = command(() => (visit(), void session().set("note", "x".repeat(5000))));
export const refuse = command(() => (visit(), error(400, "no")));

export const fail = command(() => {
  visit();
  throw new Error("half of it");
});

export const leave_and_fail = command(() => {
  session().invalidate();
  throw new Error("half of it");
});
