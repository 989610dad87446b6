// Handlers of requests: /fetch, and the middleware of SvelteKit and Astro. proof/frameworks has the built ones.

import { onSession } from "../../src/web/astro.js";
import { sessionProxy } from "../../src/web/next.js";
import { handleSession } from "../../src/web/sveltekit.js";
import { pathOf, responseOf } from "../answers.js";
import { before as inFront } from "../stand_ins.js";
import { HttpError, LOSING, ON_FETCH, composed, errorOf, fetchSite, standIn } from "./on_fetch.js";

const answered = async (page, session, request, holder) => responseOf(page(session, pathOf(request), undefined, holder));

const openFetch = ({ page, ...site }) => inFront(fetchSite(site, (own, request) => answered(page, own, request)));

/** Astro's `sequence`. */
const openAstro = ({ session, page, before, behind }) => {
  const middleware = session ? onSession(...session) : ({ request }, next) => standIn(request, next);
  return inFront((request) => {
    const context = { request, locals: {}, isPrerendered: false };
    const inner = composed(behind, () => answered(page, context.locals.session, request, context.locals));
    return composed(before, () => middleware(context, () => inner(request)))(request);
  });
};

/** SvelteKit's `sequence`. Of what a page throws, SvelteKit itself makes a page: 500 unless the program named another status. */
const openKit = ({ session, page, before, behind }) => {
  const handle = session ? handleSession(...session) : ({ event, resolve }) => standIn(event.request, () => resolve(event));
  return inFront((request) => {
    const event = { request, locals: {} };
    const resolve = async () => {
      try {
        return await answered(page, event.locals.session, request, event.locals);
      } catch (error) {
        const { status = 500, headers } = error instanceof HttpError ? error : {};
        return new Response("failed", { status, headers });
      }
    };
    const inner = composed(behind, resolve);
    return composed(before, () => handle({ event, resolve: () => inner(request) }))(request);
  });
};

/** A hook sees SvelteKit's own answer to an error, of which the session makes its own. */
const ON_KIT = { ...ON_FETCH, "a log": { ...ON_FETCH["a log"], only: "before" } };

/** The proxy of Next.js, which has no companions. */
const openProxy = ({ session: [cookies, options], page }) =>
  inFront(sessionProxy(cookies, { next: () => new Response() }, (request, session) => answered(page, session, request), options));

export const OF_NEXT = { "the proxy of Next.js": { companions: {}, open: openProxy } };

export const OF_FETCH = {
  fetch: { companions: LOSING, errorOf, open: openFetch },
  Astro: { companions: LOSING, errorOf, open: openAstro },
  SvelteKit: { companions: ON_KIT, errorOf, open: openKit },
};
