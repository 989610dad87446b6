//! Sessions bound to a device, so that a stolen cookie opens nothing. Experimental.
//!
//! The browser keeps a private key in the device and proves it every few minutes ([Device Bound Session Credentials]).
//! The public key is kept in no store: everything that the two endpoints need travels in sealed tokens
//! (docs/spec/devices.md).
//!
//! This module and feature `device-bound` may change in a minor release, because the protocol is a draft.
//!
//! [Device Bound Session Credentials]: https://w3c.github.io/webappsec-dbsc/

mod answer;
mod endpoints;
mod json;
mod options;
mod proof;
mod seals;

pub use options::{DeviceBound, Initiators};

pub(crate) use answer::DeviceAnswer;
pub(crate) use endpoints::{Beside, DeviceRequest, Endpoint, Facts, Subject};
pub(crate) use options::Options;
#[cfg(test)]
pub(crate) use {
    proof::{Proof, ProofError},
    seals::device_id,
};

use std::sync::Arc;

use crate::{
    base::time::UnixSeconds,
    cookie::{Attributes, BoundCookies, CookieName, DeviceCookies},
    crypto::{base64url, random::RandomError, sha256::sha256, suite::Mode},
    keys::PurposeSlot,
    state::{Admitted, Departure, DeviceId, Metadata, Sid},
    token::Context,
};
use seals::Seal;

/// The seals and settings of the devices of one cookie.
pub(crate) struct Devices {
    bound: Seal,
    identifier: Seal,
    offer: Seal,
    challenge: Seal,
    options: Options,
    cookies: DeviceCookies,
}

impl Devices {
    /// `serve` derives the keys for one of the four words of docs/spec/devices.md § 16.2.
    pub(crate) fn new<E>(
        options: Options,
        mode: Mode,
        name: &CookieName,
        attributes: &Attributes,
        serve: impl Fn(&str) -> Result<Arc<PurposeSlot>, E>,
    ) -> Result<Devices, E> {
        let seal = |word, span| {
            Ok(Seal {
                slot: serve(word)?,
                mode,
                span,
                skew: options.skew,
            })
        };
        let settings = &options.settings;
        Ok(Devices {
            bound: seal("bound", Some(settings.bound_for.as_secs()))?,
            identifier: seal("identifier", None)?,
            offer: seal("registration", Some(options.offer_for()))?,
            challenge: seal("challenge", Some(settings.challenge_for.as_secs()))?,
            options,
            cookies: DeviceCookies::new(name.clone(), attributes.clone()),
        })
    }

    /// Judges a session that opened, by the bound cookies beside it (docs/spec/devices.md § 16.3).
    pub(crate) fn judge(
        &self,
        context: &Context,
        metadata: &Metadata,
        cookies: &BoundCookies,
        now: UnixSeconds,
    ) -> Option<Admitted> {
        let bound = |token: &[u8]| self.bound.open(context, token, now).ok();
        let proof = match metadata.device {
            Some(device) => {
                let tag = tag(&device);
                let mut cookies = cookies.of(&tag).filter_map(bound);
                cookies.find(|cookie| cookie.payload == device)
            }
            None => {
                let mut cookies = cookies.youngest().filter_map(bound);
                cookies.find(|cookie| metadata.sid == Some(cookie.sid))
            }
        };
        if let Some(proof) = proof {
            return Some(Admitted {
                device: Some(proof.payload),
                until: Some(proof.issued.saturating_add(self.bound_for())),
            });
        }
        let grace = self.options.grace();
        let until = grace.map(|grace| metadata.issued.saturating_add(grace));
        if metadata.device.is_some() || until.is_some_and(|end| now >= end) {
            return None;
        }
        Some(Admitted {
            device: None,
            until,
        })
    }

    /// Returns the field that asks the browser to register a device for a session that was renewed at `now`. `None`:
    /// the settings bind no further session.
    pub(crate) fn offer(
        &self,
        context: &Context,
        sid: Sid,
        now: UnixSeconds,
    ) -> Result<Option<String>, RandomError> {
        if !self.options.settings.offers {
            return Ok(None);
        }
        let challenge = self.offer.seal(context, sid, now, &[], now)?;
        let path = self.options.path_of(Endpoint::Register);
        Ok(Some(format!(
            r#"(ES256);path="{path}";challenge="{challenge}""#
        )))
    }

    /// Returns the `Set-Cookie` fields of a response whose client no longer has this session: the bound cookie goes,
    /// and a mark stays that a refresh or a registration brings along from any site.
    pub(crate) fn depart(&self, departure: Departure, now: UnixSeconds) -> Vec<String> {
        match departure {
            Departure::Bound(device) => {
                let tag = tag(&device);
                vec![
                    self.cookies.drop_bound(&tag),
                    self.cookies.set_mark(&tag, MARKED_FOR),
                ]
            }
            Departure::Unbound(sid, issued) => {
                let offered_until = issued.saturating_add(self.options.offer_for());
                let left = offered_until.saturating_sub(now);
                let needs_mark = self.options.settings.offers && left > 0;
                let mark = needs_mark.then(|| self.cookies.set_mark(&tag(&sid), left));
                mark.into_iter().collect()
            }
        }
    }

    /// Seconds for which a proof counts.
    fn bound_for(&self) -> u64 {
        self.options.settings.bound_for.as_secs()
    }

    fn set_bound(
        &self,
        context: &Context,
        device: DeviceId,
        sid: Sid,
        now: UnixSeconds,
    ) -> Result<String, RandomError> {
        let token = self.bound.seal(context, sid, now, &device, now)?;
        Ok(self
            .cookies
            .set_bound(&tag(&device), &token, self.bound_for()))
    }
}

/// The part for a device, or for the id of a session, in the names of cookies: `base64url(SHA-256(x)[0..6])`.
pub(crate) fn tag(of: &[u8]) -> String {
    let hash = sha256(&[of]);
    let mut text = String::with_capacity(8);
    base64url::encode(&hash[..6], &mut text);
    text
}

/// Seconds for which the mark of a bound session that has ended is kept.
const MARKED_FOR: u64 = 86_400;
