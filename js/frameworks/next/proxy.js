import { NextResponse } from "next/server";
import { protect, sessionProxy } from "hardtack-session/next";
import { cookie } from "./lib/session.js";

// Pages, and neither handlers nor the files of `public/`; what is protected, whatever it ends in.
export const config = {
  matcher: ["/", "/account/:path*", "/((?!api/|_next/|.*\\.(?:css|gif|ico|jpg|js|json|pdf|png|svg|txt|webp|woff2|xml)$).*)"],
};

const members = protect(["/account"], { to: "/login", unless: (session) => session.has("user") });

export default sessionProxy(
  cookie,
  NextResponse,
  (request, session) => {
    session.ensureId(); // only for CSRF tokens on pages for everybody: each visitor gets a cookie
    return members(request, session);
  },
  { flashes: ["notice"] },
);
