// A key ring that follows its source while the program runs. Its content is replaced in place, and with it the keys that carriers
// have derived from it.

import { hex, toUtf8 } from "../base/bytes.js";
import { ConfigError, isWhole, mustBe, refuseUnknown } from "../base/errors.js";
import { dateOf } from "../base/time.js";
import { sha256 } from "../crypto/algorithms.js";
import { sayingBy } from "../base/log.js";
import { ringFingerprint, tellOfRing } from "./in_use.js";
import { keysFor } from "./purpose_keys.js";
import { sentencesOf } from "./redact.js";
import { parseRing, sealingAt, warnOfEarlyEnds, warnOfKeyTooSoon } from "./ring.js";

const MOST_SECONDS = 86_400;
/** Milliseconds between two events of a source that stays refused. */
const AGAIN = 300_000;
/** Milliseconds after which a source hangs. */
const PATIENCE = 5000;
/** Keys that left the ring and are remembered. */
const MOST_LEFT = 64;

const REFUSED = "key ring refused, the earlier one stays in use";
const HANGS = "the source of the key ring has not answered for 5 seconds, the earlier ring stays in use: give it a timeout";
const DROPS = "key ring replaced by one that drops keys or ends them too early: living sessions under them end, as after a leak";
const CAME_BACK =
  "a key that this program saw leave is in the ring again: if it leaked, sessions forged under it are accepted, so drop it again, and " +
  "destroy the copy of the ring that it came from";

/** Reads the content of a ring, and follows it. Throws a `ConfigError`, or what `source` fails with, without a key that it holds. */
export async function follow(source, { every = 60, log, metrics, mode, skipXChaCha, ...unknown } = {}) {
  refuseUnknown(unknown);
  mustBe(typeof source === "function", "source", "a function that returns the text of a ring");
  mustBe(isWhole(every, 1, MOST_SECONDS), "every", "1 to 86,400 seconds");
  mustBe(!metrics || metrics.ofRing, "metrics", "what `prometheus` returns");
  const say = sayingBy(log);
  const asked = Date.now();
  const options = { mode, skipXChaCha };
  const texts = await firstOf(source);
  const settings = { source, every: every * 1000, say, counted: metrics?.ofRing(), options };
  return new FollowedRing(settings, asked, await digestOf(texts), await parseRing(texts, options));
}

async function firstOf(source) {
  try {
    return await source();
  } catch (error) {
    throw await sentencesOf(error);
  }
}

class FollowedRing {
  #settings;
  /** When the source was asked last, in milliseconds. */
  #asked;
  /** Numbers of questions: of the last one, of the last that was answered, and of the last that is over. */
  #turns = 0;
  #heard = 0;
  #over = 0;
  /** When the first question was asked that is not over. */
  #waitsSince;
  /** The digest of the texts in use. */
  #used;
  /** The refusal that lasts: `since`, `seen` (the digest or the error of what was refused), `sentence`, and when it was `told`; or null. */
  #refusal = null;
  /** By id: when a key left the ring, in Unix seconds; `isDropped` if it opened tokens until then; and when it came back, if it did. */
  #left = new Map();
  /** The sealers of carriers. */
  #served = [];

  constructor(settings, asked, used, content) {
    this.#settings = settings;
    this.#asked = asked;
    this.#used = used;
    Object.assign(this, content);
  }

  /** Replaces the keys of a sealer, too. */
  async serve(sealer) {
    const isPresent = () => sealer.keys.length === this.keys.length && sealer.keys.every(({ key }, i) => key === this.keys[i]);
    // The ring may be replaced meanwhile.
    while (!isPresent()) sealer.keys = await keysFor(this, sealer);
    this.#served.push(referenceTo(sealer));
  }

