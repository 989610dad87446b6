//! Warns once for each cookie that a browser drops, or does not send back to the page that set it, because sign-ins are
//! then forgotten without an error.

use std::{
    str,
    sync::{Arc, atomic::Ordering},
};

use super::{
    framework::Fields,
    host::Host,
    origin::{Origin, without_tls},
};
use crate::{
    carrier::{SessionCookie, fields::CookieFields},
    events,
};

/// Logs why the session of a page is lost. Called if its response sets the cookie.
pub(super) type Warning = Box<dyn FnOnce() + Send + Sync>;

/// Checks a request for `path`. Returns `None` if the browser keeps the cookie and sends it back.
pub(super) fn warning<T, F: Fields>(
    cookie: &SessionCookie<T>,
    request: &F,
    path: &str,
) -> Option<Warning> {
    let fields = &cookie.fields;
    if !events::ARE_TOLD || fields.is_told.load(Ordering::Relaxed) {
        return None;
    }
    let attributes = &fields.attributes;
    if let Some(origin) = without_tls(request).filter(|_| attributes.secure) {
        return Some(once(fields, move |name| {
            events::secure_cookie_without_tls(name, &origin);
        }));
    }
    if !attributes.may_be_missed() {
        return None;
    }
    let host = host_of_page(request);
    let (attribute, value, page) = attributes.missed_by(host.as_deref(), path)?;
    let (value, page) = (value.to_owned(), page.to_owned());
    Some(once(fields, move |name| {
        events::cookie_for_elsewhere(name, attribute, &value, &page);
    }))
}

/// Logs only the first time, because an inner layer may have warned of the cookie.
fn once(fields: &Arc<CookieFields>, tell: impl FnOnce(&str) + Send + Sync + 'static) -> Warning {
    let fields = Arc::clone(fields);
    Box::new(move || {
        if !fields.is_told.swap(true, Ordering::Relaxed) {
            tell(fields.name.as_str());
        }
    })
}

/// Returns the host of the page that sent a request, if its browser tells it. A proxy may rewrite `Host`, so only a
/// debug build believes this header.
fn host_of_page<F: Fields>(request: &F) -> Option<String> {
    let text = |name| str::from_utf8(request.named(name)?).ok();
    let is_same_origin = text("sec-fetch-site") == Some("same-origin");
    let origin = text("origin").filter(|_| is_same_origin);
    if let Some(origin) = origin.and_then(Origin::parse) {
        return Some(origin.host().to_owned());
    }
    let host = text("host").filter(|_| cfg!(debug_assertions))?;
    Some(Host::parse(host)?.name.to_owned())
}
