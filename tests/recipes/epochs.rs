use hardtack::{ConfigError, KeyRing, SessionCookie, SessionData, session::Validity};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)] // feature `derive`
#[session(label = "login", schema = 1)]
struct Login {
    user: Option<u64>,
    epoch: u32,
}

/// The application's own access to its table of users.
trait Users: Send + Sync + 'static {
    /// `None`: there is no such user any more.
    fn epoch_of(&self, user: u64) -> impl Future<Output = std::io::Result<Option<u32>>> + Send;
}

fn cookie(keys: KeyRing, users: Arc<impl Users>) -> Result<SessionCookie<Login>, ConfigError> {
    SessionCookie::encrypted(keys)
        .typed::<Login>()
        .revalidate_after(Duration::from_secs(60), move |session| {
            let (users, login) = (Arc::clone(&users), session.value());
            async move {
                // The session of a visitor who is not signed in is always valid.
                let Some(Login {
                    user: Some(user),
                    epoch,
                }) = login
                else {
                    return Ok::<_, std::io::Error>(Validity::Valid);
                };
                Ok(Validity::valid_if(
                    users.epoch_of(user).await? == Some(epoch),
                ))
            }
        })
        .build()
}

// What follows is not in the document.

use std::{io, sync::Mutex};

use hardtack::{Session, session::Reason};

use super::{outcome_of, stored};
use crate::common::{at, block_on, ring};

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
    let signed_in = |user| {
        let login = Login {
            user: Some(user),
            epoch: 1,
        };
        let session = cookie.load([""], at(0));
        session.sign_in().unwrap();
        session.replace(login).unwrap();
        stored(&cookie, &session)
    };
    let user_at = |field: &str, second| {
        let session: Session<Login> = cookie.load([field], at(second));
        let answer = block_on(session.validate());
        (
            answer.is_ok().then(|| session.read(|login| login.user)),
            outcome_of(&session),
        )
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
    *table.0.lock().unwrap() = Some(vec![(8, 1)]);
    assert_eq!(user_at(&bea, 61).0, Some(Some(8)));
}

/// By the two lines that the page gives for it.
#[test]
fn a_raised_epoch_ends_a_session_that_is_a_dictionary() {
    let table = Arc::new(Table(Mutex::new(Some(vec![(7, 1)]))));
    let users = Arc::clone(&table);
    let cookie = SessionCookie::encrypted(ring())
        .revalidate_after(Duration::from_secs(60), move |session| {
            let users = Arc::clone(&users);
            let login = session
                .get("user")
                .map(|user| (user, session.get("epoch").unwrap_or(0)));
            async move {
                let Some((user, epoch)) = login else {
                    return Ok::<_, io::Error>(Validity::Valid);
                };
                Ok(Validity::valid_if(
                    users.epoch_of(user).await? == Some(epoch),
                ))
            }
        })
        .build()
        .unwrap();
    let field = |epoch: Option<u32>| {
        let fill = |session: &Session| {
            session.insert("user", 7)?;
            epoch.map_or(Ok(()), |epoch| session.insert("epoch", epoch))
        };
        cookie.cookie_for(at(0), fill).unwrap()
    };
    let user = |field: &str| {
        let session: Session = cookie.load([field], at(60));
        block_on(session.validate()).unwrap();
        session.get::<u64>("user").unwrap()
    };
    let (current, without) = (field(Some(1)), field(None));
    assert_eq!((user(&current), user(&without)), (Some(7), None));
    *table.0.lock().unwrap() = Some(vec![(7, 2)]);
    assert_eq!(user(&current), None);
    for line in [
        r#"`let login = session.get("user").map(|user| (user, session.get("epoch").unwrap_or(0)));`"#,
        "`let Some((user, epoch)) = login else {`",
    ] {
        assert!(super::ENDING.contains(line), "{line}");
    }
}
