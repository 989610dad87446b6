//! Cookies that a browser drops, or does not send back to the page that set them. Told, because sign-ins are then forgotten
//! without an error.

use std::{str, sync::atomic::Ordering};

use super::{
    any_carrier::AnyCarrier,
    framework::Fields,
    host::Host,
    origin::{Origin, without_tls},
};
use crate::{events, state::Payload};

/// Reason why the session of a page is lost, if its response sets the cookie.
pub(super) enum Dropped {
    /// Browsers keep no `Secure` cookie of this origin.
    WithoutTls(Box<str>),
    /// They send it elsewhere.
    Missed {
        /// The name and the value of the attribute.
        attribute: (&'static str, Box<str>),
        /// The host or the path of the page.
        page: Box<str>,
    },
}

impl Dropped {
    /// Looks at a request for `path`.
    pub(super) fn of<T, F: Fields>(
        carrier: &AnyCarrier<T>,
        request: &F,
        path: &str,
    ) -> Option<Dropped> {
        let AnyCarrier::Cookie(cookie) = carrier else {
            return None;
        };
        if !events::ARE_TOLD {
            return None;
        }
        let attributes = &cookie.fields.attributes;
        if let Some(origin) = without_tls(request).filter(|_| attributes.secure) {
            return Some(Dropped::WithoutTls(origin));
        }
        if !attributes.may_be_missed() || cookie.fields.is_told.load(Ordering::Relaxed) {
            return None;
        }
        let host = host_of_page(request);
        let (name, value) = attributes.missed_by(host.as_deref(), path)?;
        let page = match name {
            "domain" => host?,
            _ => path.to_owned(),
        };
        Some(Dropped::Missed {
            attribute: (name, value.into()),
            page: page.into(),
        })
    }

    /// Tells of the cookie, if one of these fields sets it.
    pub(super) fn tell<'a, T: Payload>(
        &self,
        carrier: &AnyCarrier<T>,
        sent: impl Iterator<Item = &'a [u8]>,
    ) {
        let AnyCarrier::Cookie(cookie) = carrier else {
            return;
        };
        match self {
            _ if !cookie.is_set_in(sent) => {}
            Dropped::WithoutTls(origin) => {
                events::secure_cookie_without_tls(carrier.name(), origin);
            }
            Dropped::Missed {
                attribute: (name, value),
                page,
            } => {
                if !cookie.fields.is_told.swap(true, Ordering::Relaxed) {
                    events::cookie_for_elsewhere(carrier.name(), name, value, page);
                }
            }
        }
    }
}

/// Returns the host of the page that sent a request, as far as its browser tells it. A proxy may rewrite `Host`, so only a
/// debug build believes that.
fn host_of_page<F: Fields>(request: &F) -> Option<String> {
    let text = |name: &F::Name| str::from_utf8(request.first(name)?).ok();
    let is_same_origin = text(&F::SEC_FETCH_SITE) == Some("same-origin");
    let origin = text(&F::ORIGIN).filter(|_| is_same_origin);
    if let Some(origin) = origin.and_then(Origin::parse) {
        return Some(origin.host().to_owned());
    }
    let host = text(&F::HOST).filter(|_| cfg!(debug_assertions))?;
    Some(Host::parse(host)?.name.to_owned())
}
