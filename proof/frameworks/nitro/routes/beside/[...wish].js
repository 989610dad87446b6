import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/h3";
import { HTTPError, defineHandler } from "nitro/h3";

import { wishOf } from "../../../../../js/test/beside/built.js";
import { pageAt, standIn } from "../../../../../js/test/beside/cases.js";

const errorOf = (status, message, more) => new HTTPError({ status, message, ...more });

function answer(event, session) {
  const { status, headers, body } = pageAt(wishOf(event.url.pathname).path, session ?? standIn(errorOf));
  if (status) event.res.status = status;
  for (const field of Object.entries(headers)) event.res.headers.set(...field);
  return body ?? "";
}

function refuse(event) {
  if (event.req.headers.get("sec-fetch-site") !== "cross-site") return answer(event);
  event.res.status = 403;
  return "refused";
}

const cookie = SessionCookie.encrypted(process.env.SESSION_KEYS, { keepUnknownKeys: true });
const inSession = withSession(cookie, answer, { guard: new CsrfGuard({ originCheckOnly: true }) });

export default defineHandler((event) => (wishOf(event.url.pathname).isOurs ? inSession : refuse)(event));
