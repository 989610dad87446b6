//! An epoch in each session: a sign-in, a new password, and a message for devices that it has signed out.

use hardtack::{
    Session, SessionData, SessionError,
    session::{Outcome, Reason},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)] // feature `derive`
#[session(label = "login", schema = 1)]
struct Login {
    user_id: Option<Uuid>,
    epoch: i32,
}

fn sign_in(session: &Session<Login>, user_id: Uuid, epoch: i32) -> Result<(), SessionError> {
    session.sign_in()?;
    session.replace(Login {
        user_id: Some(user_id),
        epoch,
    })
}

/// After `UPDATE users SET password_hash = $1, epoch = epoch + 1 WHERE user_id = $2 RETURNING epoch`. This device stays
/// signed in; every other one, and every copy of a cookie, ends within two minutes.
fn password_changed(session: &Session<Login>, epoch: i32) -> Result<(), SessionError> {
    session.renew()?;
    session.update(|login| login.epoch = epoch)
}

/// For the gate: such a session is asked about in each request, until something ends it.
fn drop_revoked(session: &Session<Login>) -> Result<(), SessionError> {
    if let Outcome::Rejected {
        reason: Reason::Revoked,
        ..
    } = session.outcome()
    {
        session.invalidate()?;
        session.flash("", "You have been signed out.")?;
    }
    Ok(())
}

// Its test.

use hardtack::SessionCookie;

use super::stored;
use crate::common::{at, block_on, builder, seconds};

/// The epoch of every user is 2 from second 10 on.
fn cookie() -> SessionCookie<Login> {
    let builder = builder().typed::<Login>();
    let builder =
        builder.revalidate_after(seconds(60), |session| {
            let epoch = session.value().map(|login| login.epoch);
            async move {
                Ok::<_, std::io::Error>(hardtack::session::Validity::valid_if(epoch == Some(2)))
            }
        });
    builder.build().unwrap()
}

#[test]
fn a_new_password_keeps_this_device_and_ends_every_other_one_with_a_message() {
    let (cookie, user) = (cookie(), Uuid::from_u128(7));
    let devices = [0, 0].map(|second| {
        let session = cookie.load([""], at(second));
        sign_in(&session, user, 1).unwrap();
        stored(&cookie, &session)
    });
    let session = cookie.load([&devices[0]], at(10));
    password_changed(&session, 2).unwrap();
    let here = stored(&cookie, &session);
    // A minute later.
    let visit = |field: &str| {
        let session = cookie.load([field], at(70));
        block_on(session.validate()).unwrap();
        drop_revoked(&session).unwrap();
        session
    };
    assert_eq!(visit(&here).read(|login| login.user_id), Some(user));
    for other in [&devices[1], &devices[0]] {
        let session = visit(other);
        assert_eq!(session.read(|login| login.user_id), None);
        // The cookie is another one then, and nobody is asked about it.
        let seen = cookie.load([&stored(&cookie, &session)], at(71));
        assert_eq!(seen.flashes(""), ["You have been signed out."]);
        assert_eq!(seen.outcome().reason(), None);
    }
}
