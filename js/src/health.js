// The keys, settings and problems of a carrier, for health checks.

import { misused } from "./format/base/errors.js";
import { CLOCK_DISAGREES, NOT_BEFORE_IS_AHEAD, PROGRAM_LACKS_RING, VALIDATION_HANGS } from "./base/lines.js";
import { dateOf, secondsOf, timeOf } from "./format/base/time.js";
import { sealerOf } from "./carrier/carrier.js";
import { acceptedAt, ringFingerprint, settingsFingerprint } from "./keys/in_use.js";
import { sealingAt } from "./format/keys/ring.js";
import { sinceOf } from "./session/read_events.js";
import { hangsSince } from "./session/revalidation.js";

/** Milliseconds for which a health check waits for the source of a ring. A probe of Kubernetes gives up after 1000 by default. */
const PATIENCE = 500;

export async function keysInUse(carrier, now = Date.now()) {
  const sealer = sealerIn(await carrier);
  const { ring } = sealer.tokens;
  const asked = ring.refresh?.(+now);
  if (asked) await orPatience(asked);
  return inUseAt(secondsOf("now", now), ring, sealer);
}

/** Waits for a promise, but not for long: a health check that hangs like its source would end a program that must not restart. */
async function orPatience(asked) {
  let timer;
  await Promise.race([asked, new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE)))]);
  clearTimeout(timer);
}

function sealerIn(carrier) {
  try {
    return sealerOf(carrier);
  } catch {
    return misused("expected a cookie or a token, or a promise of one");
  }
}

/** Returns the facts, whose string has a line for each of them. */
async function inUseAt(now, ring, { notBefore, settings, seen }) {
  const { keys } = ring;
  const facts = {
    seals: keys[sealingAt(keys, now)].id,
    accepts: acceptedAt(keys, now).map(({ id }) => id),
    retired: keys.filter(({ acceptUntil }) => now >= acceptUntil).map(({ id }) => id),
    fingerprint: await ringFingerprint(ring),
    settings: await settingsFingerprint(settings),
    settingsText: settings,
    backend: "WebCrypto",
    now: dateOf(now),
    notBefore: notBefore > 0 ? dateOf(notBefore) : null,
    next: nextEvent(keys, now),
    problems: [...(ring.problems?.(now) ?? []), ...problemsOf(now, notBefore, seen)],
  };
  return Object.defineProperty(facts, "toString", { value: () => textOf(facts) });
}

function problemsOf(now, notBefore, seen) {
  const problems = notBefore > now ? [{ kind: "NotBeforeAhead", since: null, sentence: NOT_BEFORE_IS_AHEAD[1] }] : [];
  const lasting = [
    ["ClockDisagrees", sinceOf(seen, "ahead", now), CLOCK_DISAGREES],
    ["ProgramLacksRing", sinceOf(seen, "sealedLate", now), PROGRAM_LACKS_RING],
    ["ValidationHangs", hangsSince(seen, now), VALIDATION_HANGS],
  ];
  const present = lasting.filter(([, since]) => since !== null);
  return [...problems, ...present.map(([kind, since, [, sentence]]) => ({ kind, since: dateOf(since), sentence }))];
}

/** Returns the first change of a key's role after `now`, or null. */
function nextEvent(keys, now) {
  const { sealFrom } = keys[sealingAt(keys, now) + 1] ?? {};
  const ends = acceptedAt(keys, now).filter(({ acceptUntil }) => acceptUntil < Infinity);
  const events = ends.map(({ acceptUntil, id }) => ({ at: dateOf(acceptUntil), key: id, role: "retires" }));
  // Of several keys with the same time, only the last one seals.
  if (sealFrom) events.unshift({ at: dateOf(sealFrom), key: keys[sealingAt(keys, sealFrom)].id, role: "seals" });
  return events.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

const timeIn = (date) => timeOf(Math.floor(date / 1000));

function textOf({ seals, accepts, retired, fingerprint, settings, settingsText, backend, now, notBefore, next, problems }) {
  const lines = {
    seals,
    accepts: accepts.join(" "),
    retired: retired.join(" "),
    fingerprint,
    settings,
    settings_text: settingsText,
    backend,
    now: timeIn(now),
    not_before: notBefore && timeIn(notBefore),
    next: next && `${timeIn(next.at)} ${next.key} ${next.role}`,
  };
  const shown = Object.entries(lines).filter(([, fact]) => fact);
  const lasting = problems.map(({ kind, since, sentence }) => ["problem", `${kind}${since ? ` since ${timeIn(since)}` : ""}: ${sentence}`]);
  return [...shown, ...lasting].map(([name, fact]) => `${name} ${fact}\n`).join("");
}
