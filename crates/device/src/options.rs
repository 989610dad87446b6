//! Settings of bound sessions.

use std::{ops::RangeInclusive, time::Duration};

use super::{cookies::is_of_device, endpoint::Endpoint};

/// Settings of bound sessions, for [`device_bound`](crate::BindToDevice::device_bound).
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie};
/// use hardtack_device::{BindToDevice, DeviceBound};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .device_bound(DeviceBound::at("/.session").exclude("/static"))
///     .build()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "the settings have no effect unless they are given to the builder"]
pub struct DeviceBound {
    pub(super) path: String,
    pub(super) bound_for: Duration,
    pub(super) challenge_for: Duration,
    pub(super) initiators: Initiators,
    pub(super) excluded: Vec<String>,
    required_after: Option<Duration>,
    pub(super) origin: Option<String>,
    pub(super) offers: bool,
}

/// Sites whose links make a browser refresh a bound cookie that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Initiators {
    /// All sites. A visitor who follows a link from a mail is signed in. The default.
    Any,
    /// Only the site itself. If a visitor comes from elsewhere after the bound cookie has expired, the first request is
    /// not signed in.
    SameSite,
}

impl DeviceBound {
    /// Creates settings with the two endpoints at `path`: `POST {path}/register` and `POST {path}/refresh`. The
    /// application must not serve these itself. Two cookies of a site need different paths, because the endpoints of one
    /// refuse the devices of the other.
    pub fn at(path: impl Into<String>) -> DeviceBound {
        DeviceBound {
            path: path.into(),
            bound_for: Duration::from_secs(600),
            challenge_for: Duration::from_secs(120),
            initiators: Initiators::Any,
            excluded: Vec::new(),
            required_after: None,
            origin: None,
            offers: true,
        }
    }

    /// Offers no new bindings; bound sessions stay bound. Deploy this setting first when you introduce binding, and
    /// last when you remove it, because an instance without `DeviceBound` opens no session that another instance has
    /// bound.
    pub fn without_offers(mut self) -> DeviceBound {
        self.offers = false;
        self
    }

    /// Sets the time for which a proof counts. A stolen pair of cookies opens for no longer. Default: 10 minutes. From
    /// 3 minutes to a day. Browsers refresh two minutes before the end, and Chromium signs at most 6 proofs for a site
    /// in 9 minutes.
    pub fn bound_for(mut self, duration: Duration) -> DeviceBound {
        self.bound_for = duration;
        self
    }

    /// Sets the time for which a challenge can be answered. Default: 2 minutes. From 10 seconds to an hour.
    pub fn challenge_for(mut self, duration: Duration) -> DeviceBound {
        self.challenge_for = duration;
        self
    }

