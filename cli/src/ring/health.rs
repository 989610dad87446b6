//! The health check of an instance, which shows the fingerprint of its ring (docs/metrics.md).

use std::{fmt, str::FromStr, time::Duration};

use serde::Deserialize;
use ureq::{Agent, http::Uri};

/// Address of a health check.
#[derive(Clone)]
pub(super) struct HealthCheck(Uri);

/// Answer of an instance.
pub(super) enum Health {
    Fingerprint(String),
    /// A status that is no success.
    Status(u16),
    /// A text without a fingerprint.
    NoFingerprint,
    /// No answer, with the reason.
    Silent(String),
}

impl HealthCheck {
    pub(super) fn ask(&self) -> Health {
        let asked = self.try_ask();
        asked.unwrap_or_else(|error| Health::Silent(error.to_string()))
    }

    fn try_ask(&self) -> Result<Health, ureq::Error> {
        let mut response = agent().get(&self.0).call()?;
        if !response.status().is_success() {
            return Ok(Health::Status(response.status().as_u16()));
        }
        let body = response.body_mut().with_config().limit(LONGEST_BODY);
        let found = fingerprint_in(&body.read_to_string()?);
        Ok(found.map_or(Health::NoFingerprint, Health::Fingerprint))
    }
}

impl Health {
    pub(super) fn has(&self, wanted: &str) -> bool {
        matches!(self, Health::Fingerprint(found) if found == wanted)
    }
}

/// Every request has a connection of its own, straight to the instance.
fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(LONGEST_ANSWER))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None);
    config.build().into()
}

/// Returns the fingerprint in a JSON object with the field `fingerprint`, or in a line `fingerprint …`.
fn fingerprint_in(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Fields {
        fingerprint: String,
    }
    let of_json = serde_json::from_str(body).map(|fields: Fields| fields.fingerprint);
    let found = of_json.ok().or_else(|| {
        let mut lines = body.lines();
        let line = lines.find_map(|line| line.trim().strip_prefix("fingerprint "));
        line.map(|found| found.trim().to_owned())
    })?;
    fingerprint(&found)
}

/// In lower case. `None`: the text is not a fingerprint.
pub(super) fn fingerprint(text: &str) -> Option<String> {
    let is_fingerprint = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_fingerprint.then(|| text.to_ascii_lowercase())
}

impl FromStr for HealthCheck {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<HealthCheck, &'static str> {
        let uri: Uri = text.parse().map_err(|_| NO_URL)?;
        match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(_)) => Ok(HealthCheck(uri)),
            (Some("https"), _) => Err(
                "https is not supported; ask the instance itself over plain HTTP, if need be through a tunnel",
            ),
            _ => Err(NO_URL),
        }
    }
}

impl fmt::Display for HealthCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Health::Fingerprint(found) => write!(f, "has {found}"),
            Health::Status(status) => write!(f, "answers {status}"),
            Health::NoFingerprint => f.write_str("shows no fingerprint"),
            Health::Silent(why) => write!(f, "does not answer ({why})"),
        }
    }
}

const NO_URL: &str = "expected an address like `http://10.0.0.1:8080/health`";
const LONGEST_ANSWER: Duration = Duration::from_secs(5);
/// In bytes.
const LONGEST_BODY: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_a_field_or_a_line() {
        for (body, found) in [
            ("seals c7e01b94\nfingerprint 60e3d18f92b7ca45\n", true),
            ("  fingerprint   60e3d18f92b7ca45  \r\nup", true),
            (r#"{"up": true, "fingerprint": "60e3d18f92b7ca45"}"#, true),
            // Other lines may name other rings, and the first line of its kind counts.
            (
                "next fingerprint aaaaaaaaaaaaaaaa\nfingerprint 60e3d18f92b7ca45",
                true,
            ),
            (
                "fingerprint 60e3d18f92b7ca45\nfingerprint aaaaaaaaaaaaaaaa",
                true,
            ),
            ("wanted fingerprint 60e3d18f92b7ca45", false),
            ("fingerprints 60e3d18f92b7ca45", false),
            ("fingerprint 60e3d18f92b7ca45 is wanted", false),
            ("60e3d18f92b7ca45", false),
            ("fingerprint 60e3d18f92b7ca4", false),
            ("fingerprint 60e3d18f92b7ca4g", false),
            (r#"{"fingerprint": 7}"#, false),
            (r#"{"ring": {"fingerprint": "60e3d18f92b7ca45"}}"#, false),
            ("", false),
        ] {
            let expected = found.then(|| "60e3d18f92b7ca45".to_owned());
            assert_eq!(fingerprint_in(body), expected, "{body}");
        }
    }
}
