//! A page that does not touch the session.

use std::sync::Arc;

use axum::extract::{Query, State, rejection::QueryRejection};
use serde::Deserialize;

use super::layout::{Frame, Here};
use crate::{html::Html, site::Site, texts::Language};

/// Takes the language from the address, because elsewhere the session knows it.
#[derive(Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    lang: String,
}

/// Has the session layer around it like every page, and leaves the session untouched.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Html {
    let Query(choice) = choice.unwrap_or_default();
    let language = Language::of_code(&choice.lang);
    let texts = language.texts();
    let frame = Frame::without_session(Here::About, language, texts.about);
    let (title, untouched, check, limits) = (
        texts.about,
        texts.about_untouched,
        texts.about_check,
        texts.about_limits,
    );
    let (playground, port) = (texts.about_playground, site.port);
    frame.around(&Html::new(format!(
        r#"<h1>{title}</h1>
<p class="lead">{untouched}</p>
<section class="card">
<p>{check}</p>
<pre class="wrap">curl -sI http://127.0.0.1:{port}/about</pre>
</section>
<p>{limits}</p>
<section class="card">
<p>{playground}</p>
<pre class="wrap">curl -s http://127.0.0.1:{port}/api/session</pre>
</section>
"#
    )))
}
