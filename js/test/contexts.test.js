// Carriers for the sessions of one context, such as a tenant.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { NOW, XAES_KEY, cookies, filled, later, misconfigured } from "./visitor.js";

const tenant = (name) => [["tenant", name]];
const acme = cookies.inContext(tenant("acme"));
const opens = async (carrier, field) => !(await carrier.load(field, NOW)).isNew;

test("a session opens in its context, and in no other", async () => {
  const field = await filled(undefined, acme);
  const built = await SessionCookie.encrypted(XAES_KEY, { context: tenant("acme") });
  for (const carrier of [acme, cookies.inContext(tenant("acme")), built, built.inContext(tenant("umbrella")).inContext(tenant("acme"))]) {
    assert.equal(await opens(carrier, field), true);
    assert.equal(await opens(acme, await filled(undefined, carrier)), true);
  }
  for (const carrier of [cookies, cookies.inContext(tenant("umbrella")), built.inContext([])]) {
    assert.equal(await opens(carrier, field), false);
    assert.equal(await opens(acme, await filled(undefined, carrier)), false);
  }
  assert.deepEqual([acme.name, acme.mode], [cookies.name, cookies.mode]);
});

test("no key is derived for a context", async () => {
  const { subtle } = crypto;
  const [sign, importKey] = [subtle.sign, subtle.importKey];
  let calls = 0;
  const counting = (method) => (...given) => (calls++, method.apply(subtle, given));
  Object.assign(subtle, { sign: counting(sign), importKey: counting(importKey) });
  try {
    for (let i = 0; i < 10; i++) cookies.inContext(tenant(`tenant ${i}`));
  } finally {
    delete subtle.sign;
    delete subtle.importKey;
  }
  assert.equal(calls, 0);
});

test("the end of all sessions is that of all contexts", async () => {
  const [carrier, field] = [await SessionCookie.encrypted(XAES_KEY), await filled(undefined, acme)];
  const before = carrier.inContext(tenant("acme"));
  carrier.raiseNotBefore(later(1));
  for (const one of [before, carrier.inContext(tenant("acme"))]) assert.equal((await one.load(field, NOW)).outcome.reason, "Revoked");
  carrier.inContext(tenant("umbrella")).raiseNotBefore(later(60));
  assert.equal((await before.load(await filled((session) => session.set("a", 1), acme), later(30))).outcome.reason, "Revoked");
});

test("a context is a list of pairs of texts", () => {
  for (const context of [undefined, null, "acme", ["tenant", "acme"], [["tenant", undefined]], [["tenant", "\ud800"]]]) {
    assert.throws(() => cookies.inContext(context), misconfigured("context"));
  }
});
