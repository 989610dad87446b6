//! The program of each way to keep a session, of which a feature builds one: `programs` counts what it needs.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "axum_alone")]
    axum_alone::main()?;
    #[cfg(feature = "axum_hardtack")]
    axum_hardtack::main()?;
    #[cfg(feature = "axum_jsonwebtoken")]
    axum_jsonwebtoken::main()?;
    #[cfg(feature = "axum_private_jar")]
    axum_private_jar::main()?;
    #[cfg(feature = "axum_seshcookie")]
    axum_seshcookie::main()?;
    #[cfg(feature = "axum_tower_sessions")]
    axum_tower_sessions::main()?;
    #[cfg(feature = "axum_tower_sessions_cookie_store")]
    axum_tower_sessions_cookie_store::main()?;
    #[cfg(feature = "actix_alone")]
    actix_alone::main()?;
    #[cfg(feature = "actix_hardtack")]
    actix_hardtack::main()?;
    #[cfg(feature = "actix_session_cookie")]
    actix_session_cookie::main()?;
    #[cfg(feature = "actix_session_redis")]
    actix_session_redis::main()?;
    Ok(())
}

#[cfg(feature = "axum_alone")]
mod axum_alone {
    //! The parts that every other program with axum has, too.

    use axum::{Router, routing::get};

    #[tokio::main]
    pub(super) async fn main() -> std::io::Result<()> {
        let app = Router::new().route("/", get(async || "signed in"));
        axum::serve(hardtack_peers::tokio_listener()?, app).await
    }
}

#[cfg(feature = "axum_hardtack")]
mod axum_hardtack {
    //! hardtack's layer for axum, a dictionary.

    use std::error::Error;

    use axum::{Router, routing::get};
    use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
    use hardtack_peers::{CSRF, LANGUAGE, USER};

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
        let app = Router::new()
            .route("/", get(sign_in))
            .layer(SessionLayer::new(cookie));
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
        session.insert("user", USER)?;
        session.insert("csrf", CSRF)?;
        session.insert("language", LANGUAGE)?;
        Ok("signed in")
    }
}

#[cfg(feature = "axum_jsonwebtoken")]
mod axum_jsonwebtoken {
    //! A JWT in a cookie, signed with HS256 and not encrypted.

    use std::{
        error::Error,
        time::{Duration, SystemTime, UNIX_EPOCH},
    };

    use axum::{Router, routing::get};
    use axum_extra::extract::cookie::{Cookie, CookieJar};
    use hardtack_peers::{CSRF, LANGUAGE, USER};
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde::Serialize;

    #[derive(Serialize)]
    struct Login {
        user: u64,
        csrf: &'static str,
        language: &'static str,
        exp: u64,
    }

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let key = EncodingKey::from_secret(&[7; 32]);
        let app = Router::new().route("/", get(move |jar| async move { sign_in(jar, &key) }));
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    fn sign_in(jar: CookieJar, key: &EncodingKey) -> Result<(CookieJar, &'static str), String> {
        let end = SystemTime::now() + Duration::from_secs(12 * 3600);
        let exp = end
            .duration_since(UNIX_EPOCH)
            .map_err(|error| error.to_string())?
            .as_secs();
        let login = Login {
            user: USER,
            csrf: CSRF,
            language: LANGUAGE,
            exp,
        };
        let token = encode(&Header::default(), &login, key).map_err(|error| error.to_string())?;
        Ok((jar.add(Cookie::new("session", token)), "signed in"))
    }
}

#[cfg(feature = "axum_private_jar")]
mod axum_private_jar {
    //! axum-extra's private jar, with JSON in its cookie.

    use std::error::Error;

    use axum::{Router, extract::FromRef, routing::get};
    use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar};
    use hardtack_peers::{CSRF, LANGUAGE, USER};
    use serde::Serialize;

    #[derive(Clone, FromRef)]
    struct State {
        key: Key,
    }

    #[derive(Serialize)]
    struct Login {
        user: u64,
        csrf: &'static str,
        language: &'static str,
    }

    const LOGIN: Login = Login {
        user: USER,
        csrf: CSRF,
        language: LANGUAGE,
    };

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let state = State {
            key: Key::generate(),
        };
        let app = Router::new().route("/", get(sign_in)).with_state(state);
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    async fn sign_in(jar: PrivateCookieJar) -> Result<(PrivateCookieJar, &'static str), String> {
        let login = serde_json::to_string(&LOGIN).map_err(|error| error.to_string())?;
        Ok((jar.add(Cookie::new("session", login)), "signed in"))
    }
}

#[cfg(feature = "axum_seshcookie")]
mod axum_seshcookie {
    //! seshcookie, a layer with a typed session, which it keeps as JSON.

    use std::error::Error;

    use axum::{Router, routing::get};
    use hardtack_peers::{CSRF, LANGUAGE, USER};
    use serde::{Deserialize, Serialize};
    use seshcookie::{Session, SessionConfig, SessionKeys, SessionLayer};

    #[derive(Clone, Serialize, Deserialize)]
    struct Login {
        user: u64,
        csrf: String,
        language: String,
    }

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let layer =
            SessionLayer::<Login>::new(SessionKeys::new(&[7; 32])?, SessionConfig::default())?;
        let app = Router::new().route("/", get(sign_in)).layer(layer);
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    async fn sign_in(session: Session<Login>) -> &'static str {
        let login = Login {
            user: USER,
            csrf: CSRF.to_owned(),
            language: LANGUAGE.to_owned(),
        };
        session.insert(login).await;
        "signed in"
    }
}

