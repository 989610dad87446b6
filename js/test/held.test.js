// What a handler writes itself on a server of Node, and what Node refuses of it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";

import express from "express";
import express4 from "express4";
import { H3, HTTPError, HTTPResponse } from "h3";
import {
  createApp, createError, eventHandler, send, sendNoContent, sendRedirect, sendStream, setHeaders, toNodeListener, toWebHandler,
} from "h3-1";

import { session as inExpress } from "../src/web/express.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { withSession as inNode } from "../src/web/node.js";
import { headOverHttp2, listening } from "./stand_ins.js";
import { cookies, filled, later } from "./visitor.js";

const visit = (session) => session.update("visits", (visits = 0) => visits + 1);
const isExpiry = (lines) => /^__Host-session=; .*Max-Age=0/.test(lines.join());
const signedIn = async () => ({ cookie: await filled((session) => session.set("user", "ada")) });

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

test("Node refuses it in the same place by itself", async () => {
  const thrown = [];
  const plain = (request, response) => {
    const [answer] = REFUSED[Number(request.url.slice(1))];
    try {
      answer(response);
    } catch (error) {
      thrown.push(error.code);
      response.statusMessage = undefined;
      response.statusCode = 500;
    }
    response.end();
  };
  const browser = await listening(createServer(plain));
  for (const i of REFUSED.keys()) await browser.get(`/${i}`);
  assert.deepEqual(thrown, REFUSED.map(([, code]) => code));
});

test("Node: what Node would refuse is refused at once, and the server goes on", async () => {
  const [thrown, failed] = [[], []];
  const handler = (request, response, session) => {
    visit(session);
    try {
      REFUSED[Number(request.url.slice(1))][0](response);
    } catch (error) {
      thrown.push(error.code);
      throw error;
    }
  };
  const browser = await listening(createServer(inNode(cookies, handler, { failed: ({ code }) => failed.push(code) })));
  for (const [i, [answer, code]] of REFUSED.entries()) {
    const { status, text } = await browser.get(`/${i}`);
    const isLate = code === "ERR_HTTP_HEADERS_SENT";
    const expected = [code, code, ...(isLate ? [200, "x"] : [500, "internal server error"])];
    assert.deepEqual([thrown.pop(), failed.pop(), status, text], expected, `${answer}`);
  }
});

for (const [name, framework] of Object.entries({ Express: express, "Express 4": express4 })) {
  test(`${name}: what Node would refuse is an error of the request, and the server goes on`, async () => {
    const app = framework();
    app.use(framework.json(), inExpress(cookies));
    app.post("/echo", (request, response) => (visit(request.session), response.end(request.body.text)));
    app.get("/:number", (request, response) => (visit(request.session), REFUSED[request.params.number][0](response)));
    app.use((error, request, response, next) => {
      if (response.headersSent) return;
      response.statusMessage = "failed";
      response.status(500).send(error.code);
    });
    const browser = await listening(createServer(app));
    const echo = (text) => browser.fetch("/echo", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) });
    const refused = await echo(5);
    assert.deepEqual([refused.status, refused.text], [500, "ERR_INVALID_ARG_TYPE"]);
    assert.equal((await echo("hello")).text, "hello");
    for (const [i, [answer, code]] of REFUSED.entries()) {
      const expected = code === "ERR_HTTP_HEADERS_SENT" ? "x" : code;
      assert.equal((await browser.get(`/${i}`)).text, expected, `${answer}`);
    }
  });
}

for (const [name, framework] of Object.entries({ Express: express, "Express 4": express4 })) {
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
    const [alone, held] = await Promise.all([siteOf((request, response, next) => next()), siteOf(inExpress(cookies))]);
    const outcome = (site, path) => site.get(path, { connection: "close" }).then(({ status, text }) => [status, text.length], ({ name }) => name);
    for (const path of Object.keys(answers).flatMap((path) => [path, `${path}?thrown`])) {
      assert.deepEqual(await outcome(held, path), await outcome(alone, path), path);
    }
    // Its change was saved.
    assert.ok(held.cookies.get("__Host-session"));
  });
}

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

