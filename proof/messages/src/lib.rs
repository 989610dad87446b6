//! Mistakes, none of which compiles. Each begins with the parts of the compiler's message that it has to have, and is a
//! feature, so that the test has them checked one after another.

#![allow(dead_code, reason = "what is wrong is not called")]

#[cfg(feature = "await_on_insert")]
mod await_on_insert {
    //! error: `Result<(), SessionError>` is not a future

    use hardtack::{Session, SessionError};

    async fn visit(session: Session) -> Result<(), SessionError> {
        session.insert("visits", 1).await
    }
}

#[cfg(feature = "body_before_session")]
mod body_before_session {
    //! error: the trait bound `GuardedForm<Transfer>: FromRequestParts<()>` is not satisfied

    use hardtack::{Session, csrf::GuardedForm};

    #[derive(serde::Deserialize)]
    struct Transfer {
        amount: u32,
    }

    #[axum::debug_handler]
    async fn transfer(_: GuardedForm<Transfer>, _: Session) {}
}

#[cfg(feature = "builder_for_a_layer")]
mod builder_for_a_layer {
    //! error: mismatched types
    //! label: expected `SessionCookie<_>`, found `SessionBuilder<InCookie>`

    use hardtack::{EncryptionKey, SessionCookie, SessionLayer};

    fn layer(key: EncryptionKey) {
        let _ = SessionLayer::new(SessionCookie::encrypted(key));
    }
}

#[cfg(feature = "derive_from_types_that_lead_back")]
mod derive_from_types_that_lead_back {
    //! error: evaluation panicked: `Login` has itself a `from` of a later schema, so each could ask the other without end; leave out one of the two
    //! error: evaluation panicked: `from` is a type of the same schema, and has to be another version

    use hardtack::SessionData;
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, from = NextLogin)]
    struct Login {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 2, from = Login)]
    struct NextLogin {}

    /// Every type converts from itself.
    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "visit", schema = 1, from = Visit)]
    struct Visit {}

    impl From<NextLogin> for Login {
        fn from(NextLogin {}: NextLogin) -> Login {
            Login {}
        }
    }

    impl From<Login> for NextLogin {
        fn from(Login {}: Login) -> NextLogin {
            NextLogin {}
        }
    }
}

#[cfg(feature = "derive_with_a_word_twice")]
mod derive_with_a_word_twice {
    //! error: given twice
    //! error: given twice
    //! error: given twice
    //! error: given twice
    //! error: expected `label`, `schema`, `from` or `from_dictionary`
    //! error: `session` belongs above the type; fields and variants have the attributes of serde

    use hardtack::SessionData;
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, label = "visit")]
    struct Labels {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1)]
    #[session(schema = 2)]
    struct Schemas {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, from = Labels, from = Schemas)]
    struct Versions {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, from_dictionary, from_dictionary)]
    struct Dictionaries {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, version = 2)]
    struct Unknown {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login", schema = 1)]
    enum Inside {
        #[default]
        Nothing,
        Something {
            #[session(skip)]
            secret: u8,
        },
    }
}

#[cfg(feature = "derive_without_a_word")]
mod derive_without_a_word {
    //! error: name the type's sessions: `#[session(label = "login", schema = 1)]`
    //! error: name the type's sessions: `#[session(label = "login", schema = 1)]`
    //! error: name the type's sessions: `#[session(label = "login", schema = 1)]`

    use hardtack::SessionData;
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(label = "login")]
    struct WithoutSchema {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    #[session(schema = 1)]
    struct WithoutLabel {}

    #[derive(Default, Deserialize, Serialize, PartialEq, SessionData)]
    struct WithoutAttribute {}
}

#[cfg(feature = "get_on_a_typed_session")]
mod get_on_a_typed_session {
    //! error: a session that holds a `Login` has no keys
    //! label: a method of dictionaries, which are `Session` without a type
    //! note: a typed session is read by `read`, and changed by `update` or `replace`: `session.update(|value| …)?`

    use hardtack::{Session, SessionData, SessionError};
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq)]
    struct Login {
        user: u64,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }

    fn user(session: &Session<Login>) -> Result<Option<u64>, SessionError> {
        session.get::<u64>("user")
    }
}

#[cfg(feature = "get_without_a_type")]
mod get_without_a_type {
    //! error: type annotations needed for `Option<_>`

    use hardtack::{Session, SessionError};

    fn visit(session: &Session) -> Result<(), SessionError> {
        let _ = session.get("user")?;
        Ok(())
    }
}

#[cfg(feature = "insert_on_a_typed_session")]
mod insert_on_a_typed_session {
    //! error: a session that holds a `Login` has no keys
    //! label: a method of dictionaries, which are `Session` without a type
    //! note: a typed session is read by `read`, and changed by `update` or `replace`: `session.update(|value| …)?`

    use hardtack::{Session, SessionData, SessionError};
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq)]
    struct Login {
        user: u64,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }

    fn sign_in(session: &Session<Login>) -> Result<(), SessionError> {
        session.insert("user", 42)
    }
}

#[cfg(feature = "result_for_a_layer")]
mod result_for_a_layer {
    //! error: mismatched types
    //! label: expected `SessionCookie<_>`, found `Result<SessionCookie, ConfigError>`

    use hardtack::{EncryptionKey, SessionCookie, SessionLayer};

    fn layer(key: EncryptionKey) {
        let _ = SessionLayer::new(SessionCookie::encrypted(key).build());
    }
}

#[cfg(feature = "session_data_without_default")]
mod session_data_without_default {
    //! error: the trait bound `Login: Default` is not satisfied
    //! help: consider annotating `Login` with `#[derive(Default)]`

    use hardtack::SessionData;
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Serialize, PartialEq)]
    struct Login {
        user: u64,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }
}

#[cfg(feature = "session_data_without_partial_eq")]
mod session_data_without_partial_eq {
    //! error: can't compare `Login` with `Login`
    //! help: consider annotating `Login` with `#[derive(PartialEq)]`

    use hardtack::SessionData;
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, SessionData)]
    #[session(label = "login", schema = 1)]
    struct Login {
        user: u64,
    }
}

#[cfg(feature = "take_on_a_typed_session")]
mod take_on_a_typed_session {
    //! error: a session that holds a `Login` has no keys
    //! label: a method of dictionaries, which are `Session` without a type
    //! note: a typed session is read by `read`, and changed by `update` or `replace`: `session.update(|value| …)?`

    use hardtack::{Session, SessionData, SessionError};
    use serde::{Deserialize, Serialize};

    #[derive(Default, Deserialize, Serialize, PartialEq)]
    struct Login {
        user: u64,
    }

    impl SessionData for Login {
        const LABEL: &str = "login";
        const SCHEMA: u32 = 1;
    }

    fn user(session: &Session<Login>) -> Result<Option<u64>, SessionError> {
        session.take::<u64>("user")
    }
}

#[cfg(feature = "type_without_session_data")]
mod type_without_session_data {
    //! error: a session cannot hold `Login`: it does not implement `SessionData`
    //! note: implement `SessionData` for `Login`, or use `Session` for a dictionary of values

    use std::time::Duration;

    use hardtack::{ConfigError, EncryptionKey, SessionCookie};

    struct Login;

    fn build(key: EncryptionKey) -> Result<(), ConfigError> {
        let builder = SessionCookie::encrypted(key).typed::<Login>();
        builder.idle_timeout(Duration::from_secs(900)).build()?;
        Ok(())
    }
}
