// Sessions in one sealed cookie: the format of SPEC.md, on WebCrypto alone.
//
// Section numbers in this folder are those of SPEC.md, docs/spec/carriers.md and docs/spec/writer.md.

export { attributes } from "./attributes.js";
export { csrfToken, verifyCsrf } from "./csrf_token.js";
export { decodeDictionary } from "./dictionary.js";
export { ConfigError, SessionError } from "./errors.js";
export { generateKey } from "./key.js";
export { KeyRing } from "./key_ring.js";
export { padme } from "./padding.js";
export { revalidation, revocation } from "./revalidation.js";
export { Session } from "./session.js";
export { SessionCookie } from "./session_cookie.js";
export { SessionHeader, SessionToken } from "./session_token.js";
export { sessionType } from "./session_type.js";
