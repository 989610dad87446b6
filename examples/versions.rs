//! A session's type in its second version, rolled out in two deployments, so that no instance meets a session which it
//! cannot read.
//!
//! Two instances under one key, as they run side by side while the second deployment exchanges them:
//!
//! ```text
//! export SESSION_KEYS=$(hardtack keygen)
//! cargo run --example versions -- 3001 old         # version 1 that reads version 2, of the first deployment
//! cargo run --example versions -- 3002 new         # version 2, of the second deployment
//! curl -c jar -d user=ada http://127.0.0.1:3002/sign-in                # writes version 2
//! curl -b jar http://127.0.0.1:3001/                                   # ada, 0 visits, and the token of a form
//! curl -b jar -c jar -d csrf_token=TOKEN http://127.0.0.1:3001/visit   # writes version 1
//! curl -b jar http://127.0.0.1:3002/                                   # ada, 1 visits
//! ```

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Form, Router,
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionError,
    SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// The type of the first deployment: it writes what the deployment before it wrote, and reads what the next one will.
mod old {
    use super::{Counter, Deserialize, Serialize, SessionData};

    #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, from = Next)]
    pub(super) struct Login {
        user: String,
        visits: u32,
    }

    #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 2)]
    struct Next {
        user: String,
        visits: u32,
        language: Option<String>,
    }

    /// A session that this instance writes loses its language, so the next version has to work without it.
    impl From<Next> for Login {
        fn from(Next { user, visits, .. }: Next) -> Login {
            Login { user, visits }
        }
    }

    impl Counter for Login {
        fn parts(&mut self) -> (&mut String, &mut u32) {
            (&mut self.user, &mut self.visits)
        }
    }
}

/// The type of the second deployment.
mod new {
    use super::{Counter, Deserialize, Serialize, SessionData};

    #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 2, from = Former)]
    pub(super) struct Login {
        user: String,
        visits: u32,
        language: Option<String>,
    }

    #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1)]
    struct Former {
        user: String,
        visits: u32,
    }

    impl From<Former> for Login {
        fn from(Former { user, visits }: Former) -> Login {
            Login {
                user,
                visits,
                language: None,
            }
        }
    }

    impl Counter for Login {
        fn parts(&mut self) -> (&mut String, &mut u32) {
            (&mut self.user, &mut self.visits)
        }
    }
}

/// Parts of both versions, so that the rest of the program is written once.
trait Counter: SessionData {
    /// The user and their visits.
    fn parts(&mut self) -> (&mut String, &mut u32);
}

fn app<T: Counter>(keys: KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys).typed::<T>().build()?;
    let origins = CsrfGuard::new().origin_check_only().typed::<T>();
    Ok(Router::new()
        .route("/", get(home::<T>))
        .route("/visit", post(visit::<T>))
        .layer(CsrfGuard::new().tokens_in_forms().typed::<T>())
        // Has no token, so that curl can send it.
        .route("/sign-in", post(sign_in::<T>).layer(origins))
        .layer(SessionLayer::new(cookie)))
}

/// Shows the session, and the token of a form. An instance that cannot read the session could not make one.
async fn home<T: Counter>(session: Session<T>) -> Result<String, SessionError> {
    let token = session.csrf_token()?;
    let shown = session.update(|login| {
        let (user, visits) = login.parts();
        format!("{user}, {visits} visits\n")
    })?;
    Ok(format!("{shown}{token}\n"))
}

async fn visit<T: Counter>(session: Session<T>, _: GuardedForm) -> Result<(), SessionError> {
    session.update(|login| *login.parts().1 += 1)
}

#[derive(Deserialize)]
struct SignIn {
    user: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in<T: Counter>(
    session: Session<T>,
    Form(SignIn { user }): Form<SignIn>,
) -> Result<(), SessionError> {
    session.sign_in()?;
    session.update(|login| *login.parts().0 = user)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let app = match env::args().nth(2).as_deref() {
        Some("old") => app::<old::Login>(keys)?,
        _ => app::<new::Login>(keys)?,
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
