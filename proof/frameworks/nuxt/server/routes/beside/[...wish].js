import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/h3";

import { wishOf } from "../../../../../../js/test/beside/built.js";
import { pageAt, standIn } from "../../../../../../js/test/beside/cases.js";

const errorOf = (statusCode, message) => createError({ statusCode, message });

function answer(event, session) {
  const { status = 200, headers, body } = pageAt(wishOf(event.path).path, session ?? standIn(errorOf));
  setResponseStatus(event, status);
  setResponseHeaders(event, headers);
  return body ?? "";
}

function refuse(event) {
  if (getHeader(event, "sec-fetch-site") !== "cross-site") return answer(event);
  setResponseStatus(event, 403);
  return "refused";
}

const cookie = SessionCookie.encrypted(process.env.SESSION_KEYS, { keepUnknownKeys: true });
const inSession = withSession(cookie, answer, { guard: new CsrfGuard({ originCheckOnly: true }) });

export default defineEventHandler((event) => (wishOf(event.path).isOurs ? inSession : refuse)(event));
