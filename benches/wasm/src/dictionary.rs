use hardtack::{Clock, KeyRing, SessionCookie};
use wasm_bindgen::prelude::wasm_bindgen;

/// Counts a visit in the session of a `Cookie` field, and returns the `Set-Cookie` field of the response.
#[wasm_bindgen]
pub fn visit(keys: &str, cookie_field: &str) -> Option<String> {
    let keys: KeyRing = keys.parse().ok()?;
    let cookie = SessionCookie::encrypted(keys).build().ok()?;
    let session = cookie.load([cookie_field], Clock::system());
    session
        .update("visits", |visits: &mut u32| *visits += 1)
        .ok()?;
    cookie.save(&session).ok()?.into_iter().next()
}
