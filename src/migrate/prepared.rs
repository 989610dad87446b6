//! Old cookie, prepared when a cookie is built: its values and its range, and the conversion of its sessions.

use std::{any::TypeId, collections::BTreeMap, iter, ops::Range, time::SystemTime};

use serde::{Serialize, Serializer, ser::Error};
use serde_json::Value;

use super::{OldCookie, OldSession, Source};
use crate::{
    base::{ConfigError, EPOCH, Reason, UnixSeconds, unix_seconds, unix_seconds_from},
    cookie::{Attributes, CookieName, Finder, Template, Values},
    crypto::scratch::Wiped,
    session::{DroppedCookie, OldValues, Opening},
    state::{Body, LARGEST_COOKIE, Map, Metadata, map::encode},
    token::{Context, LONGEST_TOKEN, Rejected},
};

/// Prepared old cookie of a carrier.
pub(super) struct PreparedCookie {
    finder: Finder,
    /// Template of the field that drops the cookie.
    pub(super) template: Template,
    /// Other cookies that belong to it, with the fields that drop them.
    others: Vec<(Finder, Template)>,
    pub(super) old: OldCookie,
    /// Time during which the cookie is read.
    pub(super) range: Range<UnixSeconds>,
}

impl PreparedCookie {
    /// Prepares `old`. The new cookie has the attributes `own` and the name `new_name`, and its sessions hold `held`.
    pub(super) fn new(
        old: &OldCookie,
        range: &Range<SystemTime>,
        own: &Attributes,
        new_name: &CookieName,
        held: TypeId,
    ) -> Result<PreparedCookie, ConfigError> {
        let parse = |name: &String| {
            let name = name.parse::<CookieName>();
            name.map_err(|error| ConfigError::with_cause(SETTING, &error))
        };
        let name = parse(&old.name)?;
        let others = old
            .others
            .iter()
            .map(parse)
            .collect::<Result<Vec<_>, _>>()?;
        let range = unix_seconds_from(range.start)..unix_seconds_from(range.end);
        let (of_another_type, is_chain, is_ours) = match &old.source {
            Source::Format(_) => (false, false, false),
            Source::SessionCookie {
                held: its,
                takes_over,
                ..
            } => (
                ![TypeId::of::<Map>(), held].contains(its),
                *takes_over,
                true,
            ),
        };
        let rules = [
            (name == *new_name || others.contains(new_name), SAME_NAME),
            (range.is_empty(), EMPTY_RANGE),
            (range.start < EPOCH, TOO_EARLY),
            (of_another_type, OF_ANOTHER_TYPE),
            (is_chain, OF_A_CHAIN),
            (is_ours && old.convert.is_some(), NOT_CONVERTED),
        ];
        if let Some((_, broken)) = rules.iter().find(|(is_broken, _)| *is_broken) {
            return Err(ConfigError::new(SETTING, *broken));
        }
        let attributes = Attributes {
            secure: own.secure,
            same_site: own.same_site,
            ..old.attributes.clone()
        };
        let template = |name| Template::checked(name, &attributes, SETTING);
        let others = others
            .iter()
            .map(|name| Ok((Finder::new(name.as_str()), template(name)?)));
        Ok(PreparedCookie {
            others: others.collect::<Result<_, ConfigError>>()?,
            finder: Finder::new(name.as_str()),
            template: template(&name)?,
            old: old.clone(),
            range,
        })
    }

    /// Returns the cookies that a response drops: this one, and the cookies that belong to it.
    pub(super) fn dropped(&self) -> impl Iterator<Item = DroppedCookie> {
        let own = iter::once(&self.template)
            .chain(&self.old.formerly)
            .map(|template| (template, self.old.most_cookies));
        let others = self.others.iter().map(|(_, template)| (template, 1));
        let all = own.chain(others);
        all.map(|(template, cookies)| DroppedCookie {
            template: template.clone(),
            cookies,
            from: self.range.start,
        })
    }

    /// Returns empty values, to begin the search.
    pub(super) fn nothing(&self) -> OldValues {
        let others = vec![Values::default(); self.others.len()];
        (Values::of_cookies(), others)
    }

    /// Searches a `Cookie` field for values.
    pub(super) fn find_in(&self, field: &[u8], (values, others): &mut OldValues) {
        let longest = match self.old.source {
            Source::Format(_) => LONGEST_VALUE,
            Source::SessionCookie { .. } => LONGEST_TOKEN,
        };
        self.finder.find_in(field, longest, values);
        for ((finder, _), values) in self.others.iter().zip(others) {
            finder.find_in(field, LONGEST_VALUE, values);
        }
    }

