// Sessions in one sealed cookie: the format of SPEC.md, on WebCrypto alone.
//
// The contract of a public function, class or method is in the `.d.ts` file of its entry point, and only there.
//
// Section numbers in this folder refer to SPEC.md, docs/spec/carriers.md, docs/spec/writer.md and, from § 16 on, to
// crates/device/docs/devices.md.

import "./format/keys/looks.js";

export { ConfigError, SessionError } from "./format/base/errors.js";
export { generateKey } from "./keys/generate.js";
export { KeyRing } from "./keys/key_ring.js";
export { decodeDictionary } from "./format/bytes/map.js";
export { padme } from "./state/padding.js";
export { attributes } from "./carrier/attributes.js";
export { csrfToken, verifyCsrf } from "./session/csrf.js";
export { revalidation, revocation } from "./session/revalidation.js";
export { Session } from "./session/session.js";
export { sessionType } from "./session/typed.js";
export { SessionCookie } from "./carrier/cookie.js";
export { SessionHeader } from "./carrier/header.js";
export { SessionToken } from "./carrier/token.js";
