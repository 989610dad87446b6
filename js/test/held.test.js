// What a handler writes itself on a server of Node, and what Node refuses of it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import http2 from "node:http2";
import { Readable } from "node:stream";
import { test } from "node:test";
import { createGzip, gunzipSync } from "node:zlib";

import express from "express";
import express4 from "express4";
import { createApp, eventHandler, toNodeListener } from "h3-1";
import polka from "polka";
import serverless from "serverless-http";

import { SessionCookie, attributes } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { withSession as inNode } from "../src/web/node.js";
import { headOverHttp2, listening } from "./stand_ins.js";
import { XAES_KEY, cookies, isExpiry, signedIn } from "./visitor.js";

const other = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Host-other" }) });
const visit = (session) => session.update("visits", (visits = 0) => visits + 1);
/** When no session can be saved. */
const now = () => new Date("2020-01-01T00:00:00Z");

/** Heads and bodies that Node refuses while the handler runs, with the code of its error. */
const REFUSED = [
  [(response) => response.end(5), "ERR_INVALID_ARG_TYPE"],
  [(response) => response.end({}), "ERR_INVALID_ARG_TYPE"],
  [(response) => response.write(new Uint16Array(1)), "ERR_INVALID_ARG_TYPE"],
  [(response) => response.write(undefined), "ERR_INVALID_ARG_TYPE"],
  [(response) => response.write(null), "ERR_STREAM_NULL_VALUES"],
  [(response) => ((response.statusCode = 1000), response.end("x")), "ERR_HTTP_INVALID_STATUS_CODE"],
  [(response) => ((response.statusCode = 0), response.flushHeaders()), "ERR_HTTP_INVALID_STATUS_CODE"],
  [(response) => ((response.statusMessage = "a\nb"), response.write("x")), "ERR_INVALID_CHAR"],
  [(response) => response.writeHead(99), "ERR_HTTP_INVALID_STATUS_CODE"],
  [(response) => response.writeHead(200, "a\nb").end(), "ERR_INVALID_CHAR"],
  [(response) => response.writeHead(200, { "x-a": "a\nb" }), "ERR_INVALID_CHAR"],
  [(response) => response.writeHead(200, { "x-a": undefined }), "ERR_HTTP_INVALID_HEADER_VALUE"],
  [(response) => (response.end("x"), response.writeHead(201)), "ERR_HTTP_HEADERS_SENT"],
];

test("Node: what Node would refuse is refused at once, in the same place, and the server goes on", async () => {
  const [thrown, failed] = [[], []];
  const answer = (request, response) => {
    try {
      REFUSED[Number(request.url.slice(1))][0](response);
    } catch (error) {
      thrown.push(error.code);
      throw error;
    }
  };
  const alone = (request, response) => {
    try {
      answer(request, response);
    } catch {
      response.socket.destroy();
    }
  };
  const handler = (request, response, session) => (visit(session), answer(request, response));
  const browser = await listening(createServer(inNode(cookies, handler, { failed: ({ code }) => failed.push(code) })));
  const plain = await listening(createServer(alone));
  for (const [i, [refused, code]] of REFUSED.entries()) {
    await plain.get(`/${i}`).catch(() => {});
    const { status, text } = await browser.get(`/${i}`);
    const isLate = code === "ERR_HTTP_HEADERS_SENT";
    const expected = [[code, code], code, ...(isLate ? [200, "x"] : [500, "internal server error"])];
    assert.deepEqual([thrown.splice(0), failed.pop(), status, text], expected, `${refused}`);
  }
});

/** An application of Express with a session. */
function onExpress(answer, { framework = express, before = [], onError, ...options } = {}) {
  const app = framework();
  app.use(...before, inExpress(cookies, options), answer);
  if (onError) app.use(onError);
  return app;
}

