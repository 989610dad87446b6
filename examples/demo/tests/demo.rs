//! The demo as a process, and its visitors.

use std::{
    ops::Deref,
    process::{Command, Stdio},
};

use hardtack::{EncryptionKey, SigningKey};
use hardtack_scenarios::{Answer, Client, Server, example};
use serde_json::Value;

/// Starts a demo with these flags, separated by spaces, and a browser in front of it.
pub(crate) fn start(flags: &str) -> Visitor {
    start_with("", flags)
}

/// Starts a demo with this ring in the environment, and a browser in front of it.
pub(crate) fn start_with(ring: &str, flags: &str) -> Visitor {
    let mut command = command(flags);
    if !ring.is_empty() {
        command.env("SESSION_KEYS", ring);
    }
    let command = command.args(["--port", "0"]).stderr(Stdio::null());
    Visitor(Client::of(Server::spawn(command)))
}

/// The demo with these flags, separated by spaces, without a ring in its environment.
pub(crate) fn command(flags: &str) -> Command {
    let mut command = example("demo");
    command.args(flags.split_whitespace());
    command
}

/// A visitor of a demo, in a browser or by a script.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Client);

impl Visitor {
    /// Signs in by the form.
    pub(crate) fn signed_in(self, name: &str) -> Visitor {
        assert!(self.submit("/sign-in", &[("name", name)]).has("Hello, "));
        self
    }

    /// Returns a visitor of the same demo with cookies of its own.
    pub(crate) fn stranger(&self) -> Visitor {
        Visitor(self.0.stranger())
    }

    /// Returns a visitor with a copy of the cookies.
    pub(crate) fn copy(&self) -> Visitor {
        self.clone()
    }

    /// Moves to the demo of another visitor.
    pub(crate) fn at(self, other: &Visitor) -> Visitor {
        Visitor(self.0.at(&other.0))
    }

    /// Posts a form with a token of this session, and follows the redirect.
    pub(crate) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get("/").csrf_tokens().remove(0);
        self.submit_with(path, &token, fields)
    }

    /// Posts a form with this token.
    pub(crate) fn submit_with(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        self.form(path, &[fields, &[("csrf_token", token)]].concat())
    }

    /// The response of `/api/session`.
    pub(crate) fn session(&self) -> Value {
        self.get("/api/session").json()
    }

    /// The value of a cookie in the jar.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.browser().cookies().remove(name)
    }

    /// The session's token in the jar.
    pub(crate) fn token(&self) -> Option<String> {
        self.cookie("__Host-session")
    }

    pub(crate) fn set_token(&self, token: &str) {
        self.browser().set("__Host-session", token);
    }
}

impl Deref for Visitor {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// What a page of the demo shows.
pub(crate) trait Page {
    /// The tokens of all forms.
    fn csrf_tokens(&self) -> Vec<String>;
    /// The messages that are shown once, of the session or of a form.
    fn messages(&self) -> Vec<&str>;
}

impl Page for Answer {
    fn csrf_tokens(&self) -> Vec<String> {
        let fields = self.text.split(r#"name="csrf_token" value=""#).skip(1);
        let tokens = fields.map(|rest| rest.split('"').next().unwrap().to_owned());
        tokens.collect()
    }

    fn messages(&self) -> Vec<&str> {
        let messages = self.text.split(r#"role="status">"#).skip(1);
        let texts = messages.map(|rest| rest.trim_start_matches("<span>"));
        texts.map(|rest| rest.split('<').next().unwrap()).collect()
    }
}

/// The text of a fresh encryption key.
pub(crate) fn encryption_key() -> String {
    hardtack_scenarios::fresh_key()
}

/// The text of a fresh signing key.
pub(crate) fn signing_key() -> String {
    SigningKey::generate().unwrap().expose_secret().to_string()
}

/// The key id of a key's text.
pub(crate) fn id_of(key: &str) -> String {
    let key: EncryptionKey = key.parse().unwrap();
    key.id().to_string()
}
