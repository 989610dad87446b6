//! Requests of a browser to register a device, and to prove it again (docs/spec/devices.md § 16.6).
//!
//! Neither depends on a cookie, because after a link from another site the browser sends none.

use serde_json::json;

use super::{
    Devices, Initiators,
    answer::{AnswerKind, DeviceAnswer},
    proof::Proof,
    seals::{Unsealed, device_id, metadata},
    tag,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Finder,
    crypto::es256::{KEY_LEN, PublicKey},
    keys::KeyId,
    state::{DeviceId, Metadata, Sid},
    token::{Context, SealError},
};

/// One of the two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Register,
    Refresh,
}

/// A request to one of the endpoints.
pub(crate) struct DeviceRequest<'a> {
    pub(crate) endpoint: Endpoint,
    /// `Secure-Session-Response`.
    pub(crate) proof: Option<&'a [u8]>,
    /// `Sec-Secure-Session-Id`.
    pub(crate) identifier: Option<&'a [u8]>,
    /// Host of the request, without the port 443.
    pub(crate) host: Option<&'a str>,
    pub(crate) context: &'a Context,
    pub(crate) now: UnixSeconds,
}

/// Session that a request is about, from the offer or the identifier that it brought.
pub(crate) struct Subject<'a> {
    /// Time of its sign-in, at which the offer was sealed.
    issued: UnixSeconds,
    sid: Sid,
    pub(crate) key_id: KeyId,
    named_by: NamedBy<'a>,
}

/// Offer or identifier by which a request named its session.
enum NamedBy<'a> {
    /// An offer, in this proof of a new device.
    Offer(Proof<'a>),
    /// Identifier of this device.
    Identifier(PublicKey, DeviceId),
}

/// Facts about a subject that its request shows beside it.
pub(crate) struct Facts {
    /// Tags of the subject whose marks came along.
    pub(crate) marks: Vec<String>,
    /// The session may still exist somewhere, and none that was revoked came along.
    pub(crate) is_alive: bool,
    /// Session that came along, if one opens.
    pub(crate) beside: Option<Metadata>,
}

