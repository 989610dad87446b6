// Written by .ci/facts from src/events/metrics.toml: change that.

export const OUTCOMES = [
  "Absent", "Opened", "OpenedUnderAcceptedKey", "Rejected",
];
export const OUTCOMES_OF_OLD_COOKIES = [
  "Migrated", "NotMigrated",
];
export const BEGINNINGS = [
  "Began", "SignedIn",
];
export const CHANGES = [
  "Changed", "Refreshed", "Resealed", "Ended",
];
export const RETURNS = [
  "Began", "SignedIn", "Written",
];
export const FAILURES = [
  "Session", "Full", "UnreadableSchema", "UnreadableKey", "Save", "ServerError", "Setup", "Validation", "ValidationHangs",
];
export const REFUSALS = [
  "CrossSite", "OtherHost", "PlainHttp", "ServiceWorker", "NoToken", "WrongToken", "TooLarge", "NotAsked",
];

/** Without the `hardtack_` of their names. */
export const METRICS = {
  sessions_read_total: {
    help: "Sessions that were read.",
    labelNames: ["purpose", "outcome", "reason", "known"],
  },
  sessions_returned_total: {
    help: "Sessions that came within a minute after they were written.",
    labelNames: ["purpose", "change"],
  },
  sessions_written_total: {
    help: "Sessions sent or dropped.",
    labelNames: ["purpose", "change", "reason"],
  },
  token_bytes: {
    help: "Lengths of sealed tokens.",
    labelNames: ["purpose"],
  },
  failures_total: {
    help: "Requests whose session failed.",
    labelNames: ["failure"],
  },
  csrf_refusals_total: {
    help: "Requests that `CsrfGuard` or an extractor refused.",
    labelNames: ["refusal"],
  },
  keys_dropped_total: {
    help: "Keys that a watched ring lost or retires too early.",
    labelNames: [],
  },
  keys_returned_total: {
    help: "Keys that open longer than an earlier ring said.",
    labelNames: [],
  },
  info: {
    help: "Cookies, headers and tokens with these fingerprints.",
    labelNames: ["purpose", "fingerprint", "settings"],
  },
  program_lacks_ring_seconds: {
    help: "Unix seconds of the last session that was `superseded`, or 0.",
    labelNames: ["purpose"],
  },
  source_refused_since_seconds: {
    help: "Unix seconds since which the source of the ring is refused or does not answer, or 0.",
    labelNames: ["purpose"],
  },
  not_before_seconds: {
    help: "Unix seconds of `not_before`, or 0.",
    labelNames: ["purpose"],
  },
};
