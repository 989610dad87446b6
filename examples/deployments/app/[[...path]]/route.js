import { withSession } from "hardtack-session/fetch";
import { answer, cookieOf } from "../../site.js";

export const GET = withSession(
  () => cookieOf(process.env),
  (request, session) => answer(process.env, request, session),
);
export const POST = GET;
