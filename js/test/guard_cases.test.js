// Cases of `CsrfGuard` that random requests (guard.test.js) seldom meet.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { csrfToken } from "../src/index.js";
import { withSession } from "../src/web/node.js";
import { listening } from "./stand_ins.js";
import { cookies } from "./visitor.js";

const session = await cookies.load(null);
const token = await csrfToken(session);
const SHOP = "https://shop.example";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

async function codeOf(options, { method = "POST", path = "/", at = SHOP, ...headers }) {
  const request = new Request(`${at}${path}`, { method, headers });
  return (await new CsrfGuard(options).check(request, session))?.code ?? null;
}

test("a form of an identity provider passes to its path alone", async () => {
  const options = { trustFormPosts: [["https://first.example", "/first"], ["https://idp.example", "/signed-in"]] };
  const posted = (path, origin = "https://idp.example", more = FORM) => codeOf(options, { path, origin, "sec-fetch-site": "cross-site", ...more });
  for (const path of ["/signed-in", "/signed-in?x=1"]) assert.equal(await posted(path), null, path);
  for (const path of ["/signed-in/anything", "/signed-in/", "/signed-inn", "/", "/a/signed-in", "/first"]) {
    assert.equal(await posted(path), "cross-site", path);
  }
  assert.equal(await posted("/first", "https://first.example"), null);
  for (const origin of ["http://idp.example", "http://idp.example:443", "https://idp.example:8443", "https://evil.example", "null"]) {
    assert.equal(await posted("/signed-in", origin), "cross-site", origin);
  }
  assert.equal(await posted("/signed-in", "https://idp.example", { "content-type": "application/json" }), "cross-site");
  assert.equal(await codeOf(options, { method: "PUT", path: "/signed-in", origin: "https://idp.example", ...FORM }), "cross-site");
});

