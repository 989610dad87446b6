//! Checks the origin of a request, and refuses requests from other sites.

use std::sync::Arc;

use http::{HeaderName, header, request::Parts};

use super::CsrfRefusal;
use crate::web::{
    host::Host,
    origin::Origin,
    request_facts::{is_navigation_for, is_new_page},
};

/// Refuses a request from a page of another site, or from a page without TLS, unless its origin is trusted.
pub(super) fn check(request: &Parts, trusted: &[Origin]) -> Result<(), CsrfRefusal> {
    let origin = text_of(request, &header::ORIGIN);
    let parsed = origin.and_then(Origin::parse);
    // First, because a trusted origin may be another site for the browser.
    if trusted.iter().any(|known| parsed.as_ref() == Some(known)) {
        return Ok(());
    }
    let by_origin = || match parsed.zip(Host::of(request)) {
        Some((origin, host)) if origin.is_at(host) && origin.is_secure() => Ok(()),
        // Anyone on the network can write a page of this host without TLS.
        Some((origin, host)) if origin.is_at(host) => Err(CsrfRefusal::PlainHttp),
        _ => Err(CsrfRefusal::CrossSite),
    };
    match (text_of(request, &SEC_FETCH_SITE), origin) {
        // `none`: no page made the request, as from a share target. Neither field: no browser, but for the exceptions of
        // SECURITY.md 1.16.
        (Some("same-origin" | "none"), _) | (None, None) => Ok(()),
        // WebKit says this of the site's own form, too, if it opens a new window.
        (Some("cross-site"), Some(_)) if is_new_page(&request.headers) => {
            by_origin().map_err(|_| CsrfRefusal::CrossSite)
        }
        (Some(_), _) => Err(CsrfRefusal::CrossSite),
        (None, Some(_)) => by_origin(),
    }
}

/// Returns `true` for a form that a service worker passes on. What its fields say of its origin may be false: in WebKit
/// the form of another site is `same-origin`, and `Origin` can be the site's own.
pub(super) fn is_passed_on(request: &Parts) -> bool {
    is_navigation_for(&request.headers, b"empty")
}

/// Returns the address of the page that sent the request, if its `Referer` names a page of this site or of a trusted
/// origin. The address must not contain anything that HTML reads as the end of an attribute.
pub(super) fn page_of(request: &Parts, trusted: &[Origin]) -> Option<Arc<str>> {
    let page = text_of(request, &header::REFERER)?;
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\".contains(&byte);
    let (scheme, rest) = page.split_once("://")?;
    let (host, _) = rest.split_once('/')?;
    let origin = Origin::parse(&page[..scheme.len() + "://".len() + host.len()])?;
    let is_ours =
        trusted.contains(&origin) || Host::of(request).is_some_and(|host| origin.is_at(host));
    let is_web = matches!(scheme, "https" | "http");
    (is_ours && is_web && page.bytes().all(is_plain)).then(|| page.into())
}

/// Returns the value of the fields of this name. Fields that are not text, or that differ, give one value that never
/// passes.
pub(super) fn text_of<'a>(request: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    let mut fields = request.headers.get_all(name).iter();
    let first = fields.next()?;
    // A proxy and this program could each believe another of two.
    let is_one = fields.all(|field| field == first);
    Some(first.to_str().ok().filter(|_| is_one).unwrap_or("?"))
}

pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