  /**
   * Asks the source, where that is due. Others go on meanwhile with the ring that is there: a worker's request cannot wait for what
   * another one began.
   */
  async refresh(now) {
    // A clock that was set back does not put the question off, and one that shows no time asks nothing.
    if (!(Math.abs(now - this.#asked) >= this.#settings.every)) return;
    this.#tellIfItHangs(now);
    this.#asked = now;
    const turn = ++this.#turns;
    if (turn === this.#over + 1) this.#waitsSince = now;
    let seen;
    try {
      const texts = await this.#settings.source();
      this.#isOver(turn);
      seen = await digestOf(texts);
      if (turn < this.#heard) return;
      this.#heard = turn;
      if (seen !== this.#used) await this.#replace(await parseRing(texts, this.#settings.options), seen, turn, secondsIn(now));
      if (this.#refusal) this.#settings.say("info", "the key source is readable again", { since: dateOf(this.#refusal.since) });
      this.#refusal = null;
    } catch (error) {
      this.#isOver(turn);
      if (turn < this.#heard) return;
      const told = seen ? error : await sentencesOf(error);
      this.#refuse(told, seen ?? String(told), now);
    }
  }

  /** A question of a request that was cancelled is never over. */
  #isOver(turn) {
    this.#over = Math.max(this.#over, turn);
    this.#waitsSince = this.#asked;
  }

  #hangsAt(now) {
    return this.#over < this.#turns && now - this.#waitsSince >= PATIENCE;
  }

  #tellIfItHangs(now) {
    if (this.#hangsAt(now)) this.#settings.say("warn", HANGS, {}, HANGS, secondsIn(now));
  }

  /** Derives all keys first, then changes over in one step. `now`: in seconds. */
  async #replace(content, seen, turn, now) {
    this.#served = this.#served.filter((reference) => reference.deref());
    const derived = new Map();
    // Those that are served meanwhile come last.
    for (const reference of this.#served) {
      const sealer = reference.deref();
      if (sealer) derived.set(sealer, await keysFor(content, sealer));
    }
    // A later question was answered meanwhile.
    if (turn !== this.#heard) return;
    this.#used = seen;
    const earlier = this.keys;
    Object.assign(this, content);
    for (const [sealer, keys] of derived) sealer.keys = keys;
    const { say, counted } = this.#settings;
    const lifetime = [...derived.keys()].reduce((most, { overlap }) => Math.max(most, overlap), 0);
    warnOfEarlyEnds(say, content, lifetime);
    warnOfKeyTooSoon(say, content.keys, earlier);
    await tellOfRing(say, "key ring replaced", content, content.notBefore);
    const dropped = droppedIn(content.keys, earlier, lifetime, now);
    if (dropped.length > 0) say("warn", DROPS, { fingerprint: await ringFingerprint(content), dropped });
    const returned = this.#remember(earlier, now);
    counted?.replaced(dropped.length, returned);
  }

  /** Notes which keys have left, and tells of those that are back. Returns their number. */
  #remember(earlier, now) {
    const back = this.#returned(now).filter(({ id }) => this.#left.get(id).backAt === undefined);
    for (const { id } of back) {
      const left = this.#left.get(id);
      left.backAt = now;
      this.#settings.say("error", CAME_BACK, { keyId: id, leftAt: dateOf(left.at) });
    }
    const gone = earlier.filter(({ id }) => !opensIn(this.keys, id, now) && (opensIn(earlier, id, now) || !has(this.keys, id)));
    for (const { id } of gone) {
      this.#left.delete(id);
      this.#left.set(id, { at: now, isDropped: opensIn(earlier, id, now) });
    }
    for (const id of [...this.#left.keys()].slice(0, -MOST_LEFT)) this.#left.delete(id);
    return back.length;
  }

  /** The keys that open tokens at this time, although they had left. */
  #returned(now) {
    return this.keys.filter(({ id, acceptUntil }) => this.#left.has(id) && now < acceptUntil);
  }

  /** Returns true for the id of a key that has left the ring and opened tokens until then. */
  hasDropped(id) {
    return !!this.#left.get(id)?.isDropped;
  }

  /** Problems that last, at a time in seconds. */
  problems(now) {
    const refusal = this.#refusal;
    const back = ({ id }) => ({
      kind: "KeyCameBack",
      since: dateOf(this.#left.get(id).backAt),
      sentence: `key ${id}: ${CAME_BACK}`,
    });
    return [
      ...(refusal ? [{ kind: "SourceRefused", since: dateOf(refusal.since), sentence: refusal.sentence }] : []),
      ...(this.#hangsAt(now * 1000) ? [{ kind: "SourceHangs", since: new Date(this.#waitsSince + PATIENCE), sentence: HANGS }] : []),
      ...this.#returned(now).map((key) => back(key)),
    ];
  }

  /** Tells about the same mistake once in five minutes. */
  #refuse(error, seen, now) {
    const { since = secondsIn(now), ...last } = this.#refusal ?? {};
    const isToTell = seen !== last.seen || Math.abs(now - last.told) >= AGAIN;
    this.#refusal = { since, seen, told: isToTell ? now : last.told, sentence: `${REFUSED}: ${reasonOf(error)}` };
    if (seen !== last.seen) this.#settings.counted?.refused();
    if (isToTell) this.#settings.say("error", REFUSED, { error, since: dateOf(since) });
  }
}

const secondsIn = (milliseconds) => Math.floor(milliseconds / 1000);

/** What a health check may show: an error of the source itself may name hosts and users. */
const reasonOf = (error) => (error instanceof ConfigError ? error.message : "the source failed, as the log says");

const has = (keys, id) => keys.some((key) => key.id === id);
const opensIn = (keys, id, now) => keys.some((key) => key.id === id && now < key.acceptUntil);

/** The ids of earlier keys whose living sessions these keys end, now or before their time. Sessions live for `lifetime` seconds at most. */
function droppedIn(keys, earlier, lifetime, now) {
  const sealing = sealingAt(earlier, now);
  const isDropped = ({ id, acceptUntil }, i) => {
    const kept = keys.find((key) => key.id === id);
    // The time at which an earlier key stopped sealing is not known, so a later end of it may be late enough.
    return now < acceptUntil && !(kept?.acceptUntil > (i === sealing ? now + Math.max(0, lifetime - 1) : now));
  };
  // Later keys have not begun to seal.
  return earlier.slice(0, sealing + 1).filter(isDropped).map(({ id }) => id);
}

/** Keeps no key. */
const digestOf = async (texts) => hex(await sha256(toUtf8(JSON.stringify([texts].flat()))));

/** Some workers have no `WeakRef`. There, carriers stay as long as their ring. */
const referenceTo = (sealer) => (globalThis.WeakRef ? new WeakRef(sealer) : { deref: () => sealer });
