import { NextResponse } from "next/server";
import { cookie } from "./lib/session.js";

let opened;

export const config = { matcher: "/((?!api/|_next/).*)" };

export async function proxy(request) {
  const response = NextResponse.next();
  const cookies = await (opened ??= cookie());
  const session = await cookies.load(request);
  if (request.method !== "GET" || session.isNew) return response;
  for (const { name, value, options } of await cookies.saveAsCookies(session)) response.cookies.set(name, value, options);
  return response;
}
