// The settings that must be the same in all programs that share sessions, as one line to compare (SPEC.md § 3.7).

/** Returns the line. `purpose`: the name of § 3.2.1. `rules`: the policy of a `SessionSealer`. `attributes`: a cookie's, or undefined. */
export function settingsText(mode, purpose, application, context, rules, attributes) {
  const { type, idle, absolute, rememberUpTo, rememberedIdle, revalidateAfter, skew, budget, persistent, devices } = rules;
  const { allowed, padding } = budget;
  // The name of a cookie has no colon.
  const colon = purpose.indexOf(":");
  const pairs = {
    [colon < 0 ? "cookie" : purpose.slice(0, colon)]: encoded(purpose.slice(colon + 1)),
    mode: mode === "signed" ? "unencrypted-but-signed" : mode,
    application: encoded(application),
    type: encoded(type.label),
    schema: type.schema ?? 0,
    context: context.map((pair) => pair.map(encoded).join(":")),
    idle_timeout: orOff(idle < Infinity ? Math.min(idle, absolute) : 0),
    absolute_timeout: absolute,
    remember_up_to: orOff(rememberUpTo),
    remembered_idle_timeout: orOff(rememberedIdle),
    revalidate_after: orOff(revalidateAfter?.seconds),
    clock_skew: skew,
    size: `${allowed.cookies}x${allowed.field}`,
    padding: padding ? "padme" : "none",
  };
  if (attributes) {
    const { path, domain, sameSite = "omit", secure = false, partitioned = false } = attributes;
    const ofCookie = { path: encoded(path), domain: encoded(domain?.toLowerCase()), same_site: sameSite, secure, partitioned, persistent };
    Object.assign(pairs, ofCookie, { device_bound: !!devices });
  }
  return Object.entries(pairs).map((pair) => pair.join("=")).join(" ");
}

/** Returns `off` for a duration that is 0, infinite or undefined. */
const orOff = (span) => (span > 0 && span < Infinity ? span : "off");

const encoded = (text) => encodeURIComponent(text ?? "").replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
