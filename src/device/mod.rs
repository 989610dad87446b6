//! Sessions bound to a device, so that a stolen cookie opens nothing. Experimental.
//!
//! The browser keeps a private key in the device and proves it every few minutes ([Device Bound Session Credentials]).
//! The public key is kept in no store: everything that the two endpoints need travels in sealed tokens (SPEC.md § 16).
//!
//! This module and feature `device-bound` may change in a minor release, because the protocol is a draft.
//!
//! [Device Bound Session Credentials]: https://w3c.github.io/webappsec-dbsc/

mod endpoints;
mod json;
mod options;
pub(crate) mod proof;
mod seals;

pub use crate::state::DeviceBinding;
pub use options::{DeviceBound, Initiators};

pub(crate) use endpoints::{DeviceAnswer, DeviceEvent, DeviceRequest, Endpoint};
pub(crate) use options::Options;
#[cfg(test)]
pub(crate) use {proof::ProofError, seals::device_field};

use crate::{
    base::time::UnixSeconds,
    cookie::{BoundCookies, CookieName, EXPIRED},
    crypto::{base64url, hash::sha256, random::RandomError, suite::Mode},
    keys::{KeyId, PurposeSlot},
    state::{DeviceField, DeviceName, Metadata, Sid},
    token::Context,
};
use seals::Seal;
use std::sync::Arc;

/// The seals and settings of the devices of one cookie.
pub(crate) struct Devices {
    bound: Seal,
    identifier: Seal,
    registration: Seal,
    challenge: Seal,
    options: Options,
    /// The name of the session's cookie.
    name: CookieName,
    /// The attributes of the session's cookie, as `Set-Cookie` has them.
    attributes: String,
}

/// The standing of a session, by the bound cookies of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The session is used as it is.
    Good,
    /// A key was registered for it, which has to be written into the session.
    Promoted(DeviceField),
    /// The request does not come from the session's device, as far as it shows.
    Stale,
}

impl Devices {
    /// `serve` derives the keys for one of the four words of SPEC.md § 16.1.
    pub(crate) fn new<E>(
        options: Options,
        mode: Mode,
        name: &CookieName,
        attributes: String,
        serve: impl Fn(&str) -> Result<Arc<PurposeSlot>, E>,
    ) -> Result<Devices, E> {
        let seal = |word| Ok(Seal::new(serve(word)?, mode));
        Ok(Devices {
            bound: seal("bound")?,
            identifier: seal("identifier")?,
            registration: seal("registration")?,
            challenge: seal("challenge")?,
            options,
            name: name.clone(),
            attributes,
        })
    }

    /// Judges a session that opened, by the bound cookies beside it.
    pub(crate) fn judge(
        &self,
        context: &Context,
        metadata: &Metadata,
        cookies: &BoundCookies,
        now: UnixSeconds,
    ) -> Standing {
        let Some(device) = metadata.device else {
            return Standing::Good;
        };
        let open = |token: &[u8]| {
            let bound = self.bound.open(context, token, now).ok()?;
            let is_fresh = self.is_young(&bound.metadata, self.options.bound_for, now);
            is_fresh.then_some((bound.sid, DeviceField(bound.payload)))
        };
        if device != DeviceField::PENDING {
            let tag = tag(DeviceName::Bound(device));
            let mut proven = cookies.of(&tag).filter_map(open);
            return match proven.any(|(_, proven)| proven == device) {
                true => Standing::Good,
                false => Standing::Stale,
            };
        }
        let mut proven = cookies.youngest().filter_map(open);
        match proven.find(|(sid, _)| metadata.sid == Some(*sid)) {
            Some((_, device)) => Standing::Promoted(device),
            None if self.is_overdue(metadata, now) => Standing::Stale,
            None => Standing::Good,
        }
    }

    /// The field that asks the browser to register a key for a session that was renewed at `now`.
    pub(crate) fn offer(
        &self,
        context: &Context,
        sid: Sid,
        now: UnixSeconds,
    ) -> Result<String, RandomError> {
        let metadata = issued(sid, now);
        let challenge = self.registration.seal(context, &metadata, &[], now)?;
        let path = self.options.register_path();
        Ok(format!(r#"(ES256);path="{path}";challenge="{challenge}""#))
    }

    /// The `Set-Cookie` fields of a response that ends the session of a device: the bound cookie goes, and a mark stays
    /// that a refresh brings along from any site. While a session waits for a key, its cookie is not known.
    pub(crate) fn farewell(&self, device: DeviceName) -> Vec<String> {
        let (name, attributes) = (self.out_name(device), self.out_attributes());
        let mark = format!("{name}=1{attributes}; Max-Age={OUT_FOR}");
        match device {
            DeviceName::Bound(device) => vec![self.expire_bound(device), mark],
            DeviceName::Pending(_) => vec![mark],
        }
    }

    /// Returns `true` if the session has waited for a key for longer than the application allows.
    fn is_overdue(&self, metadata: &Metadata, now: UnixSeconds) -> bool {
        let grace = self.options.required_after;
        grace.is_some_and(|grace| now >= metadata.issued.saturating_add(grace))
    }

    /// Returns `true` if something sealed at `issued` is younger than `span`.
    fn is_young(&self, metadata: &Metadata, span: u64, now: UnixSeconds) -> bool {
        let is_from_the_future = metadata.issued > now.saturating_add(self.options.skew);
        !is_from_the_future && now < metadata.issued.saturating_add(span)
    }

    fn set_bound(&self, token: &str, device: DeviceField) -> String {
        let (name, max_age) = (self.bound_name(device), self.options.bound_for);
        format!("{name}={token}{}; Max-Age={max_age}", self.attributes)
    }

    fn expire_bound(&self, device: DeviceField) -> String {
        format!("{}={}{EXPIRED}", self.bound_name(device), self.attributes)
    }

    fn expire_out(&self, device: DeviceName) -> String {
        let (name, attributes) = (self.out_name(device), self.out_attributes());
        format!("{name}={attributes}{EXPIRED}")
    }

    /// `name.b-` and the tag of the device.
    fn bound_name(&self, device: DeviceField) -> String {
        format!("{}.b-{}", self.name, tag(DeviceName::Bound(device)))
    }

    /// `name.out-` and the tag of the device.
    fn out_name(&self, device: DeviceName) -> String {
        format!("{}.out-{}", self.name, tag(device))
    }

    /// A refresh after a link from another site has to bring the mark along, so it is a cookie for all sites.
    fn out_attributes(&self) -> String {
        let (before, _) = self
            .attributes
            .split_once("; SameSite=")
            .unwrap_or((&self.attributes, ""));
        format!("{before}; SameSite=None")
    }
}

/// The part for a device in the names of cookies: `base64url(SHA-256(x)[0..6])`.
pub(crate) fn tag(device: DeviceName) -> String {
    let hash = match device {
        DeviceName::Bound(DeviceField(device)) => sha256(&[&device]),
        DeviceName::Pending(sid) => sha256(&[&sid]),
    };
    let mut text = String::with_capacity(8);
    base64url::encode(&hash[..6], &mut text);
    text
}

/// The body of something that was sealed for a session at `now`.
fn issued(sid: Sid, now: UnixSeconds) -> Metadata {
    Metadata {
        issued: now,
        sid: Some(sid),
        ..Metadata::default()
    }
}

/// Seconds for which the mark of a session that has ended is kept.
const OUT_FOR: u32 = 86_400;

/// The question to the application about the session of an identifier: whether it may go on.
pub(crate) type IsAlive<'a> = &'a dyn Fn(&Metadata, KeyId) -> bool;
