// A key ring that follows its source while the program runs. Its content is replaced in place, and with it the keys that carriers
// have derived from it.

import { hex, toUtf8 } from "../base/bytes.js";
import { isWhole, mustBe, refuseUnknown } from "../base/errors.js";
import { secondsOf } from "../base/time.js";
import { sha256 } from "../crypto/algorithms.js";
import { sayingBy } from "../base/log.js";
import { KeysInUse, tellOfRing } from "./in_use.js";
import { keysFor } from "./purpose_keys.js";
import { sentencesOf } from "./redact.js";
import { parseRing, warnOfEarlyEnds, warnOfKeyTooSoon } from "./ring.js";

const MOST_SECONDS = 86_400;

/** Reads the content of a ring, and follows it. Throws a `ConfigError`, or what `source` fails with, without a key that it holds. */
export async function follow(source, { every = 60, log, mode, skipXChaCha, ...unknown } = {}) {
  refuseUnknown(unknown);
  mustBe(typeof source === "function", "source", "a function that returns the text of a ring");
  mustBe(isWhole(every, 1, MOST_SECONDS), "every", "1 to 86,400 seconds");
  const say = sayingBy(log);
  const asked = Date.now();
  const options = { mode, skipXChaCha };
  const texts = await firstOf(source);
  return new FollowedRing({ source, every: every * 1000, say, options }, asked, await digestOf(texts), await parseRing(texts, options));
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
  /** Numbers of questions: of the last one, and of the last that was answered. */
  #turns = 0;
  #heard = 0;
  /** The digest of the texts in use, and the digest or the error of the last refusal since then, which was told. */
  #used;
  #refused = null;
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
    this.#asked = now;
    const turn = ++this.#turns;
    let seen;
    try {
      const texts = await this.#settings.source();
      seen = await digestOf(texts);
      if (turn < this.#heard) return;
      this.#heard = turn;
      if (seen !== this.#used) await this.#replace(await parseRing(texts, this.#settings.options), seen, turn);
      this.#refused = null;
    } catch (error) {
      if (turn < this.#heard) return;
      const told = seen ? error : await sentencesOf(error);
      this.#refuse(told, seen ?? String(told));
    }
  }

  /** Derives all keys first, then changes over in one step. */
  async #replace(content, seen, turn) {
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
    const { say } = this.#settings;
    warnOfEarlyEnds(say, content, [...derived.keys()].reduce((most, { overlap }) => Math.max(most, overlap), 0));
    warnOfKeyTooSoon(say, content.keys, earlier);
    tellOfRing(say, "key ring replaced", content, await KeysInUse.at(secondsOf("now", Date.now()), content));
  }

  /** Tells about the same mistake once. */
  #refuse(error, seen) {
    if (seen === this.#refused) return;
    this.#refused = seen;
    this.#settings.say("error", "key ring refused, the earlier one stays in use", { error });
  }
}

/** Keeps no key. */
const digestOf = async (texts) => hex(await sha256(toUtf8(JSON.stringify([texts].flat()))));

/** Some workers have no `WeakRef`. There, carriers stay as long as their ring. */
const referenceTo = (sealer) => (globalThis.WeakRef ? new WeakRef(sealer) : { deref: () => sealer });
