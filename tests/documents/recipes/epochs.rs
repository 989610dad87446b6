use hardtack::{ConfigError, KeyRing, SessionCookie, session::Validity};
use std::{sync::Arc, time::Duration};

/// Your table of users.
trait Users: Send + Sync + 'static {
    /// `None`: there is no such user.
    fn epoch_of(&self, user: u64) -> impl Future<Output = std::io::Result<Option<u32>>> + Send;
}

fn cookie(keys: KeyRing, users: Arc<impl Users>) -> Result<SessionCookie, ConfigError> {
    SessionCookie::encrypted(keys)
        .revalidate_after(Duration::from_secs(60), move |session| {
            let (user, epoch) = (session.get("user"), session.get("epoch"));
            let users = Arc::clone(&users);
            async move {
                // A visitor who is not signed in.
                let Some(user) = user else {
                    return Ok(Validity::Valid);
                };
                let current = users.epoch_of(user).await?;
                // A replica of the table may lag behind the sign-in.
                let is_valid = current.is_some() && epoch >= current;
                Ok::<_, std::io::Error>(Validity::valid_if(is_valid))
            }
        })
        .build()
}

// What follows is not in the document.

use std::{io, sync::Mutex};

use hardtack::{Session, SessionData, session::Reason};
use serde::{Deserialize, Serialize};

use super::{outcome_of, stored};
use crate::common::{at, block_on, is_valid, ring};

/// The table of users. `None`: it does not answer.
struct Table(Mutex<Option<Vec<(u64, u32)>>>);

impl Users for Table {
    async fn epoch_of(&self, user: u64) -> io::Result<Option<u32>> {
        let users = self.0.lock().unwrap();
        let users = users.as_ref().ok_or_else(|| io::Error::other("away"))?;
        Ok(users
            .iter()
            .find(|(id, _)| *id == user)
            .map(|(_, epoch)| *epoch))
    }
}

#[test]
fn a_raised_epoch_ends_all_sessions_of_the_user_and_copies_after_a_minute() {
    let table = Arc::new(Table(Mutex::new(Some(vec![(7, 1), (8, 1)]))));
    let cookie = cookie(ring(), Arc::clone(&table)).unwrap();
    let signed_in = |user: u64| {
        let session = cookie.load([""], at(0));
        session.sign_in().unwrap();
        session.insert("user", user).unwrap();
        session.insert("epoch", 1).unwrap();
        stored(&cookie, &session)
    };
    let user_at = |field: &str, second| {
        let session: Session = cookie.load([field], at(second));
        let answer = block_on(session.validate());
        let user = || session.get::<u64>("user").unwrap();
        (answer.is_ok().then(user), outcome_of(&session))
    };
    let (ada, bea) = (signed_in(7), signed_in(8));
    let visitor = cookie
        .cookie_for(at(0), |session| session.flash("q", "m"))
        .unwrap();
    *table.0.lock().unwrap() = Some(vec![(7, 2), (8, 1)]);
    // Within the interval nobody is asked, and then a copy ends, too.
    assert_eq!(user_at(&ada, 59).0, Some(Some(7)));
    for copy in [&ada, &ada.clone()] {
        assert_eq!(user_at(copy, 60), (Some(None), Some(Reason::Revoked)));
    }
    assert_eq!(user_at(&bea, 60), (Some(Some(8)), None));
    assert_eq!(user_at(&visitor, 60), (Some(None), None));
    // A user who is gone, and a table that does not answer, which signs nobody out.
    *table.0.lock().unwrap() = Some(vec![]);
    assert_eq!(user_at(&bea, 60).1, Some(Reason::Revoked));
    *table.0.lock().unwrap() = None;
    assert_eq!(user_at(&bea, 60), (None, Some(Reason::Unvalidated)));
    // Until the idle timeout has passed since the last answer, however often the visitor came meanwhile.
    assert_eq!(user_at(&bea, 1_799).1, Some(Reason::Unvalidated));
    assert_eq!(user_at(&bea, 1_801), (Some(None), Some(Reason::Idle)));
    *table.0.lock().unwrap() = Some(vec![(8, 1)]);
    assert_eq!(user_at(&bea, 61).0, Some(Some(8)));
}

#[test]
fn a_replica_that_lags_does_not_end_a_session_that_began_after_the_change() {
    let replica = Arc::new(Table(Mutex::new(Some(vec![(7, 1)]))));
    let cookie = cookie(ring(), replica).unwrap();
    let field = cookie.cookie_for(at(0), |session| {
        session.insert("user", 7)?;
        session.insert("epoch", 2)
    });
    let session: Session = cookie.load([field.unwrap()], at(60));
    assert!(is_valid(&session));
}

#[test]
fn a_session_without_an_epoch_ends() {
    let table = Arc::new(Table(Mutex::new(Some(vec![(7, 1)]))));
    let cookie = cookie(ring(), table).unwrap();
    let field = cookie
        .cookie_for(at(0), |session| session.insert("user", 7))
        .unwrap();
    let session: Session = cookie.load([&field], at(60));
    assert!(!is_valid(&session));
}

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
#[session(label = "login", schema = 1)]
struct Login {
    user: Option<u64>,
    epoch: u32,
}

/// By the value that the page names for it.
#[test]
fn a_raised_epoch_ends_a_session_of_a_type() {
    let cookie = SessionCookie::encrypted(ring())
        .typed::<Login>()
        .revalidate_after(Duration::from_secs(60), |session| {
            let epoch = session.value().map(|login| login.epoch);
            async move { Ok::<_, io::Error>(Validity::valid_if(epoch == Some(2))) }
        })
        .build()
        .unwrap();
    let is_valid_in = |epoch| {
        let login = Login {
            user: Some(7),
            epoch,
        };
        let field = cookie.cookie_for(at(0), |session| session.replace(login));
        let session = cookie.load([field.unwrap()], at(60));
        block_on(session.validate()).unwrap() == Validity::Valid
    };
    assert_eq!([1, 2].map(is_valid_in), [false, true]);
}
