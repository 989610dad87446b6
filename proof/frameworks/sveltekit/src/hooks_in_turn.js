import { redirect } from "@sveltejs/kit";
import { sequence } from "@sveltejs/kit/hooks";
import { handle as beside } from "./beside.js";
import { handle as session } from "./hooks.server.js";

/** What a later hook throws passes the one of the session by. */
const leave = async ({ event, resolve }) => {
  const isAfter = event.url.pathname === "/left";
  const page = isAfter && (await resolve(event));
  if (!page && event.url.pathname !== "/leave") return resolve(event);
  event.locals.session.invalidate();
  redirect(303, "/");
};

const inTurn = sequence(session, leave);

export const handle = (input) => (input.event.url.pathname.startsWith("/beside/") ? beside : inTurn)(input);
