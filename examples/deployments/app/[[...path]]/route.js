import { withSession } from "hardtack-session/fetch";
import { answer, cookieOf, guard } from "../../site.js";

export const GET = withSession(
  () => cookieOf(process.env),
  (request, session) => answer(process.env, request, session),
  { guard },
);
export const POST = GET;
