//! The first page: the sign-in, and the number of visits since.

use super::{
    PageError,
    layout::Here,
    panel,
    visit::{VISITS, Visit},
};
use crate::html::Html;

pub(super) async fn show(visit: Visit) -> Result<Html, PageError> {
    page(&visit, None)
}

/// The page, with a `complaint` about the name if there is one.
pub(super) fn page(visit: &Visit, complaint: Option<&str>) -> Result<Html, PageError> {
    // First, because the rest changes the session.
    let panel = panel::of_session(visit);
    let greeting = match visit.name() {
        Some(name) => welcome(visit, &name)?,
        None => sign_in_form(visit, complaint)?,
    };
    let frame = visit.frame(Here::Home, visit.texts().home)?;
    Ok(frame.around(&Html::new(format!("{greeting}{panel}"))))
}

fn welcome(visit: &Visit, name: &str) -> Result<Html, PageError> {
    let texts = visit.texts();
    let visits: Option<u64> = visit.session.get(VISITS).ok().flatten();
    let visits = visits.unwrap_or(0).saturating_add(1);
    visit.session.insert(VISITS, visits)?;
    let (hello, name) = (texts.hello, Html::text(name));
    let (label, again, sign_out) = (texts.visits, texts.again, texts.sign_out);
    let token = visit.token_field()?;
    Ok(Html::new(format!(
        r#"<h1>{hello}, {name}</h1>
<section class="card">
<p class="count"><strong id="visits">{visits}</strong> <span>{label}</span></p>
<div class="row">
<a class="button" href="/">{again}</a>
<form method="post" action="/sign-out">{token}<button>{sign_out}</button></form>
</div>
</section>
"#
    )))
}

fn sign_in_form(visit: &Visit, complaint: Option<&str>) -> Result<Html, PageError> {
    let texts = visit.texts();
    let (title, lead) = (texts.title, texts.lead);
    let (your_name, hint, sign_in) = (texts.your_name, texts.name_hint, texts.sign_in);
    let (complaint, described) = match complaint {
        Some(complaint) => (
            Html::new(format!(
                r#"<p class="complaint" id="complaint" role="alert">{complaint}</p>"#
            )),
            r#"aria-invalid="true" aria-describedby="complaint hint""#,
        ),
        None => (Html::new(""), r#"aria-describedby="hint""#),
    };
    let (token, remember) = (visit.token_field()?, remember_box(visit));
    Ok(Html::new(format!(
        r#"<h1>{title}</h1>
<p class="lead">{lead}</p>
<form class="card" method="post" action="/sign-in">{token}
<label for="name">{your_name}</label>
<div class="row">
<input id="name" name="name" required maxlength="{LONGEST_NAME}" autocomplete="given-name" {described}>
<button class="primary">{sign_in}</button>
</div>
{complaint}{remember}<p class="hint" id="hint">{hint}</p>
</form>
"#
    )))
}

/// The box "remember me", if the settings allow it.
fn remember_box(visit: &Visit) -> Html {
    let label = visit.texts().remember;
    Html::new(match visit.site.remember_up_to {
        None => String::new(),
        Some(_) => format!(
            r#"<label class="box"><input type="checkbox" name="remember"> {label}</label>
"#
        ),
    })
}

/// In characters.
pub(super) const LONGEST_NAME: usize = 60;