test("a form that a worker passes on is refused unless a token is asked for", async () => {
  const posted = (options, site, origin) =>
    codeOf(options, { "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "empty", origin, "x-csrf-token": token });
  for (const [site, origin] of [["same-origin", SHOP], ["same-origin", "https://evil.example"], ["same-origin", "null"], ["none", SHOP]]) {
    for (const trustOrigins of [[], [SHOP]]) assert.equal(await posted({ originCheckOnly: true, trustOrigins }, site, origin), "service-worker");
    assert.equal(await posted({}, site, origin), null);
  }
});

test("an own form in a new window, which WebKit calls cross-site, passes", async () => {
  const posted = (origin, more) =>
    codeOf({ originCheckOnly: true }, { host: "shop.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin, ...more });
  assert.equal(await posted(SHOP), null);
  for (const origin of ["https://evil.example", "null", "http://shop.example", "https://shop.example:8443"]) assert.equal(await posted(origin), "cross-site");
  for (const more of [{ "sec-fetch-mode": "cors" }, { "sec-fetch-dest": "iframe" }, { "sec-fetch-dest": "empty" }, { host: "www.shop.example" }]) {
    assert.equal(await posted(SHOP, more), "cross-site");
  }
});

test("a form that was read before the guard is refused by a sentence that says so, unless its token is in the header", async () => {
  const guard = new CsrfGuard({ tokensInForms: true });
  const form = (headers = FORM) => new Request(SHOP, { method: "POST", headers, body: `csrf_token=${token}` });
  const places = "refused: the request has no CSRF token; send it in the header `x-csrf-token`, or a form in its field `csrf_token`";
  const readers = [(request) => request.formData(), (request) => request.text(), (request) => request.body.getReader()];
  for (const read of readers) {
    const request = form();
    await read(request);
    const { code, message, status } = await guard.check(request, session);
    assert.deepEqual([code, status, message], ["no-token", 403, `${places}; the body was read before the guard`]);
    const inHeader = form({ ...FORM, "x-csrf-token": token });
    await read(inHeader);
    assert.equal(await guard.check(inHeader, session), null);
  }
  const json = form({ "content-type": "application/json" });
  await json.text();
  assert.equal((await guard.check(json, session)).message, places);
  // A form without a body.
  assert.equal(await codeOf({ tokensInForms: true }, { ...FORM, "sec-fetch-site": "same-origin" }), "no-token");
});

test("a form is answered as in Rust, in one piece or in many, and its handler gets all of it", async () => {
  const { cases } = JSON.parse(await readFile(new URL("../../tests/adapters/csrf_guard/forms.json", import.meta.url), "utf8"));
  const other = await csrfToken(await cookies.load(null));
  const texts = { TOKEN: token, OTHER: other };
  const inPieces = (bytes) => new ReadableStream({
    start(stream) {
      const step = Math.max(7, bytes.length >> 8);
      for (let at = 0; at < bytes.length; at += step) stream.enqueue(bytes.subarray(at, at + step));
      stream.close();
    },
  });
  for (const { name, type, body: pieces, limit, field, header, session: hasSession = true, answer } of cases) {
    const text = pieces.map((piece) => (typeof piece === "number" ? "x".repeat(piece) : piece)).join("");
    const bytes = new TextEncoder().encode(text.replace(/TOKEN|OTHER/g, (found) => texts[found]));
    const guard = new CsrfGuard({ tokensInForms: true, ...(limit && { formLimit: limit }), ...(field && { formField: field }) });
    for (const body of [bytes, inPieces(bytes)]) {
      const headers = { "content-type": type, "sec-fetch-site": "same-origin", ...(header && { "x-csrf-token": header.replace("TOKEN", token) }) };
      const request = new Request(`${SHOP}/`, { method: "POST", headers, body, duplex: "half" });
      const refusal = await guard.check(request, hasSession ? session : await cookies.load(null));
      assert.equal(refusal?.code ?? "passed", answer, name);
      assert.deepEqual(Buffer.from(await request.arrayBuffer()), Buffer.from(bytes), name);
    }
  }
});

test("of a form that is too large, a guard reads the beginning", async () => {
  let pieces = 0;
  const body = new ReadableStream({ pull: (stream) => (++pieces > 1000 ? stream.close() : stream.enqueue(Buffer.alloc(64, "x"))) });
  const request = new Request(SHOP, { method: "POST", headers: FORM, body, duplex: "half" });
  const refusal = await new CsrfGuard({ tokensInForms: true, formLimit: 256 }).check(request, session);
  assert.equal(refusal.code, "too-large");
  assert.match(refusal.warning[1].advice, /^move the field with the token to the beginning of the form, .* `x-csrf-token`, or raise `formLimit` of the guard$/);
  assert.ok(pieces < 20, `${pieces}`);
});

test("origins that differ are refused, whichever comes first", async () => {
  const [own, other] = [SHOP, "https://evil.example"];
  const cases = [[[other, own], "cross-site"], [[own, other], "cross-site"], [[own, own, other], "cross-site"], [[own, own, own], null]];
  for (const options of [{}, { originCheckOnly: true }, { trustOrigins: [own] }]) {
    for (const [origins, expected] of cases) {
      const fields = ["host", "shop.example", "x-csrf-token", token, ...origins.flatMap((origin) => ["origin", origin])];
      const request = { method: "POST", url: "/", headers: {}, rawHeaders: fields };
      const refusal = await new CsrfGuard(options).check(request, session);
      assert.equal(refusal?.code ?? null, expected, `${Object.keys(options)} ${origins}`);
    }
  }
});

test("a form is what browsers send of one, and nothing that begins or ends so", async () => {
  const options = { trustFormPosts: [["https://idp.example", "/signed-in"]] };
  const posted = (type) => codeOf(options, { path: "/signed-in", origin: "https://idp.example", "content-type": type });
  const [urlencoded, multipart] = ["application/x-www-form-urlencoded", "multipart/form-data"];
  for (const type of [urlencoded, `${urlencoded};charset=UTF-8`, ` ${urlencoded.toUpperCase()} ; a=b`, multipart, `${multipart}; boundary=x`]) {
    assert.equal(await posted(type), null, type);
  }
  const others = ["", "*", "application/x-www-form", "application", "text/plain", "application/json", `application/json; ${urlencoded}`, `application/json, ${urlencoded}`];
  for (const form of [urlencoded, multipart]) others.push(`${form}-json`, `${form}x`, `${form}/`, `x${form}`, `${form}, application/json`, `${form} application/json`);
  for (const type of others) assert.equal(await posted(type), "cross-site", type);
});

test("a page without TLS is refused, but for one of this machine", async () => {
  const posted = (host) => codeOf({ originCheckOnly: true }, { at: `http://${host}`, origin: `http://${host}` });
  for (const host of ["localhost", "localhost:3000", "a.localhost", "127.0.0.1", "127.9.8.7", "[::1]"]) assert.equal(await posted(host), null, host);
  for (const host of ["shop.example", "notlocalhost", "localhost.example", "128.0.0.1", "127.example", "[::2]"]) assert.equal(await posted(host), "plain-http", host);
  assert.equal(await codeOf({ originCheckOnly: true }, { host: "localhost", origin: "capacitor://localhost" }), "plain-http");
});

test("the origin is compared with all of the host", async () => {
  const posted = (origin, at = SHOP) => codeOf({ originCheckOnly: true }, { at, origin });
  for (const origin of [SHOP, `${SHOP}:443`]) assert.equal(await posted(origin), null, origin);
  for (const origin of [`${SHOP}:8443`, "https://app.shop.example", "https://shop.example.evil", "null", ""]) assert.equal(await posted(origin), "cross-site", origin);
  assert.equal(await posted(`${SHOP}:8443`, `${SHOP}:8443`), null);
  const host = ["host", "shop.example"];
  const targets = [["https://shop.example/", host], ["https://shop.example/", host, host], ["https://shop.example/", ["host", "shop example"]], ["HTTP://shop.example/", ["host", "shop.example:443"]]];
  const answers = targets.map(async ([url, ...fields]) => {
    const request = { method: "POST", url, rawHeaders: [["origin", SHOP], ...fields].flat() };
    return (await new CsrfGuard({ originCheckOnly: true }).check(request, session))?.code ?? null;
  });
  assert.deepEqual(await Promise.all(answers), [null, "cross-site", "cross-site", "cross-site"]);
  assert.equal(await codeOf({ originCheckOnly: true }, { host: "[::]", origin: "https://[::]" }), null);
  // Logs show nothing but ASCII of it.
  const { details } = await new CsrfGuard().check(new Request(SHOP, { method: "POST", headers: { origin: "https://\u00e9" } }), session);
  assert.match(details, /^origin \?, /);
});

test("what no browser can send is not trusted, and what one can is", async () => {
  const hosts = [".example.com", "example..com", "example.com.", ".", "-", "_", "a.-.example", "127.1", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "7", "a.7", "[1]", "[::1.2.3]", "[::ffff:1.2.3.4.5]", "[g::]", "[1:2:3:4:5:6:7:8:9]", "Bücher.example", "*.example.com"];
  const schemes = ["wss://example.com", "ws://example.com", "ftp://example.com", "file://example.com", "WSS://example.com", "my app://example.com"];
  for (const origin of [...hosts.map((host) => `https://${host}`), ...hosts.map((host) => `http://${host}`), ...schemes]) {
    const message = `\`trustOrigins\` takes each origin in full, a scheme and a host like \`https://app.example.com\`, found \`${origin}\``;
    assert.throws(() => new CsrfGuard({ trustOrigins: [origin] }), { code: "trustOrigins", message }, origin);
    assert.throws(() => new CsrfGuard({ trustFormPosts: [[origin, "/"]] }), { code: "trustFormPosts" }, origin);
  }
  const slash = /, found `https:\/\/app.example.com\/`; leave out the `\/` at its end$/;
  assert.throws(() => new CsrfGuard({ trustOrigins: ["https://app.example.com/"] }), slash);
  assert.throws(() => new CsrfGuard({ trustOrigins: ["https://app.example.com/a/"] }), /found `https:\/\/app.example.com\/a\/`$/);
  // It may be a key, in the wrong place.
  assert.throws(() => new CsrfGuard({ trustOrigins: ["secret"] }), ({ message }) => !message.includes("secret"));
  const odd = ["chrome-extension://abcdefghijklmnopabcdefghijklmnop", "capacitor://localhost", "app://-", "https://localhost:5173", "http://127.0.0.1:3000", "https://xn--bcher-kva.example", "https://my_app.example.com", "https://1.example.com", "https://a.1b", "http://[::1]:8080", "http://[::ffff:1.2.3.4]"];
  for (const origin of odd) {
    assert.equal(await codeOf({ trustOrigins: [origin], originCheckOnly: true }, { origin, "sec-fetch-site": "cross-site" }), null, origin);
  }
});

test("a trusted origin still needs a token, and what looks does not", async () => {
  const options = { trustOrigins: ["https://other.example", "https://app.example"] };
  const from = (more) => codeOf(options, { origin: "https://app.example", "sec-fetch-site": "cross-site", ...more });
  assert.equal(await from({}), "no-token");
  assert.equal(await from({ "x-csrf-token": "wrong" }), "wrong-token");
  assert.equal(await from({ "x-csrf-token": token }), null);
  for (const method of ["GET", "HEAD", "OPTIONS"]) assert.equal(await codeOf({}, { method, "sec-fetch-site": "cross-site" }), null, method);
  for (const site of ["same-site", "cross-site", "Same-Origin"]) assert.equal(await codeOf({}, { "sec-fetch-site": site, "x-csrf-token": token }), "cross-site", site);
  for (const site of ["same-origin", "none"]) assert.equal(await codeOf({}, { "sec-fetch-site": site, "x-csrf-token": token }), null, site);
});

test("a WebSocket is checked for its origin, though it is opened by GET", async () => {
  const upgrade = (site) => codeOf({}, { method: "GET", upgrade: "websocket", "sec-fetch-site": site });
  assert.deepEqual([await upgrade("cross-site"), await upgrade("same-origin")], ["cross-site", null]);
  assert.equal(await codeOf({}, { method: "GET", upgrade: "h2c", "sec-fetch-site": "cross-site" }), null);
  // Of several fields, each counts.
  for (const fields of [["h2c", "websocket"], ["websocket", "h2c"], ["h2c, websocket", "x"], ["x", "h2c,WebSocket"]]) {
    const rawHeaders = [...fields.flatMap((value) => ["upgrade", value]), "sec-fetch-site", "cross-site"];
    const request = { method: "GET", url: "/", headers: {}, rawHeaders };
    assert.equal((await new CsrfGuard().check(request, session))?.code, "cross-site", `${fields}`);
  }
  // Over HTTP/2 by a method of its own (RFC 8441).
  const connected = (site) => ({ method: "CONNECT", url: "/", authority: "shop.example", rawHeaders: [":protocol", "websocket", "sec-fetch-site", site] });
  const codes = ["cross-site", "same-origin"].map(async (site) => (await new CsrfGuard().check(connected(site), session))?.code ?? null);
  assert.deepEqual(await Promise.all(codes), ["cross-site", null]);
});

test("over HTTP/2, a port that is left out is the default of the scheme", async () => {
  const codeFor = async (authority, host, scheme = "https") => {
    const request = { method: "POST", url: "/", authority, scheme, rawHeaders: ["host", host, "origin", SHOP, "x-csrf-token", token] };
    return (await new CsrfGuard().check(request, session))?.code ?? null;
  };
  assert.equal(await codeFor("shop.example", "shop.example:443"), null);
  assert.equal(await codeFor("shop.example:443", "shop.example"), null);
  assert.equal(await codeFor("shop.example", "shop.example:80"), "cross-site");
  assert.equal(await codeFor("shop.example", "shop.example:443", "http"), "cross-site");
});

test("a request that was made for Node has its fields in `headers` alone", async () => {
  const guarded = async (options, headers) => {
    const request = { method: "POST", url: "/", rawHeaders: [], headers: { host: "app.example", ...headers } };
    return (await new CsrfGuard(options).check(request, session))?.code ?? null;
  };
  for (const other of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
    assert.equal(await guarded({ originCheckOnly: true }, other), "cross-site");
    assert.equal(await guarded({}, { ...other, "x-csrf-token": token }), "cross-site");
  }
  const own = { origin: "https://app.example" };
  assert.deepEqual([await guarded({}, own), await guarded({}, { ...own, "x-csrf-token": token })], ["no-token", null]);
});

test("in Node, an upgrade reaches no adapter, and its listener checks it", async () => {
  let handled = 0;
  const guard = new CsrfGuard();
  const server = createServer(withSession(cookies, (request, response) => (handled++, response.end()), { guard }));
  server.on("upgrade", async (request, socket) => {
    const refusal = await guard.check(request, await cookies.load(request));
    socket.end(`HTTP/1.1 ${refusal ? `403 ${refusal.code}` : "101 Switching Protocols"}\r\n\r\n`);
  });
  const { origin: own } = await listening(server);
  const answered = async (fields) => {
    const { host, hostname, port } = new URL(own);
    const socket = connect(port, hostname);
    const lines = ["GET / HTTP/1.1", `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket", ...fields, "", ""];
    socket.setEncoding("utf8").write(lines.join("\r\n"));
    const [text] = await once(socket, "data");
    return text.split("\r\n")[0].slice("HTTP/1.1 ".length);
  };
  const upgraded = "101 Switching Protocols";
  assert.equal(await answered([`Origin: ${own}`]), upgraded);
  assert.equal(await answered(["Sec-Fetch-Site: same-origin"]), upgraded);
  assert.equal(await answered([]), upgraded);
  for (const fields of [["Origin: https://evil.example"], ["Sec-Fetch-Site: cross-site"], [`Origin: ${own}`, "Origin: https://evil.example"]]) {
    assert.equal(await answered(fields), "403 cross-site", fields.join());
  }
  assert.equal(handled, 0);
});

test("in Node, the address in the first line of a request is one of its hosts", async () => {
  const posted = async (url, host) => {
    const rawHeaders = ["Host", host, "Origin", "https://app.example", "X-CSRF-Token", token];
    return (await new CsrfGuard().check({ method: "POST", url, rawHeaders }, session))?.code ?? null;
  };
  for (const url of ["/", "/?http://evil.example/", "https://app.example/", "https://app.example", "HTTPS://APP.example:443/?x", "http://app.example/"]) {
    assert.equal(await posted(url, "app.example"), null, url);
  }
  for (const url of ["http://evil.example/", "http://evil.example?/", "https://app.example:80/", "https://eve@app.example/", "http://[bad", "http://", "https:///app.example"]) {
    assert.equal(await posted(url, "app.example"), "cross-site", url);
  }
  assert.equal(await posted("https://app.example/", "evil.example"), "cross-site");
  const options = { trustFormPosts: [["https://idp.example", "/signed-in"]] };
  for (const [url, code] of [["https://app.example/signed-in?x", null], ["https://app.example", "cross-site"], ["https://app.example/x/../signed-in", "cross-site"]]) {
    const rawHeaders = ["Host", "app.example", "Origin", "https://idp.example", "Content-Type", FORM["content-type"]];
    assert.equal((await new CsrfGuard(options).check({ method: "POST", url, rawHeaders }, session))?.code ?? null, code, url);
  }
});
