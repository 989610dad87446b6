import { NextResponse } from "next/server";
import { sessionProxy } from "hardtack-session/next";
import { cookie } from "./lib/session.js";

export const config = { matcher: "/((?!api/|_next/).*)" };

export const proxy = sessionProxy(cookie, NextResponse, (request, session) => {
  const from = request.nextUrl.searchParams.get("from");
  if (from) session.set("from", from);
});
