//! Warns once for each cookie that a browser drops, or does not send back to the page that set it, because sign-ins are
//! then forgotten without an error.

use std::{str, sync::atomic::Ordering};

use super::{
    framework::Fields,
    host::Host,
    origin::{Origin, without_tls},
};
use crate::{carrier::fields::CookieFields, events};

/// Logs why the session of a page is lost. Called with the cookie's name if its response sets the cookie, the first time.
pub(super) type Warning = Box<dyn FnOnce(&str) + Send + Sync>;

/// Returns the warning for a request for `path` whose browser would drop the cookie or not send it back, as far as this
/// is known. Returns `None` if it would not be heard, or was given before.
pub(super) fn warning<'p, F: Fields>(
    fields: &CookieFields,
    request: &F,
    path: &dyn Fn() -> &'p str,
) -> Option<Warning> {
    if !events::ARE_LOGGED || fields.is_logged.load(Ordering::Relaxed) {
        return None;
    }
    let attributes = &fields.template.attributes;
    if let Some(origin) = without_tls(request).filter(|_| attributes.secure) {
        return Some(Box::new(move |name| {
            events::secure_cookie_without_tls(name, &*origin);
        }));
    }
    let (domain, of) = (attributes.domain.as_deref(), &*attributes.path);
    if domain.is_none() && !of.contains("//") && !of[1..].ends_with('/') {
        return None;
    }
    let (path, host) = (path(), host_of_page(request));
    let elsewhere = domain
        .zip(host.as_deref())
        .filter(|(domain, host)| !is_within(host, domain));
    let (attribute, value, page) = match elsewhere {
        Some((domain, host)) => ("domain", domain, host),
        None if is_missed(of, path) => ("path", of, path),
        None => return None,
    };
    let (value, page) = (value.to_owned(), page.to_owned());
    Some(Box::new(move |name| {
        events::cookie_for_elsewhere(name, attribute, &*value, &*page);
    }))
}

/// Returns `true` if a browser keeps a cookie with this domain from a page on `host`, as far as this is known without a
/// list of public suffixes.
fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let above = host.strip_suffix(&domain);
    // Every top-level domain is a public suffix.
    above == Some("") || above.is_some_and(|above| above.ends_with('.') && domain.contains('.'))
}

/// Returns `true` if a cookie with the path `of` is not sent to `path` because of a superfluous `/`. A cookie that is
/// meant for another part of the site is no mistake.
fn is_missed(of: &str, path: &str) -> bool {
    let segments = of.split('/').filter(|segment| !segment.is_empty());
    let meant = format!("/{}", segments.collect::<Vec<_>>().join("/"));
    is_below(path, &meant) && !is_below(path, of)
}

/// Returns `true` if a cookie with the path `of` is sent to `path` (RFC 6265 section 5.1.4).
fn is_below(path: &str, of: &str) -> bool {
    let rest = path.strip_prefix(of);
    rest.is_some_and(|rest| rest.is_empty() || of.ends_with('/') || rest.starts_with('/'))
}

/// Returns the host of the page that sent a request, if its browser tells it. A proxy may rewrite `Host`, so only a
/// debug build believes this header.
fn host_of_page<F: Fields>(request: &F) -> Option<String> {
    let text = |name| str::from_utf8(request.named(name)?).ok();
    let is_same_origin = text("sec-fetch-site") == Some("same-origin");
    let origin = text("origin").filter(|_| is_same_origin);
    if let Some(origin) = origin.and_then(Origin::parse) {
        return Some(origin.host);
    }
    let host = text("host").filter(|_| cfg!(debug_assertions))?;
    Some(Host::parse(host)?.name.to_owned())
}
