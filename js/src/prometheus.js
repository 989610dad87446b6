// Counts for Prometheus, by prom-client, with the names and labels of docs/metrics.md.

import { Counter, Gauge, Histogram, register as defaultRegister } from "prom-client";

import { IS_COMPARED, SessionError } from "./format/base/errors.js";
import { BEGINNINGS, CHANGES, FAILURES, METRICS, OUTCOMES, OUTCOMES_OF_OLD_COOKIES, REFUSALS, RETURNS } from "./base/metrics.js";
import { REASONS } from "./format/base/reasons.js";
import { ringFingerprint, settingsFingerprint } from "./keys/in_use.js";
import { changesOf } from "./state/decide.js";
import { lastActiveOf } from "./state/lifetime.js";

/** Outcomes, each with a reason and what is known of its key. */
const READ = [
  ...[...OUTCOMES, ...OUTCOMES_OF_OLD_COOKIES].flatMap((outcome) => {
    const hasReason = outcome === "Rejected" || outcome === "NotMigrated";
    return (hasReason ? REASONS : [""]).map((reason) => [outcome, reason]);
  }),
  ["Rejected", "UnknownKey", "dropped"],
  ["OpenedUnderAcceptedKey", "", "superseded"],
  ["Rejected", "RetiredKey", "superseded"],
];
/** Without Rust's `Session`: other errors of a handler are answered by its framework. */
const FAILURES_HERE = FAILURES.filter((failure) => failure !== "Session");
/** By the codes of a guard, which spells them `cross-site`. Without Rust's `NotAsked`. */
const REFUSALS_HERE = new Map(
  REFUSALS.filter((name) => name !== "NotAsked").map((name) => [name.replace(/\B[A-Z]/g, "-$&").toLowerCase(), name]),
);
/** Seconds within which a session that was written returns if its client keeps cookies. docs/alerts.yml compares five minutes. */
const SOON = 60;
/** Lengths of tokens: the sizes that settings allow (3,072, 4,096, three cookies), and how near a session is to the first. */
const BUCKETS = [256, 512, 1024, 2048, 2500, 3072, 4096, 12_288];

/** A property of a gauge in the register: it is removed with the register, and a second copy of this module finds it. */
const OWNER = Symbol.for("hardtack-session/prometheus");

export function prometheus(register = defaultRegister) {
  // A register accepts each name once.
  return register.getSingleMetric("hardtack_info")?.[OWNER] ?? new Metrics(register);
}

class Metrics {
  /** References to the sealers of carriers, and their purposes. */
  #carriers = [];
  #read;
  #returned;
  #written;
  #bytes;
  #failures;
  #refusals;
  #dropped;
  #keysReturned;

  constructor(register) {
    const make = (Kind, name, more) => new Kind({ name: `hardtack_${name}`, ...METRICS[name], registers: [register], ...more });
    this.#read = make(Counter, "sessions_read_total");
    this.#returned = make(Counter, "sessions_returned_total");
    this.#written = make(Counter, "sessions_written_total");
    this.#bytes = make(Histogram, "token_bytes", { buckets: BUCKETS });
    this.#failures = make(Counter, "failures_total");
    this.#refusals = make(Counter, "csrf_refusals_total");
    this.#dropped = make(Counter, "keys_dropped_total");
    this.#keysReturned = make(Counter, "keys_returned_total");
    for (const failure of FAILURES_HERE) this.#failures.inc({ failure }, 0);
    for (const refusal of REFUSALS_HERE.values()) this.#refusals.inc({ refusal }, 0);
    this.#makeGauges(make);
  }

