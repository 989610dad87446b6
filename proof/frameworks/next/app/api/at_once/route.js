import { WAYS } from "../../../lib/at_once.js";
import { sessions } from "../../../lib/session.js";

export async function POST(request) {
  await WAYS[await request.text()]();
  return Response.json((await sessions.load()).entries());
}
