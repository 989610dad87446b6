import { NextResponse } from "next/server";
import { protect, sessionProxy } from "hardtack-session/next";
import { cookie } from "./lib/session";

// All pages and protected paths, but nothing below `api/`, and no files of these types.
export const config = {
  matcher: ["/", "/account/:path*", "/((?!api/|_next/|.*\\.(?:css|gif|ico|jpg|js|json|pdf|png|svg|txt|webp|woff2|xml)$).*)"],
};

const members = protect(["/account"], { to: "/login", unless: (session) => session.has("user") });

export default sessionProxy(
  cookie,
  NextResponse,
  (request, session) => {
    try {
      session.ensureId(); // only for CSRF tokens before a sign-in; gives every visitor a cookie
    } catch (error) {
      if (!["unreadable", "stale"].includes(error.code)) throw error;
    }
    return members(request, session);
  },
  { flashes: ["notice"] },
);
