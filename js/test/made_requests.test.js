// Requests that no server of Node has received: events of AWS Lambda, and what libraries and tests make of them.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";

import codegenie from "@codegenie/serverless-express";
import express from "express";
import express4 from "express4";
import { inject } from "light-my-request";
import { createMocks, createRequest } from "node-mocks-http";
import serverless from "serverless-http";
import serverless3 from "serverless-http-3";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionHeader, csrfToken } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inNode } from "../src/web/node.js";
import { NOW, XAES_KEY, cookies, field, filled } from "./visitor.js";

const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;
const FRAMEWORKS = { "Express 5": express, "Express 4": express4 };

function appOf(framework, options) {
  const app = framework();
  app.use(inExpress(cookies, options));
  app.all("/", (request, response) => response.send(visit(request.session)));
  app.use((error, request, response, next) => response.status(500).send(error.message));
  return app;
}

/** An application with a page that is an adapter itself. */
function innerOf(framework, options) {
  const app = framework();
  app.all("/", inNode(cookies, (request, response, session) => response.end(visit(session)), options));
  return app;
}

const http = { method: "GET", path: "/", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" };

/** Events of AWS for a request that brought this cookie. Each spells and places its fields as AWS does. */
const EVENTS = {
  "API Gateway, v1": (cookie) => ({
    version: "1.0", resource: "/", httpMethod: "GET", path: "/",
    headers: { Host: "example.com", ...(cookie && { Cookie: cookie }) },
    multiValueHeaders: { Host: ["example.com"], ...(cookie && { Cookie: [cookie] }) },
    queryStringParameters: null, multiValueQueryStringParameters: null,
    requestContext: { identity: { sourceIp: "127.0.0.1" }, path: "/", httpMethod: "GET", stage: "test" }, body: null, isBase64Encoded: false,
  }),
  "API Gateway, v2, and function URLs": (cookie) => ({
    version: "2.0", routeKey: "$default", rawPath: "/", rawQueryString: "", ...(cookie && { cookies: cookie.split("; ") }),
    headers: { host: "example.com" }, requestContext: { http, domainName: "example.com", stage: "$default" }, isBase64Encoded: false,
  }),
  "a load balancer": (cookie) => ({
    requestContext: { elb: { targetGroupArn: "arn" } }, httpMethod: "GET", path: "/", queryStringParameters: {},
    headers: { host: "example.com", ...(cookie && { cookie }) }, body: "", isBase64Encoded: false,
  }),
  "a load balancer, with several values": (cookie) => ({
    requestContext: { elb: { targetGroupArn: "arn" } }, httpMethod: "GET", path: "/", multiValueQueryStringParameters: {},
    multiValueHeaders: { host: ["example.com"], ...(cookie && { cookie: [cookie] }) }, body: "", isBase64Encoded: false,
  }),
};

/** What a library needs in an event besides, as its other users give it. */
const completed = (event) => ({ headers: {}, ...event, body: "", requestContext: { identity: { sourceIp: "127.0.0.1" }, ...event.requestContext } });

const LIBRARIES = {
  "serverless-http 4": (app) => serverless(app),
  "serverless-http 3": (app) => serverless3(app),
  "@codegenie/serverless-express": (app) => (event) => codegenie({ app })(event, {}),
};

/** The lines of `Set-Cookie` of an answer, wherever its kind has them. */
const linesOf = ({ cookies, headers, multiValueHeaders }) =>
  [cookies, multiValueHeaders?.["set-cookie"], headers?.["set-cookie"]].find((lines) => lines?.length > 0) ?? [];

for (const [library, handlerOf] of Object.entries(LIBRARIES)) {
  for (const [framework, make] of Object.entries(FRAMEWORKS)) {
    test(`${framework} behind ${library}: a session goes on`, async () => {
      for (const appWith of [appOf, innerOf]) {
        const handle = handlerOf(appWith(make));
        for (const [kind, event] of Object.entries(EVENTS)) {
          let cookie = "theme=dark";
          for (const visits of [1, 2, 3]) {
            const answer = await handle(completed(event(cookie)), {});
            assert.deepEqual([answer.statusCode, answer.body], [200, `visit ${visits}`], kind);
            cookie = `theme=dark; ${field([linesOf(answer)].flat())}`;
          }
        }
      }
    });
  }
}

test("an event of AWS has the session of its visitor", async () => {
  const cookie = `theme=dark; ${await filled()}`;
  for (const [kind, event] of Object.entries(EVENTS)) {
    for (const sent of [event(cookie), completed(event(cookie))]) assert.equal((await cookies.load(sent, NOW)).get("user"), "ada", kind);
    assert.equal((await cookies.load(event(), NOW)).outcome.kind, "absent", kind);
    assert.equal((await cookies.load({ ...event(), headers: null, multiValueHeaders: null }, NOW)).outcome.kind, "absent", kind);
  }
  // Of several fields, `headers` have the last.
  const several = { ...EVENTS["API Gateway, v1"]("theme=dark"), multiValueHeaders: { Cookie: [await filled(), "theme=dark"] } };
  assert.equal((await cookies.load(several, NOW)).get("user"), "ada");
  // Of two maps, one may be empty.
  assert.equal((await cookies.load({ multiValueHeaders: {}, headers: { cookie } }, NOW)).get("user"), "ada");
  // Their headers alone, and those of other gateways, which spell the name as they like.
  for (const headers of [{ Cookie: cookie }, { COOKIE: [cookie] }, { cookie: ["theme=dark", await filled()] }]) {
    for (const source of [headers, { headers }]) assert.equal((await cookies.load(source, NOW)).get("user"), "ada");
  }
  const prefetched = { headers: { "Sec-Purpose": "prefetch" }, cookies: [await filled((session) => session.flash("notice", "Saved."))] };
  assert.deepEqual((await cookies.load(prefetched, NOW)).takeFlashes("notice"), []);
});

for (const [framework, make] of Object.entries(FRAMEWORKS)) {
  test(`${framework}: requests that tests make have their session, and responses get it`, async () => {
    const now = () => NOW;
    for (const appWith of [appOf, innerOf]) {
      const app = appWith(make, { now });
      let cookie = "theme=dark";
      for (const visits of [1, 2, 3]) {
        const { statusCode, payload, headers } = await inject(app, { url: "/", headers: { cookie } });
        assert.deepEqual([statusCode, payload], [200, `visit ${visits}`]);
        cookie = `theme=dark; ${field([headers["set-cookie"]].flat())}`;
        const { req, res } = createMocks({ url: "/", headers: { cookie } }, { eventEmitter: EventEmitter });
        app(req, res);
        await once(res, "end");
        assert.deepEqual([res._getData(), field([res.getHeader("set-cookie")].flat()) === ""], [`visit ${visits + 1}`, false]);
      }
    }
  });
}

test("a request of Next.js has the session of its visitor: what is not of the web throws in a proxy", async () => {
  class RequestHint extends Request {
    get request() {
      throw new Error("The middleware accepts an async API directly");
    }
  }
  const request = new RequestHint("http://site", { headers: { cookie: await filled() } });
  assert.equal((await cookies.load(request, NOW)).get("user"), "ada");
});

test("a made request has a session in a header, and is checked by a guard", async () => {
  const header = await SessionHeader.encrypted(XAES_KEY, { header: "authorization" });
  const begun = await header.load(null, NOW);
  begun.signIn();
  begun.set("user", "ada");
  const authorization = await header.save(begun);
  const guard = new CsrfGuard();
  const session = await header.load(createRequest({ headers: { Authorization: `Bearer ${authorization}` } }), NOW);
  assert.equal(session.get("user"), "ada");
  const token = await csrfToken(session);
  const mocked = (headers) => createRequest({ method: "POST", url: "/", headers });
  const plain = (headers) => ({ method: "POST", url: "/", headers });
  for (const make of [mocked, plain]) {
    assert.equal(await guard.check(make({ "x-csrf-token": token }), session), null);
    assert.equal((await guard.check(make({}), session)).code, "no-token");
    assert.equal((await guard.check(make({ "sec-fetch-site": "cross-site", "x-csrf-token": token }), session)).code, "cross-site");
    assert.equal((await guard.check(make({ "Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token }), session)).code, "cross-site");
  }
});