for (const [name, framework] of Object.entries({ Express: express, "Express 4": express4 })) {
  test(`${name}: what Node would refuse is an error of the request, and the server goes on`, async () => {
    const onError = (error, request, response, next) => {
      if (response.headersSent) return;
      response.statusMessage = "failed";
      response.status(500).send(error.code);
    };
    const answer = (request, response) => (visit(request.session), REFUSED[request.path.slice(1)][0](response));
    const browser = await listening(createServer(onExpress(answer, { framework, onError })));
    for (const [i, [refused, code]] of REFUSED.entries()) {
      const expected = code === "ERR_HTTP_HEADERS_SENT" ? "x" : code;
      assert.equal((await browser.get(`/${i}`)).text, expected, `${refused}`);
    }
  });

  test(`${name}: an error behind a whole answer closes the connection after it, as without a session`, async () => {
    const answers = {
      "/json": (response) => response.json({ ok: true }),
      "/long": (response) => response.send("x".repeat(500_000)),
    };
    const siteOf = async (...middleware) => {
      const app = framework();
      app.set("env", "test"); // prints no errors
      app.use(...middleware);
      app.get("/:how", (request, response, next) => {
        if (request.session) visit(request.session);
        answers[request.path](response);
        if ("thrown" in request.query) throw new Error("late");
        next(new Error("late"));
      });
      return listening(createServer(app));
    };
    const none = (request, response, next) => next();
    const [alone, held, twice] = await Promise.all([siteOf(none), siteOf(inExpress(cookies)), siteOf(inExpress(cookies), inExpress(other))]);
    const outcome = (site, path) => site.get(path, { connection: "close" }).then(({ status, text }) => [status, text.length], ({ name }) => name);
    for (const path of Object.keys(answers).flatMap((path) => [path, `${path}?thrown`])) {
      for (const site of [held, twice]) assert.deepEqual(await outcome(site, path), await outcome(alone, path), path);
    }
    // Its change was saved.
    assert.ok(held.cookies.get("__Host-session"));
  });
}

test("a connection can be closed after a response of two sessions", async () => {
  const adapters = [cookies, other].map((of) => inExpress(of));
  const server = createServer((request, response) => {
    const answer = () => (visit(request.session), response.end("x"));
    adapters[0](request, response, () => (visit(request.session), adapters[1](request, response, answer)));
  });
  const browser = await listening(server);
  const connected = once(server, "connection");
  assert.equal((await browser.get("/")).setCookies.length, 2);
  const [socket] = await connected;
  socket.destroy();
  assert.equal(socket.destroyed, true);
});

test("a response of two sessions has its body over HTTP/2", async () => {
  const within = (outside) => inNode(other, (request, response, session) => (visit(outside), visit(session), response.end("whole")));
  const server = http2.createServer(inNode(cookies, (request, response, session) => within(session)(request, response)));
  const { origin } = await listening(server);
  const client = http2.connect(origin);
  const stream = client.request({ ":path": "/" }).setEncoding("utf8");
  const head = once(stream, "response");
  assert.deepEqual([(await stream.toArray()).join(""), (await head)[0]["set-cookie"].length], ["whole", 2]);
  client.destroy();
});

test("a session that cannot be saved is an answer of 500 where another of its response could be", async () => {
  for (const [first, second] of [[{ now: () => 0 }, {}], [{}, { now: () => 0 }]]) {
    const told = [];
    const failed = ({ code }) => told.push(code);
    const within = (outside) => inNode(other, (request, response, session) => (visit(outside), visit(session), response.end("x")), { failed, ...second });
    const listener = inNode(cookies, (request, response, session) => within(session)(request, response), { failed, ...first });
    const browser = await listening(createServer(listener));
    const { status, text, setCookies } = await browser.get("/");
    assert.deepEqual([status, text, setCookies, told], [500, "internal server error", [], ["clock"]]);
  }
});

test("what Node refuses only when it writes fails the request, too", async () => {
  const [failed, told] = [[], []];
  const handler = (request, response, session) => {
    visit(session);
    response.strictContentLength = true;
    response.setHeader("content-length", 1);
    response.write("x", () => told.push("x"));
    response.end("too long", () => told.push("too long"));
  };
  const browser = await listening(createServer(inNode(cookies, handler, { failed: ({ code }) => failed.push(code) })));
  for (let round = 0; round < 2; round++) {
    await assert.rejects(browser.get("/"), TypeError);
    for (let turn = 0; turn < 100 && told.length < 2; turn++) await new Promise(setImmediate);
    assert.deepEqual(told.splice(0).toSorted(), ["too long", "x"]);
  }
  assert.deepEqual(failed, Array(2).fill("ERR_HTTP_CONTENT_LENGTH_MISMATCH"));
});

test("Node: a message of the status is asked for and set over HTTP/1.1 alone", async (t) => {
  const warned = t.mock.method(process, "emitWarning", () => {}).mock.calls;
  const handler = (request, response, session) => (visit(session), response.end(5));
  const headers = await headOverHttp2(inNode(cookies, handler, { failed: () => {} }));
  assert.deepEqual([headers[":status"], warned.length], [500, 0]);
});

