//! Text of the settings that all programs with the same sessions must share (SPEC.md § 3.7).

use super::{InCookie, Options};
use crate::{
    cookie::attributes::SameSite,
    crypto::suite::Mode,
    keys::Purpose,
    state::{Allowed, Padding},
};

impl Options {
    /// Returns the text for sessions of the type with this label and schema. `cookie` has the settings of a cookie, if
    /// they are in one.
    pub(super) fn settings_in_common(
        &self,
        mode: Mode,
        purpose: &Purpose,
        (type_label, schema): (&str, u32),
        allowed: Allowed,
        cookie: Option<&InCookie>,
    ) -> String {
        let of_cookie = cookie.map(InCookie::settings_in_common).unwrap_or_default();
        let lifetimes = self.lifetimes();
        let (plain, remembered) = (lifetimes.plain, lifetimes.remembered);
        let seconds = |seconds: Option<u64>| seconds.map_or("off".to_owned(), |it| it.to_string());
        let pairs = self
            .context
            .iter()
            .map(|(label, value)| format!("{}:{}", encoded(label), encoded(value)));
        // A cookie's name has no `:`.
        let of_name = purpose.name().split_once(':');
        let (carrier, name) = of_name.unwrap_or(("cookie", purpose.name()));
        let padding = match self.padding {
            Padding::None => "none",
            Padding::Padme => "padme",
        };
        format!(
            "{carrier}={} mode={} application={} type={} schema={} context={} idle_timeout={} absolute_timeout={} \
             remember_up_to={} remembered_idle_timeout={} revalidate_after={} clock_skew={} size={}x{} padding={padding}{of_cookie}",
            encoded(name),
            mode,
            encoded(self.application.as_deref().unwrap_or_default()),
            encoded(type_label),
            schema,
            pairs.collect::<Vec<_>>().join(","),
            seconds(plain.idle.map(|idle| idle.min(plain.absolute))),
            plain.absolute,
            seconds(remembered.map(|it| it.absolute)),
            seconds(remembered.and_then(|it| it.idle)),
            seconds(self.revalidate_after.map(|it| it.as_secs())),
            lifetimes.skew,
            allowed.cookies,
            allowed.field,
        )
    }
}

impl InCookie {
    fn settings_in_common(&self) -> String {
        let attributes = &self.attributes;
        let domain = attributes.domain.as_deref().unwrap_or_default();
        let same_site = match attributes.same_site {
            SameSite::Strict => "strict",
            SameSite::Lax => "lax",
            SameSite::None => "none",
            SameSite::Omit => "omit",
        };
        format!(
            " path={} domain={} same_site={same_site} secure={} partitioned={} persistent={} device_bound={}",
            encoded(&attributes.path),
            encoded(&domain.to_ascii_lowercase()),
            attributes.secure,
            attributes.partitioned,
            self.persistent,
            self.companion.is_some(),
        )
    }
}

/// Percent-encodes all bytes but the unreserved ones (RFC 3986 section 2.3).
fn encoded(text: &str) -> String {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte: u8| {
        if is_unreserved(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect()
}
