// A key ring that follows its source while the program runs. The ring object stays the same; its content is replaced, together with
// the keys that carriers have derived from it.
//
// Requests ask the source, because a worker has no timers between requests. So several questions can be under way at once, and their
// answers can arrive in any order.

import { hex, toUtf8 } from "../format/base/bytes.js";
import { ConfigError, isWhole, mustBe, optionsOf } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { sayingBy } from "../base/log.js";
import { KEY_IS_BACK, RING_DROPS_KEYS, RING_REFUSED, RING_SOURCE_HANGS, RING_SOURCE_IS_READABLE, RING_TAKEN } from "../base/lines.js";
import { dateOf } from "../format/base/time.js";
import { sha256 } from "../format/crypto/algorithms.js";
import { logRing, ringFingerprint } from "./in_use.js";
import { keysFor } from "../format/keys/purpose_keys.js";
import { sentencesOf } from "../format/keys/redact.js";
import { parseRing, sealingAt } from "../format/keys/ring.js";
import { warnOfEarlyEnds, warnOfKeyTooSoon } from "./warnings.js";

/** Seconds of the longest `every`: a key that was taken out opens for as long. */
export const MOST_SECONDS = 86_400;
/** Milliseconds after a refusal in which the source is asked again, so that one failed question does not last for a long `every`. */
const RETRY = 60_000;
/** Milliseconds between two events about the same refusal, which lasts until somebody acts: a day has 288 of them. */
const AGAIN = 300_000;
/** Milliseconds without an answer after which a source counts as hanging, as in Rust. */
const PATIENCE = 5000;
/** Keys whose ends are remembered, to notice their return. With a rotation a week, they are those of more than a year. */
const MOST_ENDS = 64;

/** Reads a ring, and follows it. Throws a `ConfigError`, or the error of `source`, from which keys are removed. */
export async function follow(source, settings = {}) {
  const { every = 60, log, metrics, mode, skipXChaCha, ...unknown } = optionsOf(settings);
  refuseUnknown(unknown);
  mustBe(typeof source === "function", "source", "a function that returns the text of a ring");
  mustBe(isWhole(every, 1, MOST_SECONDS), "every", "1 to 86,400 seconds");
  mustBe(!metrics || metrics.ofRing, "metrics", "what `prometheus` returns");
  const say = sayingBy(log);
  const asked = Date.now();
  const options = { mode, skipXChaCha };
  const texts = await firstOf(source);
  const given = { source, every: every * 1000, say, counted: metrics?.ofRing(), options };
  return new FollowedRing(given, asked, await digestOf(texts), await parseRing(texts, options));
}

async function firstOf(source) {
  try {
    return await source();
  } catch (error) {
    throw await sentencesOf(error);
  }
}

class FollowedRing {
  #given;
  /** Time of the last question to the source, in milliseconds. */
  #asked;
  /** Number of questions so far. */
  #turns = 0;
  /** Number of the latest question whose answer was used or refused. Answers to earlier questions are outdated. */
  #heard = 0;
  /** Number of the latest question that has ended, by an answer or an error. */
  #ended = 0;
  /** Time of the first question that has not ended. */
  #waitsSince;
  /** The digest of the texts in use. */
  #used;
  /**
   * While the source is refused; otherwise null. `seen`: the digest or the error of the refused ring.
   *
   * @type {{ since: number, seen: string, sentence: string, loggedAt: number } | null}
   */
  #refused = null;
  /**
   * By id, each key that the ring lacks, or that opens after an end that a ring said: `at`, its earliest end in Unix seconds, an
   * `accept_until` or the time at which it left, or infinite; `provisional`, the time at which it left with a ring that brought another
   * back, or infinite: that may be the wrong one, without newer keys, so the next ring that opens no key for too long decides;
   * `isDropped`, if it opened tokens until it left; `backAt`, since when the ring opens it longer, if it does.
   */
  #ends = new Map();
  /** References to the sealers whose keys are replaced with the ring's. */
  #served = new Set();

  constructor(given, asked, used, content) {
    this.#given = given;
    this.#asked = asked;
    this.#used = used;
    this.mode = content.mode;
    this.skipXChaCha = content.skipXChaCha;
    this.keys = content.keys;
    this.notBefore = content.notBefore;
    /** The time from which a ring is in use that has replaced another, or null. */
    this.takenAt = null;
  }

  /** Keeps the keys of a sealer up to date from now on. */
  async serve(sealer) {
    const isPresent = () => sealer.keys.length === this.keys.length && sealer.keys.every(({ key }, i) => key === this.keys[i]);
    // Deriving takes a while, and another request may replace the ring meanwhile.
    while (!isPresent()) sealer.keys = await keysFor(this, sealer.purpose);
    this.#served.add(referenceTo(sealer));
  }

