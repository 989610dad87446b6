//! Modules of WebAssembly that hold sessions, each chosen by a feature: two of the least size, and one that measures.

#[cfg(feature = "costs")]
pub mod costs;

#[cfg(feature = "dictionary")]
pub mod dictionary {
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
}

#[cfg(feature = "typed")]
pub mod typed {
    use hardtack::{Clock, KeyRing, SessionCookie, SessionData};
    use serde::{Deserialize, Serialize};
    use wasm_bindgen::prelude::wasm_bindgen;

    #[derive(Default, Deserialize, Serialize, PartialEq)]
    struct Visits(u32);

    impl SessionData for Visits {
        const LABEL: &str = "visits";
        const SCHEMA: u32 = 1;
    }

    /// Counts a visit in the session of a `Cookie` field, and returns the `Set-Cookie` field of the response.
    #[wasm_bindgen]
    pub fn visit(keys: &str, cookie_field: &str) -> Option<String> {
        let keys: KeyRing = keys.parse().ok()?;
        let cookie = SessionCookie::encrypted(keys)
            .typed::<Visits>()
            .build()
            .ok()?;
        let session = cookie.load([cookie_field], Clock::system());
        session.update(|visits| visits.0 += 1).ok()?;
        cookie.save(&session).ok()?.into_iter().next()
    }
}
