// Runs the vectors and a session of the built package, and prints a report.

import { readFile } from "node:fs/promises";
import process from "node:process";

import { run } from "../../js/test/vectors.js";

const { passed, skipped, failed } = await run((file) => readFile(new URL(`../../tests/vectors/${file}`, import.meta.url), "utf8"));
const { KeyRing, SessionCookie } = await import("../../js/dist/index.js");
const cookies = await SessionCookie.encrypted(await KeyRing.generate());
const session = await cookies.load(new Request("http://localhost/"));
session.set("user", 7);
const response = await cookies.saveToResponse(Response.redirect("http://localhost/next", 303), session);
const cookie = response.headers.getSetCookie()[0].split(";")[0];
const user = (await cookies.load(new Request("http://localhost/", { headers: { cookie } }))).get("user");
process.stdout.write(JSON.stringify({ passed, skipped, failed, user, status: response.status }));