  /**
   * Asks the source, if that is due. `now`: in milliseconds. Only this request waits. Requests that arrive meanwhile use the present
   * ring, because in a worker a request that awaits the promise of another request never continues.
   */
  async refresh(now) {
    // `abs`: a clock that was set back must not postpone the question. Negated: `now` may be NaN, and then nothing is asked.
    const { every } = this.#given;
    if (!(Math.abs(now - this.#asked) >= (this.#refused ? Math.min(every, RETRY) : every))) return;
    this.#warnIfItHangs(now);
    this.#dropDead();
    this.#asked = now;
    const turn = ++this.#turns;
    if (turn === this.#ended + 1) this.#waitsSince = now;
    let seen;
    try {
      const texts = await this.#given.source();
      this.#end(turn);
      seen = await digestOf(texts);
      // A slow answer must not undo the answer to a later question.
      if (turn < this.#heard) return;
      this.#heard = turn;
      if (seen !== this.#used) await this.#replace(await parseRing(texts, this.#given.options), seen, turn, secondsIn(now));
      // The answer to a later question arrived meanwhile.
      if (turn < this.#heard) return;
      if (this.#refused) this.#given.say(...RING_SOURCE_IS_READABLE, { refusedSince: dateOf(this.#refused.since) });
      this.#refused = null;
    } catch (error) {
      this.#end(turn);
      if (turn < this.#heard) return;
      // Without a digest the source itself failed, and its error may contain what was read.
      const shown = seen ? error : await sentencesOf(error);
      this.#refuse(shown, seen ?? String(shown), now);
    }
  }

  /** Drops the references to sealers that are no longer in memory. A `Set` may lose members while `#replace` iterates over it. */
  #dropDead() {
    for (const reference of this.#served) if (!reference.deref()) this.#served.delete(reference);
  }

  /** Notes that a question has ended. Earlier ones then count as ended, too, because that of a cancelled request never ends. */
  #end(turn) {
    this.#ended = Math.max(this.#ended, turn);
    this.#waitsSince = this.#asked;
  }

  #hangsAt(now) {
    return this.#ended < this.#turns && now - this.#waitsSince >= PATIENCE;
  }

  #warnIfItHangs(now) {
    if (this.#hangsAt(now)) this.#given.say(...RING_SOURCE_HANGS, {}, RING_SOURCE_HANGS, secondsIn(now));
  }

  /**
   * Replaces the content of the ring. Derives all keys first and then assigns them without an `await` between, so that no request
   * sees the new ring with the old keys. `now`: in seconds.
   */
  async #replace(content, seen, turn, now) {
    const derived = new Map();
    // Sealers that `serve` adds during an `await` are at the end, so this loop reaches them.
    for (const reference of this.#served) {
      const sealer = reference.deref();
      if (sealer) derived.set(sealer, await keysFor(content, sealer.purpose));
    }
    // The answer to a later question arrived meanwhile.
    if (turn !== this.#heard) return;
    this.#used = seen;
    const earlier = this.keys;
    this.keys = content.keys;
    this.notBefore = content.notBefore;
    this.takenAt = now;
    for (const [sealer, keys] of derived) sealer.keys = keys;
    const { say, counted } = this.#given;
    const overlap = [...derived.keys()].reduce((most, { overlap }) => Math.max(most, overlap), 0);
    warnOfEarlyEnds(say, content, overlap);
    warnOfKeyTooSoon(say, content.keys, earlier);
    await logRing(say, RING_TAKEN, content, content.notBefore);
    const dropped = droppedIn(content.keys, earlier, overlap, now);
    if (dropped.length > 0) say(...RING_DROPS_KEYS, { fingerprint: await ringFingerprint(content), dropped });
    const returned = this.#remember(earlier, now);
    counted?.replaced(dropped.length, returned);
  }

  /**
   * Notes which keys end with this ring, and logs those that open again, or longer than the earlier ring says. An end that is still to
   * come counts, because the wrong ring may come before it. Returns the number of keys that are back.
   */
  #remember(earlier, now) {
    const gone = [...this.#ends.keys()].filter((id) => endIn(earlier, id) === 0);
    // Last, the keys that are the last to be forgotten.
    const keys = [...gone, ...earlier.map((key) => key.id)].map((id) => {
      const [before, after] = [earlier, this.keys].map((keys) => endIn(keys, id));
      const known = this.#ends.get(id) ?? { at: Infinity, provisional: Infinity, isDropped: false };
      // A ring that lacks the key says no end.
      return { ...known, id, before, after, at: Math.min(known.at, before || Infinity) };
    });
    const longer = keys.filter(({ after, at }) => after > Math.max(now, at));
    const isWrong = longer.length > 0;
    const bringsBack = longer.some(({ before, after }) => after > before);
    const back = [];
    const ends = [];
    for (const { id, before, after, ...key } of keys) {
      const isGone = after === 0;
      const leaves = isGone && before > 0;
      if (leaves) Object.assign(key, { isDropped: before > now, provisional: now });
      if ((isGone && !isWrong) || (leaves && !bringsBack)) key.at = endOf(key);
      if (!isWrong) key.provisional = Infinity;
      if (after > Math.max(now, before, endOf(key))) {
        key.backAt = now;
        back.push({ keyId: id, endedAt: dateOf(endOf(key)) });
      }
      // The end of any other key is in the ring itself.
      if (isGone || after > endOf(key)) ends.push([id, key]);
    }
    this.#ends = new Map(ends.slice(-MOST_ENDS));
    for (const fields of back) this.#given.say(...KEY_IS_BACK, fields);
    return back.length;
  }

  /** Returns the keys that open longer than they were to, unless they have ended since. */
  #returned(now) {
    return this.keys.filter(({ id, acceptUntil }) => this.#ends.get(id)?.backAt !== undefined && now < acceptUntil);
  }

  /** Returns true for the id of a key that left the ring and opened tokens until then. */
  hasDropped(id) {
    return !!this.#ends.get(id)?.isDropped;
  }

  /** Returns the present problems. `now`: in seconds. */
  problems(now) {
    const refused = this.#refused;
    const back = ({ id }) => ({
      kind: "KeyReturned",
      since: dateOf(this.#ends.get(id).backAt),
      sentence: `key ${id}: ${KEY_IS_BACK[1]}`,
    });
    const hanging = { kind: "SourceHangs", since: new Date(this.#waitsSince + PATIENCE), sentence: RING_SOURCE_HANGS[1] };
    return [
      ...(refused ? [{ kind: "SourceRefused", since: dateOf(refused.since), sentence: refused.sentence }] : []),
      ...(this.#hangsAt(now * 1000) ? [hanging] : []),
      ...this.#returned(now).map(back),
    ];
  }

  /** Keeps the present ring. Logs the same refusal once in five minutes. */
  #refuse(error, seen, now) {
    const last = this.#refused;
    const since = last?.since ?? secondsIn(now);
    const isToLog = !last || seen !== last.seen || Math.abs(now - last.loggedAt) >= AGAIN;
    this.#refused = { since, seen, loggedAt: isToLog ? now : last.loggedAt, sentence: `${RING_REFUSED[1]}: ${reasonOf(error)}` };
    if (isToLog) this.#given.say(...RING_REFUSED, { error, since: dateOf(since) });
  }
}

const secondsIn = (milliseconds) => Math.floor(milliseconds / 1000);

/** Returns what a health check may show. The source's own error may name hosts and users, so it is in the log alone. */
const reasonOf = (error) => (error instanceof ConfigError ? error.message : "the source failed; the log has its error");

/** Returns the time from which a key was to open nothing. */
const endOf = ({ at, provisional }) => Math.min(at, provisional);

/** Returns the time from which these keys do not open: 0 if they lack it, and infinite if it has no end. */
const endIn = (keys, id) => keys.find((key) => key.id === id)?.acceptUntil ?? 0;

/**
 * Returns the ids of earlier keys that the new ring lacks, or ends before the sessions under them expire. `overlap`: the seconds for
 * which a key has to open after it has sealed (§ 3.4.8).
 */
function droppedIn(keys, earlier, overlap, now) {
  const sealing = sealingAt(earlier, now);
  const isDropped = ({ id, acceptUntil }, i) => {
    const kept = keys.find((key) => key.id === id);
    // The sealing key may have sealed a session just now. When an earlier key stopped is unknown, so any later end may be enough.
    return now < acceptUntil && !(kept?.acceptUntil > (i === sealing ? now + Math.max(0, overlap - 1) : now));
  };
  // Keys after the sealing one have sealed nothing yet, so nobody misses them.
  return earlier.slice(0, sealing + 1).filter(isDropped).map(({ id }) => id);
}

/** Identifies texts without keeping their keys in memory. */
const digestOf = async (texts) => hex(await sha256(toUtf8(JSON.stringify([texts].flat()))));

/** Returns a weak reference, because programs may build carriers for each request. Some workers have no `WeakRef`. */
const referenceTo = (sealer) => (globalThis.WeakRef ? new WeakRef(sealer) : { deref: () => sealer });