impl Devices {
    /// Returns the endpoint at a path.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        let both = [Endpoint::Register, Endpoint::Refresh];
        both.into_iter()
            .find(|endpoint| self.settings.path_of(*endpoint) == path)
    }

    /// Finds the session that a request is about. The error is the answer to a request about none.
    pub(crate) fn subject<'a>(
        &self,
        request: &DeviceRequest<'a>,
    ) -> Result<Subject<'a>, DeviceAnswer> {
        match request.endpoint {
            Endpoint::Register => self.offered(request).ok_or(DeviceAnswer::refused(400)),
            Endpoint::Refresh => self.identified(request),
        }
    }

    /// Returns the tags of a subject whose marks are among the cookies of its request.
    pub(crate) fn marks<F>(
        &self,
        subject: &Subject<'_>,
        cookie_fields: impl Fn() -> F,
    ) -> Vec<String>
    where
        F: IntoIterator<Item: AsRef<[u8]>>,
    {
        let mut tags = vec![tag(&subject.sid)];
        if let NamedBy::Identifier(_, device) = &subject.named_by {
            tags.insert(0, tag(device));
        }
        tags.retain(|tag| {
            let finder = Finder::new(self.cookies.mark(tag).name());
            // A cookie `name.1` beside none of the name is no mark.
            finder.find(cookie_fields(), 1).iter().next().is_some()
        });
        tags
    }

    pub(crate) fn answer(
        &self,
        request: &DeviceRequest<'_>,
        subject: &Subject<'_>,
        facts: &Facts,
    ) -> DeviceAnswer {
        let may_live = subject.may_live(facts);
        let answer = match &subject.named_by {
            NamedBy::Offer(proof) if may_live => self.register(request, subject, proof),
            NamedBy::Offer(_) => Ok(DeviceAnswer::refused(400)),
            NamedBy::Identifier(key, device) if may_live => {
                self.refresh(request, subject.sid, key, *device)
            }
            NamedBy::Identifier(_, device) => {
                let bound = self.cookies.bound(&tag(device)).expire_one(0);
                let marks = facts.marks.iter();
                let marks = marks.map(|tag| self.cookies.mark(tag).expire_one(0));
                let fields = [bound].into_iter().chain(marks).collect();
                Ok(DeviceAnswer::ended(unquoted(request.identifier), fields))
            }
        };
        answer.unwrap_or_else(|_: SealError| DeviceAnswer::later())
    }

    /// Opens the offer. The signature is verified later, because that takes much longer and anybody may send one.
    fn offered<'a>(&self, request: &DeviceRequest<'a>) -> Option<Subject<'a>> {
        let proof = Proof::parse(unquoted(request.proof)).ok()?;
        let token = proof.challenge.as_bytes();
        let offer: Unsealed<0> = self.offer.open(request.context, token, request.now).ok()?;
        Some(Subject {
            issued: offer.issued,
            sid: offer.sid,
            key_id: offer.key_id,
            named_by: NamedBy::Offer(proof),
        })
    }

    fn register(
        &self,
        request: &DeviceRequest<'_>,
        offer: &Subject<'_>,
        proof: &Proof<'_>,
    ) -> Result<DeviceAnswer, SealError> {
        let key = proof.verify_registration().ok();
        let Some(key) = key.filter(|_| self.is_for(proof, request)) else {
            return Ok(DeviceAnswer::refused(400));
        };
        let DeviceRequest { context, now, .. } = *request;
        let Subject { sid, issued, .. } = *offer;
        let device = device_id(&key, sid);
        let seal = &self.identifier;
        let identifier = seal.seal(context, sid, issued, &key.to_bytes(), now)?;
        let bound_cookie = self.set_bound(context, device, sid, now)?;
        Ok(DeviceAnswer {
            body: Some(self.instructions(&identifier, device)),
            binds: Some(device),
            ..DeviceAnswer::new(AnswerKind::Registered, vec![bound_cookie])
        })
    }

    fn identified<'a>(&self, request: &DeviceRequest<'a>) -> Result<Subject<'a>, DeviceAnswer> {
        let text = unquoted(request.identifier);
        let identifier = self.identifier.open(request.context, text, request.now);
        let identifier: Unsealed<KEY_LEN> = identifier.map_err(|reason| match reason {
            // Another instance may have this key already, so the browser keeps its own.
            Reason::UnknownKey => DeviceAnswer::later(),
            Reason::RetiredKey => DeviceAnswer::ended(text, Vec::new()),
            _ => DeviceAnswer::refused(404),
        })?;
        let key = PublicKey::from_bytes(&identifier.payload).ok_or(DeviceAnswer::refused(404))?;
        let device = device_id(&key, identifier.sid);
        Ok(Subject {
            issued: identifier.issued,
            sid: identifier.sid,
            key_id: identifier.key_id,
            named_by: NamedBy::Identifier(key, device),
        })
    }

    fn refresh(
        &self,
        request: &DeviceRequest<'_>,
        sid: Sid,
        key: &PublicKey,
        device: DeviceId,
    ) -> Result<DeviceAnswer, SealError> {
        let DeviceRequest { context, now, .. } = *request;
        if self.is_proven(key, sid, request) {
            let bound_cookie = self.set_bound(context, device, sid, now)?;
            return Ok(DeviceAnswer::new(AnswerKind::Refreshed, vec![bound_cookie]));
        }
        // Nothing is said about the last proof.
        let challenge = self.challenge.seal(context, sid, now, &[], now)?;
        let identifier = String::from_utf8_lossy(unquoted(request.identifier));
        Ok(DeviceAnswer {
            challenge: Some(format!(r#""{challenge}";id="{identifier}""#)),
            ..DeviceAnswer::new(AnswerKind::Challenged, Vec::new())
        })
    }

    /// Returns `true` if the request proves `key`, by a young challenge for this session. The challenge is checked before
    /// the signature, as at a registration.
    fn is_proven(&self, key: &PublicKey, sid: Sid, request: &DeviceRequest<'_>) -> bool {
        let Ok(proof) = Proof::parse(unquoted(request.proof)) else {
            return false;
        };
        let token = proof.challenge.as_bytes();
        let seal = &self.challenge;
        let challenge = seal.open::<0>(request.context, token, request.now);
        let is_own = challenge.is_ok_and(|challenge| challenge.sid == sid);
        is_own && proof.verify_refresh(key).is_ok() && self.is_for(&proof, request)
    }

    /// Returns `true` if the proof was made for this endpoint, or for none.
    fn is_for(&self, proof: &Proof<'_>, request: &DeviceRequest<'_>) -> bool {
        let Some(audience) = &proof.audience else {
            return true;
        };
        let origin = match (&self.settings.origin, request.host) {
            (Some(origin), _) => origin.clone(),
            (None, Some(host)) => format!("https://{host}"),
            (None, None) => return false,
        };
        let path = self.settings.path_of(request.endpoint);
        audience.strip_prefix(&origin) == Some(&path)
    }

    /// Returns the instructions for the browser.
    fn instructions(&self, identifier: &str, device: DeviceId) -> String {
        let settings = &self.settings;
        let exclude = |path| json!({"type": "exclude", "domain": "*", "path": path});
        let excluded: Vec<_> = settings.excluded.iter().map(exclude).collect();
        let initiators: &[&str] = match settings.initiators {
            Initiators::Any => &["*"],
            Initiators::SameSite => &[],
        };
        json!({
            "session_identifier": identifier,
            "refresh_url": self.settings.path_of(Endpoint::Refresh),
            "scope": {"include_site": false, "scope_specification": excluded},
            "credentials": [{
                "type": "cookie",
                "name": self.cookies.bound(&tag(&device)).name(),
                "attributes": self.cookies.attributes(),
            }],
            "allowed_refresh_initiators": initiators,
        })
        .to_string()
    }
}

impl Subject<'_> {
    /// Returns the fields of the session that its sign-in gave it.
    pub(crate) fn metadata(&self) -> Metadata {
        metadata(self.sid, self.issued)
    }

    /// Returns `true` if the session may still exist, and nothing beside the request says that it has ended.
    fn may_live(&self, facts: &Facts) -> bool {
        let is_its_device = |session: &Metadata| match self.named_by {
            NamedBy::Identifier(_, device) => session.device == Some(device),
            NamedBy::Offer(_) => false,
        };
        facts.marks.is_empty()
            && match &facts.beside {
                // Perhaps under a newer id than the one that the key was registered for.
                Some(session) if is_its_device(session) => true,
                Some(session) => facts.is_alive && self.may_bind(session),
                None => facts.is_alive,
            }
    }

    /// Returns `true` if this is the session of the subject, and it belongs to no device yet.
    fn may_bind(&self, session: &Metadata) -> bool {
        session.device.is_none() && session.sid == Some(self.sid)
    }
}

/// Returns a field value without the quotes that the draft requires and Chromium omits. A missing one is empty.
fn unquoted(field: Option<&[u8]>) -> &[u8] {
    match field {
        Some([b'"', inner @ .., b'"']) => inner,
        Some(bare) => bare,
        None => &[],
    }
}
