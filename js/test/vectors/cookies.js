// The vectors of cookies, of the fields for caches, and of lifetimes.

import { templateOf } from "../../src/carrier/attributes.js";
import { Budget, PARTITION } from "../../src/state/budget.js";
import { cacheChanges, isShareable } from "../../src/carrier/caching.js";
import { assemble, findCookie, findValues } from "../../src/format/cookie/values.js";
import { KeyRing, SessionCookie, attributes } from "../../src/index.js";
import { toSetCookie, withSameSite } from "../../src/format/cookie/set_cookie.js";
import { policyOf } from "../../src/session/settings.js";
import { NAMES, camelCase } from "../../src/settings/names.js";
import { SETTINGS } from "../../src/settings/table.js";
import { overheadOf } from "../../src/format/crypto/suites.js";
import { equal, isAccepted, know, paddingOf, rulesOf } from "./common.js";

const EPOCH = 1_767_225_600;
/** Attributes that have the name and the values of a setting. */
const OF_SETTINGS = NAMES.filter((name) => SETTINGS[name]?.[0] === "cookie" && !["name", "danger_allow_http"].includes(name));
const ATTRIBUTES = ["cookie", "secure", ...OF_SETTINGS];

const FIELDS = {
  find: ["lines", "cookie", "values"],
  config: [...ATTRIBUTES, "earlier", "accepted"],
  whole: ["lines", "cookie", "carried", "whole"],
  set: [...ATTRIBUTES, "value", "max_age", "line"],
  split: [...ATTRIBUTES, "value", "max_age", "limit", "fields"],
  unused: [...ATTRIBUTES, "cookies", "carried", "fields"],
  expire: [...ATTRIBUTES, "carried", "line", "fields"],
  earlier: [...ATTRIBUTES, "earlier", "lines", "parts", "change", "fields"],
  room: [...ATTRIBUTES, "mode", "limit", "parts", "padding", "payload"],
};

const RUN = {
  find: ({ lines, cookie, values }) => equal(findValues(lines, cookie), values),
  config: async (vector) => equal(await isAccepted(() => attributes({ ...attributesOf(vector), formerly: formerlyOf(vector) })), vector.accepted),
  whole: ({ lines, cookie, carried, whole }) => {
    const found = findCookie(lines, cookie);
    equal(Object.keys(found).slice(1).map(Number), carried);
    const assembled = found[0].map((value) => {
      try {
        return assemble(value, found);
      } catch (refused) {
        return { rejected: refused.reason };
      }
    });
    equal(assembled, whole);
  },
  set: (vector) => equal(toSetCookie(template(vector).set(vector.cookie, vector.value, vector.max_age)), vector.line),
  split: (vector) => {
    const size = { field: vector.limit, cookies: 8, total: 8 * vector.limit };
    const fixed = template(vector).lengthWith(vector.max_age);
    const length = Budget.prototype.partLength(size, vector.value.length, fixed);
    equal(template(vector).split(vector.value, length, vector.max_age).map(toSetCookie), vector.fields);
  },
  // Of a session that goes on.
  unused: (vector) => {
    const own = template(vector);
    const unused = own.expireParts(vector.carried, vector.cookies);
    return equal(unused.map((cookie) => toSetCookie(withSameSite(cookie, own))), vector.fields);
  },
  expire: (vector) =>
    equal(template(vector).expireAll(vector.carried ?? []).map(toSetCookie), vector.fields ?? [vector.line]),
  earlier: async (vector) => {
    const formerly = formerlyOf(vector);
    const size = vector.parts ? `split:${vector.parts}` : "anywhere";
    const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie: attributes({ ...attributesOf(vector), formerly }), size });
    const session = await cookies.load(vector.lines, EPOCH * 1000);
    if (vector.change === "store") session.set("a", 1);
    else equal([vector.change, session.invalidate()], ["drop", null]);
    const fields = await cookies.save(session);
    equal(fields.map((field) => field.replace(/^([^=]+)=[^;]+/, "$1=*")), vector.fields);
  },
  room: (vector) => {
    const kept = vector.partitioned ? PARTITION : Infinity;
    const size = { field: vector.limit, cookies: vector.parts ?? 1, kept };
    equal(roomOf(vector, size, fixedOf(vector)), vector.payload);
  },
};

/** Secure and SameSite are those of now (§ 9.4.2). */
export function formerlyOf(vector) {
  return (vector.earlier ?? []).map(({ secure, same_site, ...former }) => {
    equal([secure, same_site], [vector.secure, vector.same_site]);
    return former;
  });
}

export async function runCookie({ kind, ...vector }) {
  know(vector, FIELDS[kind]);
  await RUN[kind](vector);
}

/** The attributes of a vector for `templateOf`, and with `dangerAllowHttp` for `attributes`. */
const chosenOf = (vector) => Object.fromEntries(OF_SETTINGS.map((name) => [camelCase(name), vector[name]]));
const template = (vector) => templateOf({ ...chosenOf(vector), name: vector.cookie, secure: vector.secure });
export const attributesOf = (vector) => ({ ...chosenOf(vector), name: vector.cookie, dangerAllowHttp: !vector.secure });

export function fixedOf(vector) {
  return [null, 34_560_000].map((maxAge) => template(vector).lengthWith(maxAge));
}

/** Returns null where there is no room for a session. */
export function roomOf({ mode, padding }, size, fixed, isBound = false) {
  try {
    return new Budget(size, fixed, overheadOf(mode), paddingOf(padding), isBound).room;
  } catch (error) {
    if (error.code !== "size") throw error;
    return null;
  }
}

/** The response as Node has it, line by line, and as a `Headers` has it, with the lines of a name joined. */
export function runCaches(vector) {
  know(vector, ["fields", "touch", "brought_in", "may_share", "expect"]);
  know(vector.expect, ["shareable", "fields"]);
  // The names in `Vary` are added to its line, which is the same field, and their case does not count.
  const comparable = (fields) => fields.map(([name, value]) => [name, name === "vary" ? value.toLowerCase() : value]);
  const expected = comparable(joined(vector.expect.fields, ["vary"]));
  const lines = vector.fields.map(([name, value]) => [name.toLowerCase(), value]);
  const names = [...new Set([...lines, ...expected].map(([name]) => name))];
  const responses = { lines, joined: joined(lines, names) };
  for (const [form, fields] of Object.entries(responses)) {
    equal(isShareable(fields), vector.expect.shareable, `${form}: shareable`);
    const changes = cacheChanges(fields, vector.touch, vector.brought_in, vector.may_share);
    const kept = fields.filter(([name]) => !changes.some(([changed]) => changed === name));
    const found = comparable(joined([...kept, ...changes], ["vary"])).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    equal(found, form === "lines" ? expected : joined(expected, names), form);
  }
}

/** Joins the lines of fields with these names, as a `Headers` does. */
function joined(fields, names) {
  const first = new Map();
  return fields.flatMap(([name, value]) => {
    const before = names.includes(name) && first.get(name);
    if (before) return (before[1] += `, ${value}`), [];
    first.set(name, [name, value]);
    return [first.get(name)];
  });
}

export async function runPolicy(vector) {
  know(vector, ["policy", "accepted", "refresh_after"]);
  const build = () => policyOf(rulesOf(vector.policy));
  equal(await isAccepted(build), vector.accepted);
  if (!vector.accepted) return;
  const { refreshAfter, revalidateAfter, idle } = build();
  const byDefault = idle === Infinity ? "on-change" : Math.floor(idle / 4);
  equal(revalidateAfter ? "on-validation" : (refreshAfter ?? byDefault), vector.refresh_after);
}
