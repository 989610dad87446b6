//! Both cookies side by side, as a finder could read them.

use hardtack::keys::Mode;

use super::{PageError, dump, layout::Here, panel, report, visit::Visit};
use crate::{
    html::Html,
    site::Cookie,
    texts::{Texts, Theme},
};

pub(super) async fn show(visit: Visit) -> Result<Html, PageError> {
    let texts = visit.texts();
    let (title, lead) = (texts.inside, texts.inside_lead);
    let session = side(
        &visit,
        &visit.site.session,
        "session",
        texts.session_purpose,
        texts,
    );
    let display = side(
        &visit,
        &visit.site.display,
        "display",
        texts.display_purpose,
        texts,
    );
    // First, because a form gives the session an id.
    let (report, panel) = (report::of_session(&visit), panel::of_session(&visit));
    let themes = theme_form(&visit)?;
    let body = Html::new(format!(
        r#"<h1>{title}</h1>
<p class="lead">{lead}</p>
{themes}<div class="sides">
{session}{display}</div>
{report}{panel}"#
    ));
    Ok(visit.frame(Here::Inside, title)?.around(&body))
}

fn side(visit: &Visit, cookie: &Cookie, id: &str, purpose: &str, texts: &Texts) -> Html {
    let mode = cookie.cookie.mode();
    let (heading, name) = (
        panel::mode(mode, texts),
        Html::text(cookie.cookie.name().as_str()),
    );
    let verdict = match mode {
        Mode::UnencryptedButSigned => texts.signed_verdict,
        _ => texts.encrypted_verdict,
    };
    let bytes = match visit.token_in(cookie) {
        None => Html::new(format!(r#"<p class="none">{}</p>"#, texts.no_cookie)),
        Some(token) => dump::of_token(&token.text, mode, texts)
            .unwrap_or_else(|| Html::new(format!(r#"<p class="none">{}</p>"#, texts.no_token))),
    };
    Html::new(format!(
        r#"<section class="card" id="{id}" aria-labelledby="{id}-heading">
<h2 id="{id}-heading">{heading}</h2>
<p><code>{name}</code> – {purpose}</p>
<p>{verdict}</p>
{bytes}</section>
"#
    ))
}

fn theme_form(visit: &Visit) -> Result<Html, PageError> {
    let (texts, chosen) = (visit.texts(), visit.theme());
    let names = [texts.system, texts.light, texts.dark];
    let choices = Theme::ALL.into_iter().zip(names).map(|(theme, name)| {
        let code = theme.code();
        let checked = if theme == chosen { " checked" } else { "" };
        Html::new(format!(
            r#"<label><input type="radio" name="theme" value="{code}"{checked}> {name}</label>"#
        ))
    });
    let (choices, legend, apply) = (choices.collect::<Html>(), texts.theme, texts.apply);
    let (token, hint) = (visit.token_field()?, texts.forms_hint);
    Ok(Html::new(format!(
        r#"<form class="card" method="post" action="/theme">{token}
<fieldset><legend>{legend}</legend>
<div class="row">{choices}<button>{apply}</button></div>
</fieldset>
<p class="hint">{hint}</p>
</form>
"#
    )))
}