#[cfg(feature = "axum_tower_sessions")]
mod axum_tower_sessions {
    //! tower-sessions, with its store for Redis.

    use std::error::Error;

    use axum::{Router, routing::get};
    use hardtack_peers::{CSRF, LANGUAGE, USER};
    use tower_sessions::{Session, SessionManagerLayer, session::Error as SessionError};
    use tower_sessions_redis_store::{RedisStore, fred::prelude::*};

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let config = Config::from_url(&hardtack_peers::redis())?;
        let pool = Pool::new(config, None, None, None, 6)?;
        pool.connect();
        pool.wait_for_connect().await?;
        let layer = SessionManagerLayer::new(RedisStore::new(pool));
        let app = Router::new().route("/", get(sign_in)).layer(layer);
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    async fn sign_in(session: Session) -> Result<&'static str, String> {
        store(&session).await.map_err(|error| error.to_string())?;
        Ok("signed in")
    }

    async fn store(session: &Session) -> Result<(), SessionError> {
        session.insert("user", USER).await?;
        session.insert("csrf", CSRF).await?;
        session.insert("language", LANGUAGE).await
    }
}

#[cfg(feature = "axum_tower_sessions_cookie_store")]
mod axum_tower_sessions_cookie_store {
    //! tower-sessions-cookie-store, private.

    use std::error::Error;

    use axum::{Router, routing::get};
    use hardtack_peers::{CSRF, LANGUAGE, USER};
    use tower_sessions_cookie_store::{CookieSessionManagerLayer, Key, Session};
    use tower_sessions_core::session::Error as SessionError;

    #[tokio::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let layer = CookieSessionManagerLayer::private(Key::generate());
        let app = Router::new().route("/", get(sign_in)).layer(layer);
        Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
    }

    async fn sign_in(session: Session) -> Result<&'static str, String> {
        store(&session).await.map_err(|error| error.to_string())?;
        Ok("signed in")
    }

    async fn store(session: &Session) -> Result<(), SessionError> {
        session.insert("user", USER).await?;
        session.insert("csrf", CSRF).await?;
        session.insert("language", LANGUAGE).await
    }
}

#[cfg(feature = "actix_alone")]
mod actix_alone {
    //! The parts that every other program with actix-web has, too.

    use actix_web::{App, HttpServer, web};

    #[actix_web::main]
    pub(super) async fn main() -> std::io::Result<()> {
        let server = HttpServer::new(|| App::new().route("/", web::get().to(async || "signed in")));
        server.listen(hardtack_peers::listener()?)?.run().await
    }
}

#[cfg(feature = "actix_hardtack")]
mod actix_hardtack {
    //! hardtack's middleware for actix-web, a dictionary.

    use std::error::Error;

    use actix_web::{App, HttpServer, web};
    use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
    use hardtack_peers::{CSRF, LANGUAGE, USER};

    #[actix_web::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let layer =
            SessionLayer::new(SessionCookie::encrypted(EncryptionKey::generate()?).build()?);
        let server = HttpServer::new(move || {
            App::new()
                .route("/", web::get().to(sign_in))
                .wrap(layer.clone())
        });
        Ok(server.listen(hardtack_peers::listener()?)?.run().await?)
    }

    async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
        session.insert("user", USER)?;
        session.insert("csrf", CSRF)?;
        session.insert("language", LANGUAGE)?;
        Ok("signed in")
    }
}

#[cfg(feature = "actix_session_cookie")]
mod actix_session_cookie {
    //! actix-session, with the session in its cookie.

    use actix_session::{
        Session, SessionInsertError, SessionMiddleware, storage::CookieSessionStore,
    };
    use actix_web::{App, HttpServer, cookie::Key, web};
    use hardtack_peers::{CSRF, LANGUAGE, USER};

    #[actix_web::main]
    pub(super) async fn main() -> std::io::Result<()> {
        let key = Key::generate();
        let server = HttpServer::new(move || {
            let layer = SessionMiddleware::new(CookieSessionStore::default(), key.clone());
            App::new().route("/", web::get().to(sign_in)).wrap(layer)
        });
        server.listen(hardtack_peers::listener()?)?.run().await
    }

    async fn sign_in(session: Session) -> Result<&'static str, SessionInsertError> {
        session.insert("user", USER)?;
        session.insert("csrf", CSRF)?;
        session.insert("language", LANGUAGE)?;
        Ok("signed in")
    }
}

#[cfg(feature = "actix_session_redis")]
mod actix_session_redis {
    //! actix-session, with its store for Redis.

    use std::error::Error;

    use actix_session::{
        Session, SessionInsertError, SessionMiddleware, storage::RedisSessionStore,
    };
    use actix_web::{App, HttpServer, cookie::Key, web};
    use hardtack_peers::{CSRF, LANGUAGE, USER};

    #[actix_web::main]
    pub(super) async fn main() -> Result<(), Box<dyn Error>> {
        let key = Key::generate();
        let store = RedisSessionStore::new(hardtack_peers::redis()).await?;
        let server = HttpServer::new(move || {
            let layer = SessionMiddleware::new(store.clone(), key.clone());
            App::new().route("/", web::get().to(sign_in)).wrap(layer)
        });
        Ok(server.listen(hardtack_peers::listener()?)?.run().await?)
    }

    async fn sign_in(session: Session) -> Result<&'static str, SessionInsertError> {
        session.insert("user", USER)?;
        session.insert("csrf", CSRF)?;
        session.insert("language", LANGUAGE)?;
        Ok("signed in")
    }
}
