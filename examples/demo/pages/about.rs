//! A page that does not touch the session.

use std::sync::Arc;

use axum::extract::{Query, State, rejection::QueryRejection};
use serde::Deserialize;

use super::layout::{Frame, Here};
use crate::{html::Html, site::Site, texts::Language};

/// The language comes with the address, for it is the session that knows it otherwise.
#[derive(Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    lang: String,
}

/// The session's layer is around it like around every page. It takes no session, so it gets none.
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
