//! A page that does not touch the session.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::IntoResponse,
};
use serde::Deserialize;

use super::{
    Page,
    frame::{Frame, Here},
};
use crate::{
    site::Site,
    texts::{Language, Texts},
};

/// Takes the language from the address, because elsewhere the session knows it.
#[derive(Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    lang: String,
}

impl Choice {
    pub(super) fn language(&self) -> Language {
        Language::of_code(&self.lang).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
    t: &'static Texts,
    port: u16,
}

/// Has the session layer around it like every page, and leaves the session untouched.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> impl IntoResponse {
    let Query(choice) = choice.unwrap_or_default();
    let language = choice.language();
    let t = language.texts();
    Page(About {
        frame: Frame::without_session(Here::About, language, t.about),
        t,
        port: site.port,
    })
}
