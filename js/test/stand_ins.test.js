// The adapters that need no framework.

import { toSetCookie } from "../src/format/cookie/set_cookie.js";
import { forward } from "../src/web/origin.js";
import { inNext } from "../src/web/next.js";
import { OF_FETCH, OF_NEXT } from "./beside/of_fetch.js";
import { everyAdapter } from "./every_adapter.js";
import { passesVectors } from "./every_adapter/vectors.js";
import { responseOf } from "./answers.js";
import { before, jarOf } from "./stand_ins.js";

everyAdapter({ ...OF_FETCH, ...OF_NEXT });

const inWorker = (cookies, { now }, page) =>
  before(async (request) => {
    const session = await cookies.load(request, now());
    const answer = await page(session);
    return forward(cookies, session, request, () => responseOf(answer));
  });

const inUpdate = (cookies, { now }, page) =>
  before(async (request) => {
    const [jar, headers] = jarOf(request.headers.get("cookie") ?? "");
    const set = [];
    const noting = Object.assign(await jar(), { set: (name, value, options) => set.push(toSetCookie({ name, value, options })) });
    await inNext(cookies, async () => noting, { headers: async () => request.headers, now }).update(page);
    return new Response("", { headers: set.map((line) => ["set-cookie", line]) });
  });

/** What an origin says of a session that the worker has changed, or fails with, has rules of its own: forward.test.js. */
function isPlain({ response: { status, fields } = { fields: [] }, may_share, expect }) {
  return expect?.touch !== "written" || (!(status >= 500) && !may_share && fields.every(([name]) => name !== "set-cookie"));
}

passesVectors("a worker before an origin", inWorker, { isAsked: isPlain });
passesVectors("an update of Next.js", inUpdate, { isAsked: ({ response, earlier }) => !response && !earlier, hasHead: false });
