// Route handlers beside fields of next.config.js and cookies of Next.js, for ../../../../../beside.test.js.

import { cookies } from "next/headers";
import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";

import { wishOf } from "../../../../../../../js/test/beside/built.js";
import { pageAt, standIn } from "../../../../../../../js/test/beside/cases.js";
import { errorOf, standIn as refusing } from "../../../../../../../js/test/beside/on_fetch.js";

const wish = (request) => wishOf(new URL(request.url).pathname.replace("/api/", "/"));

async function answer(request, session) {
  const { companion, path } = wish(request);
  if (companion === "jar") (await cookies()).set("theirs", "1");
  const { status, headers, body } = pageAt(path, session ?? standIn(errorOf));
  return new Response(body, { status, headers });
}

const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS, { keepUnknownKeys: true });
const inSession = withSession(cookie, answer, { guard: new CsrfGuard({ originCheckOnly: true }) });

const handler = (request) => (wish(request).isOurs ? inSession(request) : refusing(request, () => answer(request)));

export { handler as GET, handler as POST };