  #makeGauges(make) {
    const inUse = () => this.#inUse();
    /** `shown(carrier)` returns the labels and the value. Of several carriers with the same labels, the largest value is shown. */
    const gauge = (name, shown) =>
      make(Gauge, name, {
        // For the processes of a cluster, prom-client does the same.
        aggregator: "max",
        async collect() {
          const facts = await Promise.all(inUse().map(shown));
          this.reset();
          for (const [labels, value] of facts.toSorted((a, b) => a[1] - b[1])) this.set(labels, value);
        },
      });
    const isOfSource = ({ kind }) => kind === "SourceRefused" || kind === "SourceHangs";
    const refusedSince = (ring) => ring.problems?.(Date.now() / 1000).find(isOfSource)?.since ?? 0;
    const info = async ({ purpose, ring, settings }) => {
      // So that an instance without visitors asks its source, too. Not awaited: a source that hangs must not delay the scrape.
      ring.refresh?.(Date.now());
      return [{ purpose, fingerprint: await ringFingerprint(ring), settings: await settingsFingerprint(settings) }, 1];
    };
    gauge("info", info)[OWNER] = this;
    gauge("program_lacks_ring_seconds", ({ purpose, seen }) => [{ purpose }, seen.sealedLate?.at ?? 0]);
    const since = ({ purpose, ring }) => [{ purpose }, refusedSince(ring) / 1000];
    gauge("source_refused_since_seconds", since);
    const from = ({ purpose, notBefore }) => [{ purpose }, notBefore];
    gauge("not_before_seconds", from);
  }

  /** Returns facts about the carriers that are still in memory. */
  #inUse() {
    this.#carriers = this.#carriers.filter(({ reference }) => reference.deref());
    return this.#carriers.flatMap(({ purpose, reference }) => {
      const sealer = reference.deref();
      return sealer ? { purpose, ring: sealer.tokens.ring, settings: sealer.settings, notBefore: sealer.notBefore, seen: sealer.seen } : [];
    });
  }

  /** Returns the functions that count the sessions of a carrier. */
  ofCarrier(purpose, sealer) {
    this.#carriers.push({ purpose, reference: new WeakRef(sealer) });
    for (const [outcome, reason, known = ""] of READ) this.#read.inc({ purpose, outcome, reason, known }, 0);
    for (const change of [...BEGINNINGS, ...CHANGES]) this.#written.inc({ purpose, change, reason: "" }, 0);
    for (const change of RETURNS) this.#returned.inc({ purpose, change }, 0);
    for (const change of BEGINNINGS) {
      for (const reason of REASONS) this.#written.inc({ purpose, change, reason }, 0);
    }
    this.#bytes.zero({ purpose });
    const failed = (failure) => this.#failures.inc({ failure });
    return {
      failed,
      arrived: (metadata, now) => {
        const { issued, sid } = metadata;
        // `signIn` and `renew` give each session an id.
        const change = now - issued >= SOON ? "Written" : sid ? "SignedIn" : "Began";
        if (now - lastActiveOf(metadata) < SOON) this.#returned.inc({ purpose, change });
      },
      read: ({ kind, reason = "", known = "" }) => this.#read.inc({ purpose, outcome: spelled(kind), reason, known }),
      finished: async (finishing) => {
        const failing = (error) => void failed(error instanceof SessionError ? "Save" : "Setup");
        const decision = await finishing.catch(failing);
        if (decision) this.#countDecision(purpose, decision, failed);
      },
      refused: (error) => {
        const refusal = REFUSALS_HERE.get(error.code === "cross-site" && error[IS_COMPARED] ? "other-host" : error.code);
        if (refusal) this.#refusals.inc({ refusal });
      },
    };
  }

  /** Returns the functions that count the versions of a followed ring. */
  ofRing() {
    return {
      replaced: (dropped, returned) => {
        this.#dropped.inc(dropped);
        this.#keysReturned.inc(returned);
      },
    };
  }

  #countDecision(purpose, decision, failed) {
    const { state, token } = decision;
    for (const change of changesOf(decision)) {
      const reason = (BEGINNINGS.includes(change) && state.outcome.reason) || "";
      this.#written.inc({ purpose, change, reason });
    }
    if (token !== undefined) this.#bytes.observe({ purpose }, token.length);
    if (decision.isFailed) failed("ServerError");
    const failure = state.hasFailed && failureOf(state);
    if (failure) failed(failure);
  }
}

/** Returns the failure for an error of the session, or null. A session without the proof of its device is not a failure. */
function failureOf({ failure, outcome }) {
  if (failure?.code === "size") return "Full";
  if (failure?.code === "unreadable") return outcome.reason === "Payload" ? "UnreadableSchema" : "UnreadableKey";
  return null;
}

/** Returns an outcome as Rust spells it. */
const spelled = (kind) => kind[0].toUpperCase() + kind.slice(1);
