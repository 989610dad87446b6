import { NextResponse } from "next/server";
import { protect, sessionProxy } from "hardtack-session/next";
import { cookie } from "./lib/session.js";

export const config = { matcher: ["/", "/((?!_next/).*)"] };

// The form is below a path that is protected.
const members = protect(["/members"], { to: "/members/sign-in", unless: (session) => session.has("user") });

/** Leads on to a page, as the function of next-intl does. */
function onward(request) {
  const { nextUrl } = request;
  const { pathname, searchParams } = nextUrl;
  if (pathname.startsWith("/en")) {
    const url = nextUrl.clone();
    url.pathname = pathname.slice(3);
    return NextResponse.rewrite(url, { headers: { "content-language": "en" } });
  }
  const on = searchParams.get("on");
  if (on === null) return undefined;
  const headers = new Headers(request.headers);
  headers.set("x-on", on);
  const response = NextResponse.next(on === "fields" ? { request: { headers } } : {});
  response.cookies.set("locale", "en");
  return response;
}

export default sessionProxy(
  cookie,
  NextResponse,
  async (request, session) => {
    const { pathname, searchParams } = request.nextUrl;
    try {
      session.ensureId();
    } catch (error) {
      if (!["unreadable", "stale"].includes(error.code)) throw error;
    }
    if (searchParams.has("count")) session.update("visits", (visits = 0) => visits + 1);
    if (searchParams.has("user")) session.set("user", "ada");
    if (searchParams.has("say")) session.flash("notice", searchParams.get("say"));
    if (pathname.startsWith("/answered")) return new Response("answered");
    return (await members(request, session)) ?? onward(request);
  },
  { flashes: ["notice"] },
);
