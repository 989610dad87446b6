import { createServer } from "node:http";
import { KeyRing, SessionCookie, SessionError, csrfToken } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session } from "hardtack-session/express";
import manifest from "hardtack-session/package.json" with { type: "json" };
import { expect, test } from "vitest";

test("every entry loads", async () => {
  for (const entry of Object.keys(manifest.exports)) if (entry !== "./package.json") await import(`hardtack-session${entry.slice(1)}`);
});

test("a session goes and comes, and is refused what it cannot hold", async () => {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const first = await cookies.load(null);
  first.set("user", "ada");
  expect(() => first.set("date", new Date())).toThrow(SessionError);
  const [line] = await cookies.save(first);
  const second = await cookies.load(line.split(";")[0]);
  expect(second.get("user")).toBe("ada");
});

test("a server counts visits, and refuses a form without a token", async () => {
  const sessions = session(SessionCookie.encrypted(await KeyRing.generate()), { guard: new CsrfGuard() });
  const server = createServer((request, response) =>
    sessions(request, response, async () => {
      request.session.update("visits", (visits = 0) => visits + 1);
      response.end(`${request.session.get("visits")} ${await csrfToken(request.session)}`);
    }),
  ).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const first = await fetch(url);
  const headers = { cookie: first.headers.getSetCookie()[0].split(";")[0] };
  const [visits, token] = (await first.text()).split(" ");
  expect(visits).toBe("1");
  expect((await fetch(url, { method: "POST", headers })).status).toBe(403);
  const second = await fetch(url, { method: "POST", headers: { ...headers, "x-csrf-token": token } });
  expect(await second.text()).toMatch(/^2 /);
  server.close();
});