test("Node: `writeHead` takes its arguments as that of Node does", async () => {
  const heads = [[{ "x-a": "1" }], ["Fine", { "x-a": "1" }], [undefined, { "x-a": "1" }], [null, ["x-a", "1"]], ["Fine"], [undefined], []];
  const answered = async (listener) => {
    const { origin } = await listening(createServer(listener));
    const answers = await Promise.all(heads.map((_, i) => fetch(`${origin}/${i}`)));
    return answers.map(({ status, statusText, headers }) => [status, statusText, headers.get("x-a")]);
  };
  const handler = ({ url }, response) => response.writeHead(201, ...heads[Number(url.slice(1))]).end();
  const expected = await answered(handler);
  assert.deepEqual(expected.map(([, , value]) => value), ["1", "1", "1", "1", null, null, null]);
  assert.deepEqual(await answered(inNode(cookies, (request, response, session) => (visit(session), handler(request, response)))), expected);
});

test("after `writeHead`, and after the end, a head cannot be changed, as in Node, and its error is one of the request", async () => {
  const changes = [
    (response) => response.setHeader("x-a", "2"),
    (response) => response.appendHeader("x-a", "2"),
    (response) => response.appendHeader("x-b", "2"),
    (response) => response.removeHeader("x-a"),
    (response) => response.writeHead(500),
    (response) => void (response.statusCode = 500),
  ];
  const said = [];
  const attempt = (response) => {
    said.push(response.headersSent, response.writableEnded);
    for (const change of changes) {
      try {
        change(response);
        said.push("passes");
      } catch (error) {
        said.push(error.code);
      }
    }
  };
  const answer = (request, response) => {
    response.writeHead(201, { "x-a": "1" });
    attempt(response);
    response.end("page");
    attempt(response);
  };
  const refused = [...Array(5).fill("ERR_HTTP_HEADERS_SENT"), "passes"];
  const app = onExpress((request, response) => (visit(request.session), answer(request, response)));
  const listeners = [answer, inNode(cookies, (request, response, session) => (visit(session), answer(request, response))), app];
  for (const [i, listener] of listeners.entries()) {
    const { status, text, headers, setCookies } = await (await listening(createServer(listener))).get("/");
    assert.deepEqual([status, text, headers.get("x-a"), headers.get("x-b"), setCookies.length], [201, "page", "1", null, i === 0 ? 0 : 1]);
    assert.deepEqual(said.splice(0), [true, false, ...refused, true, true, ...refused]);
  }
  // Nothing of it was sent, so what fails after it is answered, and signs out all the same.
  const failing = (request, response, session) => {
    session.invalidate();
    response.writeHead(200, "Fine", { "x-a": "1" });
    throw new Error("broken");
  };
  const browser = await listening(createServer(inNode(cookies, failing, { failed: () => {} })));
  const failed = await browser.fetch("/", { headers: await signedIn() });
  assert.deepEqual([failed.status, failed.text, failed.headers.get("x-a"), isExpiry(failed.setCookies)], [500, "internal server error", null, true]);
  const second = (response) => response.writeHead(200).writeHead(201);
  const ofH3 = createApp().use(eventHandler(inH3(cookies, (event, session) => (visit(session), second(event.node.res)))));
  assert.equal((await (await listening(createServer(toNodeListener(ofH3)))).get("/")).status, 500);
});

test("several fields of one name are all sent, however `writeHead` is given them", async () => {
  const [a, b, c] = ["a=1", "b=2", "c=3"];
  const heads = [
    ["set-cookie", a, "x-a", "1", "Set-Cookie", b],
    ["set-cookie", [a, b]],
    { "set-cookie": [a, b] },
    // These Node takes where no field was set before.
    { "set-cookie": a, "Set-Cookie": b },
    [["set-cookie", a], ["x-a", "1"], ["SET-COOKIE", b]],
    [["set-cookie", [a]], ["set-cookie", [b]]],
  ];
  const linesOf = async (listener) => {
    const { origin } = await listening(createServer(listener));
    const answers = await Promise.all(heads.map((_, i) => fetch(`${origin}/${i}`)));
    return answers.map(({ headers }) => headers.getSetCookie().filter((line) => !line.startsWith("__Host-session=")).toSorted());
  };
  const write = ({ url }, response) => response.writeHead(200, heads[Number(url.slice(1))]).end();
  for (const listener of [write, inNode(cookies, (request, response, session) => (visit(session), write(request, response)))]) {
    assert.deepEqual(await linesOf(listener), heads.map(() => [a, b]));
  }
  // What was set before is replaced, and what is appended stays.
  const both = (request, response) => (response.setHeader("set-cookie", c), write(request, response));
  assert.deepEqual(await linesOf(inNode(cookies, (request, response, session) => (visit(session), both(request, response)))), heads.map(() => [a, b]));
  const appended = (request, response) => (response.appendHeader("set-cookie", a), response.appendHeader("set-cookie", b), response.end());
  const app = onExpress((request, response) => (visit(request.session), appended(request, response)));
  for (const listener of [inNode(cookies, (request, response, session) => (visit(session), appended(request, response))), app]) {
    assert.deepEqual(await linesOf(listener), heads.map(() => [a, b]));
  }
});

