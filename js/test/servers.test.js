// The adapters behind real frameworks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { withSession } from "../src/web/node.js";
import { OF_CONNECT } from "./beside/of_connect.js";
import { OF_FASTIFY } from "./beside/of_fastify.js";
import { OF_H3 } from "./beside/of_h3.js";
import { OF_HONO } from "./beside/of_hono.js";
import { OF_KOA } from "./beside/of_koa.js";
import { everyAdapter } from "./every_adapter.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY } from "./visitor.js";

const { Express, "Express 4": express4, Node } = OF_CONNECT;

everyAdapter({ ...OF_H3, Express, "Express 4": express4, Node, ...OF_KOA, ...OF_FASTIFY, ...OF_HONO });

test("Node: a session stops growing before its visitor is locked out", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { size: "split:4" });
  const page = async ({ url }, response, session) => {
    if (url === "/grow") session.set("note", `${session.get("note") ?? ""}${"x".repeat(500)}`);
    if (url === "/sign-out") session.invalidate();
    response.end(`${session.get("note")?.length ?? 0}`);
  };
  const errors = [];
  const failed = (error) => errors.push(error.code);
  for (const [options, theme, most] of [
    [{}, 1, 10_000],
    [{}, 1000, 9000],
    [{ maxHeaderSize: 65_536 }, 1000, 11_500],
  ]) {
    const browser = await listening(createServer(options, withSession(cookies, page, { failed })));
    browser.cookies.set("theme", "x".repeat(theme));
    const visit = (path) => browser.get(path, { "user-agent": "x".repeat(1500) });
    let status;
    do ({ status } = await visit("/grow"));
    while (status === 200);
    assert.deepEqual([status, errors.splice(0)], [413, ["size"]]);
    assert.equal((await visit("/")).text, `${most}`);
    assert.equal((await visit("/sign-out")).status, 200);
    assert.deepEqual([...browser.cookies.keys()], ["theme"]);
  }
});
