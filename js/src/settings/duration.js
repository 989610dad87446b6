// Durations as text, as in settings: `1h 30m`. Rust reads them with humantime, which has the same units.

const MOST = 2n ** 64n - 1n;
const SECOND = 1_000_000_000n;

/**
 * The names of each unit, and its nanoseconds.
 *
 * @type {[string[], bigint][]}
 */
const UNITS = [
  [["nanos", "nsec", "ns"], 1n],
  [["usec", "us", "µs"], 1_000n],
  [["millis", "msec", "ms"], 1_000_000n],
  [["seconds", "second", "secs", "sec", "s"], SECOND],
  [["minutes", "minute", "min", "mins", "m"], 60n * SECOND],
  [["hours", "hour", "hr", "hrs", "h"], 3600n * SECOND],
  [["days", "day", "d"], 86_400n * SECOND],
  [["weeks", "week", "wk", "wks", "w"], 604_800n * SECOND],
  [["months", "month"], 2_630_016n * SECOND], // 30.44 days
  [["years", "year", "yr", "yrs", "y"], 31_557_600n * SECOND], // 365.25 days
];

/** A number, with an optional fraction, and a unit. Spaces are allowed even between digits. */
const PART = /\p{White_Space}*(\d[\d\p{White_Space}]*)(?:\.([\d\p{White_Space}]*))?([a-zµ]+)/uy;

/** Returns the whole seconds of a text like `90s`, as a BigInt, or null if Rust would refuse it. */
export function parseDuration(text) {
  let nanos = 0n;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    const added = part && nanosOf(part[1], part[2], part[3]);
    if (added === null) return null;
    nanos += added;
    at = PART.lastIndex;
  }
  const seconds = nanos / SECOND;
  return nanos % SECOND === 0n && seconds <= MOST ? seconds : null;
}

function nanosOf(digits, fraction, name) {
  const [, unit] = UNITS.find(([names]) => names.includes(name)) ?? [];
  if (unit === undefined) return null;
  const whole = digitsOf(digits);
  // Rust counts seconds, or the nanoseconds of a shorter unit.
  const counted = unit < SECOND ? 1n : SECOND;
  if (whole > MOST || (whole * unit) / counted > MOST) return null;
  return fraction === undefined ? whole * unit : addFraction(whole * unit, fraction, unit);
}

/** Adds a fraction. Returns null unless it is a whole number of nanoseconds or, for units from an hour on, of seconds. */
function addFraction(nanos, fraction, unit) {
  const { length } = fraction.replace(/\D/g, "");
  const [numerator, denominator] = [digitsOf(fraction), 10n ** BigInt(length)];
  const counted = unit < 3600n * SECOND ? 1n : SECOND;
  const product = (numerator * unit) / counted;
  if (length === 0 || unit === 1n || denominator > MOST || product > MOST || product % denominator !== 0n) return null;
  return nanos + (product / denominator) * counted;
}

const digitsOf = (text) => BigInt(text.replace(/\D/g, ""));

/** Formats seconds as days, hours, minutes and seconds: `30d 12h`. */
export function showDuration(seconds) {
  /** @type {[bigint, string][]} */
  const parts = [[seconds / 86_400n, "d"], [(seconds / 3600n) % 24n, "h"], [(seconds / 60n) % 60n, "m"], [seconds % 60n, "s"]];
  return parts.filter(([count]) => count > 0n).map(([count, unit]) => `${count}${unit}`).join(" ") || "0s";
}