test("Node: an error after the answer changes nothing of it", async () => {
  for (const message of [undefined, "Fine"]) {
    const failed = [];
    const handler = (request, response, session) => {
      session.invalidate();
      if (message) response.statusMessage = message;
      response.end("bye");
      response.statusCode = 500;
      response.statusMessage = "Late";
      assert.deepEqual([response.headersSent, response.writableEnded], [true, true]);
      session.set("user", "eve");
    };
    const { origin } = await listening(createServer(inNode(cookies, handler, { failed: ({ code }) => failed.push(code) })));
    const answer = await fetch(origin, { headers: await signedIn() });
    assert.deepEqual([answer.status, answer.statusText, await answer.text(), isExpiry(answer.headers.getSetCookie())], [200, message ?? "OK", "bye", true]);
    assert.deepEqual(failed, ["after-head"]);
  }
});

test("Node: what is written while a session is saved keeps its order, at whatever moment it comes", async () => {
  const handler = async (request, response) => {
    response.write("one ");
    for (let tick = Number(request.url.slice(1)); tick > 0; tick--) await null;
    response.end("two");
  };
  const browser = await listening(createServer(inNode(cookies, handler, { failed: () => {} })));
  for (let ticks = 0; ticks < 40; ticks++) assert.equal((await browser.get(`/${ticks}`)).text, "one two", `after ${ticks} ticks`);
});

/** Second answers, as of a timeout that crosses the first. */
const SECOND = {
  end: (response, tell) => response.end("y", tell),
  "end without content": (response) => response.end(),
  write: (response, tell) => response.write("y", tell),
  flushHeaders: (response) => response.flushHeaders(),
};

for (const [name, second] of Object.entries(SECOND)) {
  test(`Node: a second answer by ${name} is dropped, at whatever moment it comes, and the server goes on`, async () => {
    const told = [];
    const handler = async (request, response, session) => {
      visit(session);
      response.end("x");
      for (let tick = Number(request.url.slice(1)); tick > 0; tick--) await (tick > 40 ? new Promise(setImmediate) : null);
      second(response, (error) => told.push(error.code));
    };
    const browser = await listening(createServer(inNode(cookies, handler, { failed: assert.fail })));
    const moments = [...Array(40).keys(), 50, 60];
    for (const moment of moments) assert.equal((await browser.get(`/${moment}`)).text, "x", `after ${moment}`);
    if (second.length < 2) return;
    for (let turn = 0; turn < 100 && told.length < moments.length; turn++) await new Promise(setImmediate);
    assert.deepEqual(told, moments.map(() => "ERR_STREAM_WRITE_AFTER_END"));
  });
}

test("Node: many pieces that are written before the session is saved do not hold the others up", async () => {
  let took;
  const handler = (request, response) => {
    const begun = performance.now();
    for (let piece = 0; piece < 100_000; piece++) response.write("x");
    response.end();
    took = performance.now() - begun;
  };
  const browser = await listening(createServer(inNode(cookies, handler)));
  assert.equal((await browser.get("/")).text.length, 100_000);
  // Where each looks through those before it, half a minute.
  assert.ok(took < 5000, `${took} ms`);
});

/** As `compression` does: what is written goes through a stream, which has the listeners of `drain`, too. */
function compressed(request, response, next) {
  const { write, end, on } = response;
  const stream = createGzip();
  stream.on("data", (chunk) => write.call(response, chunk)).on("end", () => end.call(response));
  response.write = (...given) => stream.write(...given);
  response.end = (...given) => (stream.end(...given), response);
  response.on = (type, listener) => (type === "drain" ? stream.on(type, listener) : on.call(response, type, listener));
  response.setHeader("content-encoding", "gzip");
  next();
}

