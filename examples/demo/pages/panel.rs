//! Facts about the session's cookie.

use std::time::SystemTime;

use hardtack::{device::DeviceBinding, keys::Mode, session::Outcome};

use super::visit::{Token, Visit};
use crate::{html::Html, texts::Texts};

/// The standing of the session with the visitor's device.
fn device(binding: DeviceBinding, texts: &Texts) -> &'static str {
    match binding {
        DeviceBinding::Pending => texts.pending,
        DeviceBinding::Bound => texts.bound,
        DeviceBinding::Stale => texts.stale,
        _ => texts.none,
    }
}

/// The cookie as it arrived.
pub(super) fn of_session(visit: &Visit) -> Html {
    let texts = visit.texts();
    let cookie = &visit.site.session;
    let token = visit.token_in(cookie);
    let (title, facts) = (texts.your_cookie, facts(visit));
    let size = size(visit, token.as_ref());
    let room = visit.session.remaining_bytes();
    let (room_label, bytes, token_label) = (texts.room, texts.bytes, texts.token);
    let token = match token {
        Some(token) => Html::new(format!(
            r#"<h3>{token_label}</h3><code class="token">{}</code>"#,
            Html::text(&token.text)
        )),
        None => Html::new(""),
    };
    Html::new(format!(
        r#"<section class="card" aria-labelledby="cookie">
<h2 id="cookie">{title}</h2>
{size}
<dl>{facts}<div><dt>{room_label}</dt><dd>{room} {bytes}</dd></div></dl>
{token}
</section>
"#
    ))
}

fn facts(visit: &Visit) -> Html {
    let (texts, session) = (visit.texts(), &visit.session);
    let cookie = &visit.site.session.cookie;
    let quiet = |text| Html::new(format!(r#"<span class="none">{text}</span>"#));
    let code = |text: &str| Html::new(format!("<code>{}</code>", Html::text(text)));
    let or_none = |id: Option<String>| id.map_or_else(|| quiet(texts.none), |id| code(&id));
    let date = |moment: Option<SystemTime>| moment.map_or_else(|| quiet(texts.not_sent), time);
    let (state, key_id) = match session.outcome() {
        Outcome::Absent => (texts.absent, None),
        Outcome::Opened { key_id } => (texts.opened, Some(key_id)),
        Outcome::OpenedUnderAcceptedKey { key_id } => (texts.opened_earlier, Some(key_id)),
        // The reason is for the logs. A visitor never learns it.
        _ => (texts.rejected, None),
    };
    let id = session.id().map(|id| id.to_string());
    let key_id = key_id.map(|id| id.to_string());
    let ends_with_browser = if session.is_persistent() {
        texts.no
    } else {
        texts.yes
    };
    let rows = [
        (texts.cookie_name, code(cookie.name().as_str())),
        (texts.mode, Html::new(mode(cookie.mode(), texts))),
        (texts.state, Html::new(state)),
        (texts.session_id, or_none(id)),
        (texts.key_id, or_none(key_id)),
        (texts.created_at, date(session.created_at())),
        (texts.last_active_at, date(session.last_active_at())),
        (texts.expires_at, date(session.expires_at())),
        (texts.ends_with_browser, Html::new(ends_with_browser)),
    ];
    let device = || (texts.device, Html::new(device(session.binding(), texts)));
    let device = visit.site.is_device_bound.then(device);
    let row = |(name, value)| Html::new(format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    rows.into_iter().chain(device).map(row).collect()
}

/// The share of the limit that the cookies fill.
fn size(visit: &Visit, token: Option<&Token>) -> Html {
    let (cookie, texts) = (&visit.site.session, visit.texts());
    let Some(token) = token else {
        return Html::new(format!("<p>{}</p>", texts.no_cookie));
    };
    let cookies = token.pairs.len();
    let pairs: usize = token.pairs.iter().sum();
    let attributes = cookie.attributes_len + max_age_len(visit);
    let (whole, limit) = (pairs + cookies * attributes, cookie.limit);
    let sent_bytes = pairs + (cookies - 1) * "; ".len();
    let (of, bytes, sent) = (texts.of, texts.bytes, texts.sent_each_time);
    let (label, high) = (texts.size, limit * 3 / 4);
    Html::new(format!(
        r#"<p class="size"><label for="size">{label}</label>
<meter id="size" min="0" max="{limit}" low="{high}" high="{limit}" optimum="0" value="{whole}">{whole}</meter>
<span><strong>{whole}</strong> {of} {limit} {bytes}; {sent} <strong>{sent_bytes}</strong> {bytes}</span></p>"#
    ))
}

/// Bytes of `Max-Age`, which only the cookie of a remembered visitor has.
fn max_age_len(visit: &Visit) -> usize {
    let end = visit.session.expires_at();
    let end = end.filter(|_| visit.session.is_persistent());
    let left = end.map(|end| {
        end.duration_since(visit.site.clock.now())
            .unwrap_or_default()
    });
    left.map_or(0, |left| format!("; Max-Age={}", left.as_secs()).len())
}

pub(super) fn mode(mode: Mode, texts: &Texts) -> &'static str {
    match mode {
        Mode::UnencryptedButSigned => texts.signed,
        _ => texts.encrypted,
    }
}

/// A moment for people and for programs.
fn time(moment: SystemTime) -> Html {
    let exact = humantime::format_rfc3339_seconds(moment).to_string();
    let readable = exact.replace('T', " ").replace('Z', " UTC");
    Html::new(format!(r#"<time datetime="{exact}">{readable}</time>"#))
}