test("after `writeHead` a head cannot be changed, as in Node, and its error is one of the request", async () => {
  const changes = [
    (response) => response.setHeader("x-a", "2"),
    (response) => response.appendHeader("x-a", "2"),
    (response) => response.appendHeader("x-b", "2"),
    (response) => response.removeHeader("x-a"),
    (response) => response.writeHead(500),
    (response) => void (response.statusCode = 500),
  ];
  const said = [];
  const answer = (request, response) => {
    response.writeHead(201, { "x-a": "1" });
    said.push(response.headersSent, response.writableEnded);
    for (const change of changes) {
      try {
        change(response);
        said.push("passes");
      } catch (error) {
        said.push(error.code);
      }
    }
    response.end("page");
  };
  const app = express();
  app.use(inExpress(cookies), (request, response) => (visit(request.session), answer(request, response)));
  const listeners = [answer, inNode(cookies, (request, response, session) => (visit(session), answer(request, response))), app];
  for (const [i, listener] of listeners.entries()) {
    const { status, text, headers, setCookies } = await (await listening(createServer(listener))).get("/");
    assert.deepEqual([status, text, headers.get("x-a"), headers.get("x-b"), setCookies.length], [201, "page", "1", null, i === 0 ? 0 : 1]);
    assert.deepEqual(said.splice(0), [true, false, ...Array(5).fill("ERR_HTTP_HEADERS_SENT"), "passes"]);
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
  const h3 = await onH3((event, session) => (visit(session), second(event.node.res)));
  assert.equal((await h3.get("/")).status, 500);
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
  const app = express();
  app.use(inExpress(cookies), (request, response) => (visit(request.session), appended(request, response)));
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

test("Node: what is written after a session could not be saved is dropped, and the server goes on", async () => {
  const now = () => new Date("2020-01-01T00:00:00Z");
  const done = [];
  let goOn;
  const handler = async (request, response, session) => {
    visit(session);
    response.write("secret");
    await new Promise((resolve) => (goOn = resolve));
    done.push(response.write("more"), response.end("the end") === response);
  };
  const browser = await listening(createServer(inNode(cookies, handler, { now, failed: () => goOn() })));
  for (let round = 0; round < 2; round++) assert.equal((await browser.get("/")).text, "internal server error");
  assert.deepEqual(done, [true, true, true, true]);
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

test("Node: who waits for what was written is told where a session could not be saved", async () => {
  const now = () => new Date("2020-01-01T00:00:00Z");
  const told = [];
  const tell = (error) => told.push(error?.code);
  const handlers = [
    (response) => response.end("x", tell),
    (response) => (response.write("x", tell), response.end(tell)),
    async (response) => {
      if (!response.write("x")) await once(response, "drain");
      // Dropped as well, and nothing that waits.
      told.push("wrote", response.write("y", tell));
      response.end();
    },
  ];
  const handler = (request, response, session) => (visit(session), handlers[Number(request.url.slice(1))](response));
  const browser = await listening(createServer(inNode(cookies, handler, { now, failed: () => {} })));
  for (const [i, expected] of [["clock"], ["clock", "clock"], ["wrote", true, "clock"]].entries()) {
    assert.equal((await browser.get(`/${i}`)).status, 500);
    for (let turn = 0; turn < 100 && told.length < expected.length; turn++) await new Promise(setImmediate);
    assert.deepEqual(told.splice(0), expected);
  }
});

test("Express: what a handler goes on to write, before an error is answered, is no success", async () => {
  const app = express();
  app.use(inExpress(cookies, { now: () => new Date("2020-01-01T00:00:00Z") }));
  let goOn;
  app.get("/", async (request, response) => {
    visit(request.session);
    response.write("one ");
    await new Promise((resolve) => (goOn = resolve));
    response.end("two");
  });
  app.use(async (error, request, response, next) => goOn());
  const { status, setCookies } = await (await listening(createServer(app))).get("/");
  assert.deepEqual([status, setCookies], [500, []]);
});

test("Express: a `next` that fails itself is printed, breaks the answer off, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const down = new Error("log service down");
  const add = inExpress(cookies, { now: () => new Date("2020-01-01T00:00:00Z") });
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

test("Node: an answer that breaks off is no whole answer", async () => {
  const handler = (request, response) => {
    response.write("half");
    throw new Error("broken");
  };
  const browser = await listening(createServer(inNode(cookies, handler, { failed: () => {} })));
  await assert.rejects(browser.get("/"), TypeError);
});

test("Node: a `failed` that fails itself is printed, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const down = new Error("log service down");
  const throwing = () => {
    throw new Error("boom");
  };
  for (const failed of [async () => Promise.reject(down), () => { throw down; }]) {
    const browser = await listening(createServer(inNode(cookies, throwing, { failed })));
    for (let round = 0; round < 2; round++) assert.equal((await browser.get("/x?y")).status, 500);
  }
  assert.deepEqual(mock.calls.map((call) => call.arguments), Array(4).fill([down, "GET", "/x"]));
});

/** How a handler of h3 1 answers itself, with the status and the body. */
const OF_H3 = {
  sendRedirect: [(event) => sendRedirect(event, "/", 303), 303],
  "sendRedirect, awaited": [async (event) => void (await sendRedirect(event, "/", 303)), 303],
  send: [(event) => send(event, "hello"), 200, "hello"],
  sendNoContent: [(event) => sendNoContent(event), 204, ""],
  "sendStream of Node": [(event) => sendStream(event, Readable.from(["one ", "two"])), 200, "one two"],
  "sendStream of the web": [(event) => sendStream(event, new Blob(["one ", "two"]).stream()), 200, "one two"],
  "its response": [(event) => void event.node.res.end("hello"), 200, "hello"],
  "a Response": [() => new Response("hello", { status: 201, headers: { "cache-control": "public" } }), 201, "hello"],
  "an object": [() => ({ a: 1 }), 200, '{"a":1}'],
};

const onH3 = (handler, options) => {
  const app = createApp(options);
  app.use(eventHandler(inH3(cookies, handler)));
  return listening(createServer(toNodeListener(app)));
};

for (const [name, [answer, status, body]] of Object.entries(OF_H3)) {
  test(`h3 1: the session is saved with ${name}`, async () => {
    const browser = await onH3((event, session) => (session.invalidate(), answer(event)));
    const out = await browser.fetch("/", { headers: await signedIn() });
    assert.deepEqual([out.status, isExpiry(out.setCookies), out.headers.get("cache-control")], [status, true, "no-store"]);
    if (body !== undefined) assert.equal(out.text, body);
    const writer = await onH3((event, session) => (visit(session), answer(event)));
    assert.equal((await writer.get("/")).setCookies.length, 1);
  });
}

test("h3 1: an answer without a server, as Nitro gives it inside of a program, is whole when the handler has ended", async () => {
  const answered = async (answer) => {
    const app = createApp();
    app.use(eventHandler(inH3(cookies, (event, session) => (visit(session), answer(event)))));
    const response = await toWebHandler(app)(new Request("http://localhost/"));
    return [response.status, response.headers.getSetCookie().length, await response.text()];
  };
  assert.deepEqual(await answered(() => "hello"), [200, 1, "hello"]);
  assert.deepEqual(await answered((event) => send(event, "hello")), [200, 1, "hello"]);
  assert.deepEqual(await answered(() => new Response("hello")), [200, 1, "hello"]);
  assert.deepEqual(await answered(() => new Response(null, { status: 204 })), [204, 1, ""]);
  assert.deepEqual(await answered((event) => sendStream(event, new Blob(["hello"]).stream())), [200, 1, "hello"]);
  assert.deepEqual((await answered((event) => sendRedirect(event, "/", 303))).slice(0, 2), [303, 1]);
  const [status, count, text] = await answered(() => Promise.reject(createError({ statusCode: 401 })));
  assert.deepEqual([status, count, JSON.parse(text).statusCode], [401, 1, 401]);
});

test("h3 1: a sign-out is saved with what a handler throws, whatever its status", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const [thrown, status] of [[createError({ statusCode: 401 }), 401], [createError({ status: 503 }), 503], [new Error("boom"), 500], [{ status: "x" }, 500]]) {
    const browser = await onH3(
      (event, session) => {
        session.invalidate();
        throw thrown;
      },
      { onError: () => {} },
    );
    const out = await browser.fetch("/", { headers: await signedIn() });
    assert.deepEqual([out.status, isExpiry(out.setCookies)], [status, true]);
  }
});

test("h3 1: a session that cannot be saved is answered with 500, without what was written", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const failed = [];
  const app = createApp({ onError: ({ cause }) => failed.push(cause.code) });
  const answers = [(event) => sendRedirect(event, "/", 303), () => "secret"];
  const handler = (event, session) => (visit(session), answers[Number(event.path.slice(1))](event));
  app.use(eventHandler(inH3(cookies, handler, { now: () => new Date("2020-01-01T00:00:00Z") })));
  const browser = await listening(createServer(toNodeListener(app)));
  for (const i of answers.keys()) {
    const { status, text, setCookies, headers } = await browser.get(`/${i}`);
    assert.deepEqual([status, /secret/.test(text), setCookies, headers.get("location")], [500, false, [], null]);
  }
  // h3 tells what is not answered yet.
  assert.deepEqual([mock.calls[0].arguments[0].code, failed], ["clock", ["clock"]]);
});

/** The answer of h3 2 to a visitor who has signed in. */
const onH3Two = async (handler, { onError, now } = {}) => {
  const app = new H3({ silent: true, onError });
  app.all("/**", inH3(cookies, handler, { now }));
  const answer = await app.fetch(new Request("http://localhost/", { headers: await signedIn() }));
  return { status: answer.status, headers: answer.headers, setCookies: answer.headers.getSetCookie() };
};

test("h3: a sign-out is saved with what a handler throws, and with what the application answers in its place", async () => {
  for (const [thrown, status] of [[new HTTPError({ status: 401 }), 401], [new Error("boom"), 500]]) {
    for (const onError of [undefined, () => "sorry"]) {
      const handler = (event, session) => {
        session.invalidate();
        event.res.headers.set("x-a", "of the page");
        throw thrown;
      };
      const answer = await onH3Two(handler, { onError });
      assert.deepEqual([answer.setCookies.length, isExpiry(answer.setCookies)], [1, true]);
      if (!onError) assert.deepEqual([answer.status, answer.headers.get("x-a")], [status, null]);
    }
  }
});

test("h3: an error that a handler returns saves a sign-out and no change, as one that it throws", async () => {
  const failures = [[() => new HTTPError({ status: 403 }), 403], [() => new Error("boom"), 500], [() => new HTTPResponse("x", { status: 503 }), 503]];
  for (const [fail, status] of failures) {
    const out = await onH3Two((event, session) => (session.invalidate(), fail()));
    assert.deepEqual([out.status, out.setCookies.length, isExpiry(out.setCookies)], [status, 1, true]);
    const changed = await onH3Two((event, session) => (visit(session), fail()));
    assert.deepEqual([changed.status, changed.setCookies.length], [status, status < 500 ? 1 : 0]);
  }
  const full = (event, session) => {
    visit(session);
    try {
      return session.set("note", "x".repeat(4000));
    } catch (error) {
      return error;
    }
  };
  const refused = await onH3Two(full);
  assert.deepEqual([refused.status, refused.setCookies], [413, []]);
  for (const thrown of [new Response(null, { status: 303 }), { status: 410 }]) {
    const handler = (event, session) => {
      visit(session);
      throw thrown;
    };
    const changed = await onH3Two(handler);
    assert.deepEqual([changed.status, changed.setCookies], [500, []]);
  }
  const browser = await onH3((event, session) => (visit(session), createError({ statusCode: 500 })), { onError: () => {} });
  const changed = await browser.get("/");
  assert.deepEqual([changed.status, changed.setCookies], [500, []]);
});

/** Fields that let shared caches store a response. */
const SHARED = { "cache-control": "public, max-age=600", "cdn-cache-control": "max-age=600", vary: "accept-encoding" };
const isPrivate = ({ headers }) =>
  headers.get("cache-control") === "no-store" && [null, "no-store"].includes(headers.get("cdn-cache-control")) && /\bCookie\b/.test(headers.get("vary"));

test("h3: no shared cache stores a session, whether the event has the fields or the result", async () => {
  const results = {
    text: () => "x",
    "a Response": (fields) => new Response("x", fields),
    "a Response of status 404": (fields) => new Response("x", { status: 404, ...fields }),
    "an HTTPResponse": (fields) => new HTTPResponse("x", fields),
    "an HTTPError": (fields) => new HTTPError({ status: 403, ...fields }),
  };
  for (const [name, result] of Object.entries(results)) {
    for (const own of [{}, SHARED, { vary: "Cookie" }]) {
      for (const ofEvent of [{}, SHARED]) {
        const answer = await onH3Two((event, session) => {
          visit(session);
          for (const head of [event.res.headers, event.res.errHeaders]) for (const field of Object.entries(ofEvent)) head.set(...field);
          return result({ headers: own });
        });
        assert.deepEqual([answer.setCookies.length, isPrivate(answer)], [1, true], `${name}, ${own.vary}, ${ofEvent.vary}`);
      }
    }
  }
  // A refresh is left out where others may store the response.
  for (const result of [() => new Response("x"), () => new HTTPResponse("x")]) {
    const handler = (event, session) => (session.get("user"), event.res.headers.set("cache-control", "public"), result());
    const answer = await onH3Two(handler, { now: () => later(900) });
    assert.deepEqual([answer.setCookies, answer.headers.get("cache-control")], [[], "public"]);
  }
});

test("h3 1: no shared cache stores a session, whether the event has the fields or a Response", async () => {
  for (const own of [{}, SHARED]) {
    const browser = await onH3((event, session) => (visit(session), setHeaders(event, SHARED), new Response("x", { headers: own })));
    const answer = await browser.get("/");
    assert.deepEqual([answer.setCookies.length, isPrivate(answer)], [1, true], own.vary);
  }
});