test("Express: a body of small pieces, or of large ones, is sent whole behind what compresses it", async () => {
  const pipe = (piece) => (response) => Readable.from(Array(50).fill(piece), { objectMode: false }).pipe(response);
  const write = async (response) => {
    // Fewer bytes than characters.
    for (let i = 0; i < 50; i++) if (!response.write("AAAA".repeat(1250), "base64")) await once(response, "drain");
    response.end();
  };
  for (const [answer, length] of [[pipe("x"), 50], [pipe("x".repeat(5000)), 250_000], [pipe("x".repeat(100_000)), 5_000_000], [write, 187_500]]) {
    const app = onExpress((request, response) => (visit(request.session), answer(response)), { before: [compressed] });
    const { text, setCookies } = await (await listening(createServer(app))).get("/");
    assert.deepEqual([text.length, setCookies.length], [length, 1]);
    // It has no socket, and so no limit.
    const { body } = await serverless(app, { binary: true })({ httpMethod: "GET", path: "/", headers: {} });
    assert.equal(gunzipSync(Buffer.from(body, "base64")).length, length);
  }
});

test("Node: what is written where a session could not be saved is dropped, and who waits for it is told", async () => {
  const told = [];
  const tell = (error) => told.push(error?.code);
  const handlers = [
    (response) => response.end("x", tell),
    (response) => (response.write("x", tell), response.end(tell)),
    async (response) => {
      assert.equal(response.write("x".repeat(response.writableHighWaterMark)), false);
      await once(response, "drain");
      // Dropped as well, and nothing that waits.
      told.push("wrote", response.write("y", tell), response.end("z") === response);
    },
  ];
  const handler = (request, response, session) => (visit(session), handlers[Number(request.url.slice(1))](response));
  const browser = await listening(createServer(inNode(cookies, handler, { now, failed: () => {} })));
  for (const [i, expected] of [["clock"], ["clock", "clock"], ["wrote", true, true, "clock"]].entries()) {
    const { status, text } = await browser.get(`/${i}`);
    assert.deepEqual([status, text], [500, "internal server error"]);
    for (let turn = 0; turn < 100 && told.length < expected.length; turn++) await new Promise(setImmediate);
    assert.deepEqual(told.splice(0), expected);
  }
});

test("Express: what a handler goes on to write, before an error is answered, is no success", async () => {
  let goOn;
  const answer = async (request, response) => {
    visit(request.session);
    response.write("one ");
    await new Promise((resolve) => (goOn = resolve));
    response.end("two");
  };
  const app = onExpress(answer, { now, onError: async (error, request, response, next) => goOn() });
  const { status, setCookies } = await (await listening(createServer(app))).get("/");
  assert.deepEqual([status, setCookies], [500, []]);
});

test("Express: a `next` that fails itself is printed, breaks the answer off, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const down = new Error("log service down");
  const add = inExpress(cookies, { now });
  const listener = (request, response) =>
    add(request, response, (error) => {
      if (error) throw down;
      visit(request.session);
      response.end("x");
    });
  const browser = await listening(createServer(listener));
  for (let round = 0; round < 2; round++) await assert.rejects(browser.get("/"), TypeError);
  assert.deepEqual(mock.calls.map((call) => call.arguments), [[down], [down]]);
});

test("Express: what `next` throws is printed, breaks the answer off, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const broken = new Error("broken");
  const add = inExpress(cookies);
  // Neither catches it.
  const plain = createServer((request, response) => void add(request, response, () => { throw broken; }));
  const { server } = polka().use(add).get("/x", () => { throw broken; }).listen(0, "127.0.0.1");
  for (const one of [plain, server]) {
    const browser = await listening(one);
    for (let round = 0; round < 2; round++) await assert.rejects(browser.get("/x?y"), TypeError);
  }
  // A whole answer is sent all the same.
  const late = createServer((request, response) => void add(request, response, () => { visit(request.session); response.end("page"); throw broken; }));
  const { text, setCookies } = await (await listening(late)).get("/x");
  assert.deepEqual([text, setCookies.length], ["page", 1]);
  assert.deepEqual(mock.calls.map((call) => call.arguments), Array(5).fill([broken, "GET", "/x"]));
});

test("Node: a `failed` that fails itself is printed, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const down = new Error("log service down");
  const throwing = ({ url }, response) => {
    if (url.startsWith("/half")) response.write("half");
    throw new Error("boom");
  };
  for (const failed of [async () => Promise.reject(down), () => { throw down; }]) {
    const browser = await listening(createServer(inNode(cookies, throwing, { failed })));
    for (let round = 0; round < 2; round++) assert.equal((await browser.get("/x?y")).status, 500);
    // What breaks off is no whole answer.
    await assert.rejects(browser.get("/half?y"), TypeError);
  }
  const told = ["/x", "/x", "/half"].map((path) => [down, "GET", path]);
  assert.deepEqual(mock.calls.map((call) => call.arguments), [...told, ...told]);
});
