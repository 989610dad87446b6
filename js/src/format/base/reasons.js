// Written by .ci/facts from src/format/base/reasons.toml: change that.

export const REASONS = [
  "UnknownKey", "RetiredKey", "Idle", "Expired", "Revoked", "NotYetValid", "Unvalidated", "UnknownFormat", "Encoding", "TooShort",
  "TooLong", "WrongMode", "Auth", "Duplicate", "Malformed", "Incomplete", "Payload", "Stale",
];