    /// Sets the sites whose links make a browser refresh an expired bound cookie. Default: [`Initiators::Any`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie};
    /// use hardtack_device::{BindToDevice, DeviceBound, Initiators};
    /// use std::time::Duration;
    ///
    /// let device = DeviceBound::at("/.session")
    ///     .initiators(Initiators::SameSite)
    ///     .bound_for(Duration::from_secs(300))
    ///     .challenge_for(Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).device_bound(device).build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn initiators(mut self, initiators: Initiators) -> DeviceBound {
        self.initiators = initiators;
        self
    }

    /// Excludes requests below this path, so that they do not wait for a refresh. Use it for files that need no
    /// session.
    pub fn exclude(mut self, path: impl Into<String>) -> DeviceBound {
        self.excluded.push(path.into());
        self
    }

    /// Refuses every session that has no device when `grace` has passed since it began, and registers no device later.
    /// `grace` is at least 10 seconds. **Browsers without this protocol, which are most, cannot stay signed in.** By
    /// default, their sessions are the same as without binding.
    ///
    /// This applies to every session, even if nobody signed in to it, if it is older than these settings, or if it was
    /// taken over from another library. Use this setting after all older sessions have ended, and if every sign-in
    /// calls [`sign_in`](hardtack::Session::sign_in) or [`renew`](hardtack::Session::renew). Choose a grace that is long
    /// enough to fill in a form, or to come back from an identity provider.
    pub fn required_after(mut self, grace: Duration) -> DeviceBound {
        self.required_after = Some(grace);
        self
    }

    /// Sets the origin that visitors see, such as `https://app.example`, if a proxy changes `Host`. Default: `https://`
    /// and the request's host.
    pub fn origin(mut self, origin: impl Into<String>) -> DeviceBound {
        self.origin = Some(origin.into());
        self
    }

    /// Returns the first mistake in the settings, together with the name and the attributes of the session's cookie.
    pub(super) fn mistake(&self, name: &str, attributes: &str) -> Option<&'static str> {
        let has = |attribute| attributes.split("; ").any(|it| it == attribute);
        let mut paths = [&self.path].into_iter().chain(&self.excluded);
        let is_in =
            |duration: Duration, range: RangeInclusive<u64>| range.contains(&duration.as_secs());
        let durations_fit = is_in(self.bound_for, 180..=86_400);
        let is_strict = has("SameSite=Strict");
        let rules = [
            (paths.all(|path| is_path(path)), PATH),
            (!self.path.ends_with('/'), PATH),
            (is_kept_by_browsers(&self.path), ENDPOINTS),
            (
                durations_fit && is_in(self.challenge_for, 10..=3_600),
                DURATIONS,
            ),
            (
                self.grace().is_none_or(|grace| grace >= SHORTEST_GRACE),
                GRACE,
            ),
            (self.origin.as_deref().is_none_or(is_origin), ORIGIN),
            (!is_of_device(name), NAME),
            (has("Secure"), SECURE),
            (!has("Partitioned"), PARTITIONED),
            (!is_strict || self.initiators != Initiators::Any, STRICT),
        ];
        let mut broken = rules.into_iter().filter(|(is_kept, _)| !is_kept);
        broken.next().map(|(_, mistake)| mistake)
    }

    pub(super) fn path_of(&self, endpoint: Endpoint) -> String {
        format!("{}{}", self.path, endpoint.name())
    }

    /// Returns the endpoint at a path, if there is one.
    pub(super) fn endpoint_at(&self, path: &str) -> Option<Endpoint> {
        let both = [Endpoint::Register, Endpoint::Refresh];
        let name = path.strip_prefix(&*self.path)?;
        both.into_iter().find(|endpoint| endpoint.name() == name)
    }

    /// Returns the time for which a session may be without a device, in whole seconds, if there is a limit.
    pub(super) fn grace(&self) -> Option<Duration> {
        let grace = self.required_after?;
        Some(Duration::from_secs(grace.as_secs()))
    }

    /// Returns the time for which an offer can be accepted: as long as a session may be without a device, but at most
    /// [`OFFERED_FOR`].
    pub(super) fn offer_for(&self) -> Duration {
        self.grace()
            .map_or(OFFERED_FOR, |grace| grace.min(OFFERED_FOR))
    }
}

const PATH: &str = "a path begins with `/`, the path of the endpoints does not end with one, and both have no other \
     characters than letters, digits and `-._~/`";
const ENDPOINTS: &str = "browsers ask at another address than the path of the endpoints, which begins with `//`, or has `.` or `..` \
     between its slashes";
const DURATIONS: &str =
    "`bound_for` is 3 minutes to a day, and `challenge_for` is 10 seconds to an hour";
const GRACE: &str =
    "`required_after` is at least 10 seconds, because a browser needs some to register a key";
const SECURE: &str = "needs `Secure`: browsers bind no session over plain HTTP";
const PARTITIONED: &str = "does not work with {partitioned}: browsers bind no partitioned cookie; leave one of the two out";
const NAME: &str = "needs another name of the cookie: one that ends in `.b-` or `.out-` and 8 characters is for devices";
const STRICT: &str = "a link from another site brings no `SameSite=Strict` cookie; choose `Lax`, or `Initiators::SameSite`";
const ORIGIN: &str = "`origin` is `https://` and a host, perhaps with a port, such as `https://app.example`, and no `/` after it";

/// Longest time of an offer. A browser registers at once, but creating a key in hardware takes some time.
const OFFERED_FOR: Duration = Duration::from_secs(120);
const SHORTEST_GRACE: Duration = Duration::from_secs(10);

fn is_origin(origin: &str) -> bool {
    let is_good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    let host = origin.strip_prefix("https://");
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_good))
}

/// Returns `true` if browsers, which resolve a path like a link, ask at this path itself.
fn is_kept_by_browsers(path: &str) -> bool {
    !path.starts_with("//") && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Returns `true` for a path whose characters need no escape in a quoted string of a header, or in JSON.
fn is_path(path: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.starts_with('/') && path.bytes().all(is_good)
}
