// The `Cookie` field of a request that is passed on, and that is made of a framework's cookies.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { inNext } from "../src/web/next.js";
import { setCookieField } from "../src/web/cookie_field.js";
import { NOW, XAES_KEY, cookies, filled, later } from "./visitor.js";

test("the cookies of a session take the place of those that came, parts included", () => {
  const fieldWith = (cookie, own) => {
    const headers = new Headers(cookie ? { cookie } : {});
    setCookieField(headers, "sid", own);
    return headers.get("cookie");
  };
  const own = [{ name: "sid", value: "new" }];
  const came = "a=1; sid=old; sid.1=old; sid.7=old; sid.8=theirs; sid.x=theirs; sidecar=theirs; xsid=theirs";
  assert.equal(fieldWith(came, own), "a=1; sid.8=theirs; sid.x=theirs; sidecar=theirs; xsid=theirs; sid=new");
  assert.equal(fieldWith("sid=old; sid.1=old", [{ name: "sid", value: "" }, { name: "sid.1", value: "" }]), null);
  assert.equal(fieldWith(null, own), "sid=new");
});

test("what a session expires beside its own cookies is not passed on", async () => {
  const migrateFrom = oldCookie({ name: "sid", read: () => ({ entries: { user: "ada" } }), from: new Date("2026-01-01"), until: later(60) });
  const migrating = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
  for (const end of [(session) => session.invalidate(), (session) => session.set("user", "eve")]) {
    const session = await migrating.load("theme=dark; sid=old", NOW);
    end(session);
    const headers = new Headers({ cookie: "theme=dark; sid=old; sidecar=theirs" });
    setCookieField(headers, migrating.name, await migrating.saveAsCookies(session));
    assert.match(headers.get("cookie"), /^theme=dark; sidecar=theirs(; __Host-session=[^;]+)?$/);
  }
  const headers = new Headers({ cookie: "__Host-session=old; __Host-session.b-AAAAAAAA=its; __Host-session.b-BBBBBBBB=theirs" });
  setCookieField(headers, cookies.name, ["__Host-session", "__Host-session.b-AAAAAAAA"].map((name) => ({ name, value: "" })));
  assert.equal(headers.get("cookie"), "__Host-session.b-BBBBBBBB=theirs");
});

test("other cookies stay as they are, so that no sibling host can plant one of another name", async () => {
  const eve = await filled((session) => session.set("user", "eve"));
  const own = [{ name: "sid", value: "new" }];
  for (const space of ["\u000b", "\u000c", "\u0085", "\u00a0"]) {
    for (const planted of [`${space}${eve}`, `${eve.replace("=", `${space}=`)}`, `${space}sid=eve${space}`]) {
      const headers = new Headers({ cookie: `theme=1; ${planted};\t a=1 ;;b=2` });
      setCookieField(headers, "sid", own);
      assert.equal(headers.get("cookie"), `theme=1; ${planted}; a=1; b=2; sid=new`);
      assert.equal((await cookies.load(headers, NOW)).isNew, true);
    }
  }
});

test("a cookie of Next.js whose decoded value holds another cookie is left out", async () => {
  const [, value] = (await filled((session) => session.set("user", "eve"))).split("=");
  const loadFrom = async (...all) => {
    const { load } = inNext(cookies, async () => ({ getAll: () => all, set: () => {} }), { now: () => NOW });
    return (await load()).get("user");
  };
  assert.equal(await loadFrom({ name: "__Host-session", value }), "eve");
  assert.equal(await loadFrom({ name: "__Host-session.x", value: `1; __Host-session=${value}` }), undefined);
});
