//! The site that every example of this package serves: a user, and a count.
//!
//! | | |
//! |---|---|
//! | `GET /` | the user and the count, such as `ada 2` |
//! | `POST /sign-in` with the form `name=ada` | signs in |
//! | `POST /count` | adds one |
//! | `POST /sign-out` | signs out |

use std::{
    env,
    error::Error,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

use hardtack::{EncryptionKey, KeyRing, Session, SessionCookie, SessionError, web::Failure};
use http::StatusCode;

/// Shows the user and the count.
pub fn home(session: &Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}

/// Signs in. An application asks for a password.
pub fn sign_in(session: &Session, name: &str) -> Result<String, SessionError> {
    // A new id, so that a session planted in this browser does not become a signed-in one.
    session.sign_in()?;
    session.insert("user", name)?;
    home(session)
}

/// Adds one to the count.
pub fn count(session: &Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    home(session)
}

/// Signs out.
pub fn sign_out(session: &Session) -> Result<String, SessionError> {
    session.invalidate()?;
    home(session)
}

/// Returns the status and the text of the response to an error: 413 if the session is full, or 503 if another instance may
/// read it. Anyone can cause these, and `save_to` logs them once a minute. The rest is a fault of the server, and the text
/// does not show its sentence, which is for the log.
pub fn answer_to(error: impl Into<Failure>) -> (StatusCode, String) {
    let failure = error.into();
    let (status, text) = failure.status_and_sentence();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        eprintln!("{failure}");
    }
    (status, text.to_owned())
}

/// Builds the cookie with the keys of `SESSION_KEYS`, or with a fresh key where it is not set.
pub fn cookie() -> Result<SessionCookie, Box<dyn Error>> {
    let keys: KeyRing = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    Ok(SessionCookie::encrypted(keys).build()?)
}

/// Returns the address of this machine, with the port of the first argument, or 3000.
pub fn address() -> Result<SocketAddr, Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    Ok((Ipv4Addr::LOCALHOST, port).into())
}

/// Listens at that address, and prints it.
pub fn listener() -> Result<TcpListener, Box<dyn Error>> {
    let listener = TcpListener::bind(address()?)?;
    listener.set_nonblocking(true)?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(listener)
}