    /// Reads the values. A cookie of this crate chooses among its values itself.
    pub(super) fn read<'a>(
        &'a self,
        (values, others): &'a OldValues,
        context: Option<&Context>,
        now: UnixSeconds,
    ) -> Vec<Result<Found<'a>, Rejected>> {
        match &self.old.source {
            Source::Format(reader) => {
                let others: Vec<_> = others.iter().map(only).collect();
                let name = self.template.name.as_str();
                let read = |value| {
                    let session = reader.read(name, text_of(value)?, &others)?;
                    Ok(Found::Entries(value, session))
                };
                values.iter().map(read).collect()
            }
            Source::SessionCookie {
                core, context: own, ..
            } => {
                if !values.is_empty() {
                    core.slot.keep_up();
                }
                let context = context.or(own.as_deref());
                let (chosen, _) = Opening::new(core, context, now).choose(values);
                let chosen = chosen.map(|it| it.map(|candidate| Found::Session(candidate.opened)));
                chosen.into_iter().collect()
            }
        }
    }

    /// Converts a session to a session of this crate, with its dates and a dictionary. Returns `None` if it has no
    /// entries.
    pub(super) fn convert(
        &self,
        found: Found<'_>,
        now: UnixSeconds,
    ) -> Result<Option<Body>, Reason> {
        let session = match found {
            Found::Entries(_, session) => session,
            Found::Session(body) => return Ok(Some(body)),
        };
        let issued = session.created_at.map_or(self.range.start, unix_seconds);
        let has_ended = |end| now >= unix_seconds(end);
        if issued < EPOCH || session.expires_at.is_some_and(has_ended) {
            return Err(Reason::Expired);
        }
        let entries = match &self.old.convert {
            Some(convert) => convert(session.entries).ok_or(Reason::Revoked)?,
            None => session.entries,
        };
        if entries.is_empty() {
            return Ok(None);
        }
        let last_active = session.last_active_at.map_or(now, unix_seconds);
        let metadata = Metadata {
            issued,
            age: u32::try_from(last_active.saturating_sub(issued)).unwrap_or(u32::MAX),
            ..Metadata::default()
        };
        let payload = dictionary(&entries).ok_or(Reason::Payload)?;
        Body::of(metadata, &[], &payload)
            .map(Some)
            .ok_or(Reason::TooLong)
    }
}

/// Returns the value of a cookie, if there is exactly one.
fn only(values: &Values) -> Option<&str> {
    let mut all = values.iter();
    let value = all.next()?;
    text_of(value).ok().filter(|_| all.next().is_none())
}

/// Returns the text of a value, for a reader.
fn text_of(value: &[u8]) -> Result<&str, Reason> {
    if value.len() > LONGEST_VALUE {
        return Err(Reason::TooLong);
    }
    str::from_utf8(value).map_err(|_| Reason::Encoding)
}

/// Session that was found in an old cookie.
pub(super) enum Found<'a> {
    /// Session of another library, with the value that contained it.
    Entries(&'a [u8], OldSession),
    /// Session of a cookie of this crate.
    Session(Body),
}

impl Found<'_> {
    /// Returns bytes that distinguish the session from its rivals.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Found::Entries(value, _) => value,
            Found::Session(opened) => opened.bytes(),
        }
    }

    /// Returns `true` if the session has the date of its beginning.
    pub(super) fn is_dated(&self) -> bool {
        !matches!(self, Found::Entries(_, session) if session.created_at.is_none())
    }
}

/// Encodes a dictionary (SPEC.md § 5.4). Returns `None` if a value is nested too deep, or is an integer beyond 64 bits
/// or a float out of range.
fn dictionary(entries: &serde_json::Map<String, Value>) -> Option<Wiped> {
    let sorted: BTreeMap<_, _> = entries
        .iter()
        .map(|(key, value)| (key, Plain(value)))
        .collect();
    encode(&sorted).ok()
}

/// Value that serializes numbers as numbers. With its feature `arbitrary_precision`, which any crate of a program can
/// enable, `serde_json` writes them as maps.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => serializer.serialize_u64(number),
                (_, Some(number), _) => serializer.serialize_i64(number),
                (_, _, Some(float)) if number.is_f64() => serializer.serialize_f64(float),
                _ => Err(S::Error::custom("a number that would be rounded")),
            },
            Value::Array(values) => serializer.collect_seq(values.iter().map(Plain)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, Plain(value))))
            }
            value => value.serialize(serializer),
        }
    }
}

const SETTING: &str = "migrate_from";
const SAME_NAME: &str =
    "has the name of this cookie; choose another {name}, so that the two can be told apart";
const EMPTY_RANGE: &str = "has a range that ends before it begins; give `switched_on..end`";
const TOO_EARLY: &str =
    "has a range that begins before 2026, which no session can; give the day of the rollout";

const OF_ANOTHER_TYPE: &str = "has a `SessionCookie` whose sessions hold another type; give one of the same type, or of \
    dictionaries";
const OF_A_CHAIN: &str = "has a `SessionCookie` with a {migrate_from} of its own, which would not be read; give each of its old \
    cookies to this cookie instead";
const NOT_CONVERTED: &str =
    "has a `SessionCookie` and a `convert`; leave `convert` out, as its sessions stay as they are";

/// Limit of a value, in bytes. Browsers store none that is longer.
const LONGEST_VALUE: usize = LARGEST_COOKIE;
