use hardtack::{ConfigError, KeyRing, SessionCookie, session::SessionId};

fn cookie(
    keys: KeyRing,
    epoch_of: impl Fn(u64) -> u32 + Send + Sync + 'static,
    is_denied: impl Fn(SessionId) -> bool + Send + Sync + 'static,
) -> Result<SessionCookie, ConfigError> {
    SessionCookie::encrypted(keys)
        .revoked_if(move |session| {
            let user = session.get("user");
            session.info().id.is_some_and(&is_denied)
                || user.is_some_and(|user| session.get("epoch") < Some(epoch_of(user)))
        })
        .build()
}

// What follows is not in the document.

use std::sync::{Arc, Mutex};

use hardtack::{Session, session::Reason};

use super::{outcome_of, stored};
use crate::common::{at, ring};

#[test]
fn a_denied_id_ends_its_copies_and_an_epoch_all_of_the_user_at_once() {
    let denied = Arc::new(Mutex::new(Vec::new()));
    let epoch = Arc::new(Mutex::new(1));
    let cookie = {
        let (denied, epoch) = (Arc::clone(&denied), Arc::clone(&epoch));
        let epoch_of = move |user| if user == 7 { *epoch.lock().unwrap() } else { 1 };
        cookie(ring(), epoch_of, move |id| {
            denied.lock().unwrap().contains(&id)
        })
        .unwrap()
    };
    let signed_in = |user: u64| {
        let session = cookie.load([""], at(0));
        session.sign_in().unwrap();
        session.insert("user", user).unwrap();
        session.insert("epoch", 1).unwrap();
        stored(&cookie, &session)
    };
    let reason = |field: &str| outcome_of(&cookie.load([field], at(1)));
    let [first, second, other] = [7, 7, 8].map(signed_in);
    let visitor = cookie
        .cookie_for(at(0), |session| session.insert("theme", "dark"))
        .unwrap();
    let copy = first.clone();
    let session: Session = cookie.load([&first], at(1));
    let id = session.invalidate().unwrap();
    assert_eq!(reason(&copy), None);
    denied.lock().unwrap().extend(id);
    assert_eq!(reason(&copy), Some(Reason::Revoked));
    assert_eq!(
        [&second, &other, &visitor].map(|field| reason(field)),
        [None; 3]
    );
    *epoch.lock().unwrap() = 2;
    assert_eq!(
        [&second, &other, &visitor].map(|field| reason(field)),
        [Some(Reason::Revoked), None, None]
    );
    // A list that lags behind the sign-in.
    *epoch.lock().unwrap() = 0;
    assert_eq!(reason(&second), None);
}
