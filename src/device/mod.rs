//! Sessions bound to a device, so that a stolen cookie opens nothing. Experimental.
//!
//! The browser keeps a private key in the device and proves that it has the key every few minutes ([Device Bound
//! Session Credentials]). The public key is kept in no store: everything that the two endpoints need travels in sealed
//! tokens (docs/spec/devices.md).
//!
//! This module and feature `device-bound` may change in a minor release, because the protocol is a draft.
//!
//! [Device Bound Session Credentials]: https://w3c.github.io/webappsec-dbsc/

mod answer;
mod beside;
mod binding;
mod endpoints;
mod options;
mod proof;
mod seals;
mod strict_json;

pub use binding::DeviceBinding;
pub use options::{DeviceBound, Initiators};

pub(crate) use answer::DeviceAnswer;
pub(crate) use endpoints::{DeviceRequest, Endpoint, Facts, Subject};
#[cfg(test)]
pub(crate) use {
    proof::{Proof, ProofError},
    seals::device_id,
};

use std::sync::Arc;

use crate::{
    base::{config_error::ConfigError, time::UnixSeconds},
    cookie::{Attributes, BoundCookies, CookieName, DeviceCookies, SetCookies},
    crypto::{base64url, sha256::sha256},
    keys::PurposeSlot,
    session::{Companion, Reason},
    state::{Admitted, Departure, DeviceId, Metadata, Sid},
    token::{Context, SealError},
};
use seals::Seal;

/// Seals and settings of the devices of one cookie.
pub(crate) struct Devices {
    bound: Seal,
    identifier: Seal,
    offer: Seal,
    challenge: Seal,
    settings: DeviceBound,
    cookies: DeviceCookies,
}

impl Devices {
    /// Checks the settings beside those of a cookie. `serve` derives the keys for a word of docs/spec/devices.md § 16.2,
    /// and `skew` are the seconds by which clocks may differ.
    pub(crate) fn new(
        settings: &DeviceBound,
        skew: u64,
        name: &CookieName,
        attributes: &Attributes,
        serve: impl Fn(&str) -> Result<Arc<PurposeSlot>, ConfigError>,
    ) -> Result<Devices, ConfigError> {
        if let Some(mistake) = settings.mistake(name.as_str(), attributes) {
            return Err(ConfigError::new("device_bound", mistake));
        }
        let seal = |word, duration| {
            serve(word).map(|slot| Seal {
                slot,
                duration,
                skew,
            })
        };
        Ok(Devices {
            bound: seal("bound", Some(settings.bound_for.as_secs()))?,
            identifier: seal("identifier", None)?,
            offer: seal("registration", Some(settings.offer_for()))?,
            challenge: seal("challenge", Some(settings.challenge_for.as_secs()))?,
            settings: settings.clone(),
            cookies: DeviceCookies::new(name.clone(), attributes.clone()),
        })
    }

    /// Returns the seconds for which a proof counts.
    fn bound_for(&self) -> u64 {
        self.settings.bound_for.as_secs()
    }

    fn set_bound(
        &self,
        context: &Context,
        device: DeviceId,
        sid: Sid,
        now: UnixSeconds,
    ) -> Result<String, SealError> {
        let token = self.bound.seal(context, sid, now, &device, now)?;
        let cookie = self.cookies.bound(&tag(&device));
        Ok(cookie.set_whole(&token, self.bound_for()))
    }
}

impl Companion for Devices {
    /// docs/spec/devices.md § 16.3.
    fn judge(
        &self,
        context: &Context,
        metadata: &Metadata,
        cookies: &BoundCookies,
        now: UnixSeconds,
    ) -> Result<Admitted, Reason> {
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
            return Ok(Admitted {
                device: Some(proof.payload),
                until: Some(proof.issued.saturating_add(self.bound_for())),
            });
        }
        let grace = self.settings.grace();
        let until = grace.map(|grace| metadata.issued.saturating_add(grace));
        if metadata.device.is_some() || until.is_some_and(|end| now >= end) {
            return Err(Reason::Stale);
        }
        Ok(Admitted {
            device: None,
            until,
        })
    }

    fn fields_for(
        &self,
        context: &Context,
        departed: Option<Departure>,
        renewed: Option<Sid>,
        now: UnixSeconds,
    ) -> Result<SetCookies, SealError> {
        let mut fields = SetCookies::default();
        match departed {
            // The mark stays, and tells the next refresh or registration, from any site, that the session has ended.
            Some(Departure::Bound(device)) => {
                let tag = tag(&device);
                fields.push(self.cookies.bound(&tag).expire_one(0));
                fields.push(self.cookies.mark(&tag).set_whole("1", MARKED_FOR));
            }
            Some(Departure::Unbound(sid, issued)) => {
                let offered_until = issued.saturating_add(self.settings.offer_for());
                let left = offered_until.saturating_sub(now);
                if self.settings.offers && left > 0 {
                    fields.push(self.cookies.mark(&tag(&sid)).set_whole("1", left));
                }
            }
            None => {}
        }
        if let Some(sid) = renewed.filter(|_| self.settings.offers) {
            let challenge = self.offer.seal(context, sid, now, &[], now)?;
            let path = self.settings.path_of(Endpoint::Register);
            let offer = format!(r#"(ES256);path="{path}";challenge="{challenge}""#);
            fields.registration = Some(offer);
        }
        Ok(fields)
    }
}

impl SetCookies {
    /// Returns the value of the response's field `Secure-Session-Registration`, which asks the browser to register a
    /// device for a session that was renewed. Feature `device-bound`.
    #[must_use]
    pub fn registration(&self) -> Option<&str> {
        self.registration.as_deref()
    }
}

/// Returns the part of a cookie's name for a device or a session's id: `base64url(SHA-256(x)[0..6])`.
pub(crate) fn tag(of: &[u8]) -> String {
    let hash = sha256(&[of]);
    let mut text = String::with_capacity(8);
    base64url::encode(&hash[..6], &mut text);
    text
}

/// Seconds for which the mark of a bound session that has ended is kept.
const MARKED_FOR: u64 = 86_400;
