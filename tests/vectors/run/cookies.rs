use serde::Deserialize;
use serde_json::{Map as JsonMap, Value};

use super::{Mode, attributes::AttributesOf, for_each, padding, scene::read};
use crate::{
    EncryptionKey, SessionCookie,
    base::time::{EPOCH, system_time},
    carrier::Size,
    cookie::{
        Attributes, CookieName, Finder, MAX_AGE_LEN, PART_LEN, PartNumbers, SetCookies, Template,
        Whole, attributes::SameSite, max_age_len,
    },
    state::{Allowed, Overhead, PARTITION, SizeBudget},
    token::{self, LONGEST_TOKEN},
};

/// The fields of vectors of every kind. Each kind has some of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    kind: String,
    cookie: String,
    #[serde(skip)]
    attributes: Option<AttributesOf>,
    accepted: Option<bool>,

    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    carried: Vec<usize>,
    cookies: Option<usize>,
    #[serde(default)]
    whole: Vec<WholeOf>,

    value: Option<String>,
    max_age: Option<u64>,
    line: Option<String>,
    #[serde(default)]
    fields: Vec<String>,

    #[serde(default)]
    earlier: Vec<AttributesOf>,
    change: Option<String>,

    mode: Option<Mode>,
    limit: Option<usize>,
    parts: Option<usize>,
    padding: Option<String>,
    payload: Option<usize>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(untagged, deny_unknown_fields)]
enum WholeOf {
    Token { token: String, cookies: usize },
    Rejected { rejected: String },
}

impl Vector {
    /// The parts, as they are known after parsing a request.
    fn carried(&self) -> PartNumbers {
        let parts = self.carried.iter().map(|number| format!("n.{number}=x"));
        Finder::new("n").find(parts, LONGEST_TOKEN).carried
    }

    fn attributes(&self) -> Attributes {
        self.attributes.as_ref().unwrap().attributes()
    }

    fn overhead(&self, max_age: usize) -> Overhead {
        Overhead {
            field: self.template().len(),
            max_age,
            part: PART_LEN,
            ..Overhead::default()
        }
    }

    /// The fields of a response, with `*` for the token.
    fn response(&self) -> Vec<String> {
        let mut builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
            .name(&self.cookie)
            .size(self.parts.map_or(Size::Anywhere, |parts| {
                Size::Split(parts.try_into().unwrap())
            }));
        for earlier in &self.earlier {
            builder = builder.formerly(earlier.former());
        }
        let cookie = builder.build().unwrap();
        let session = cookie.load(&self.lines, system_time(EPOCH));
        match self.change.as_deref() {
            Some("store") => session.insert("a", 1).unwrap(),
            Some("drop") => drop(session.invalidate().unwrap()),
            other => panic!("{other:?}"),
        }
        let fields = cookie.save(&session).unwrap();
        fields.iter().map(|field| starred(field)).collect()
    }

    fn template(&self) -> Template {
        let name: CookieName = self.cookie.parse().unwrap();
        let attributes = self.attributes();
        assert!(attributes.mistakes(Some(&name)).is_empty());
        Template::new(&name, &attributes)
    }
}

#[test]
fn cookies_are_found_and_set_to_the_byte() {
    for_each("cookies", |name, mut vector: JsonMap<String, Value>| {
        let has_any = vector.contains_key("path");
        let attributes = has_any.then(|| AttributesOf::take(&mut vector));
        let vector = Vector {
            attributes,
            ..read(vector)
        };
        match vector.kind.as_str() {
            "find" => {
                let lines = vector.lines.iter().map(|line| latin1(line));
                let found = Finder::new(&vector.cookie).find(lines, LONGEST_TOKEN);
                let values: Vec<_> = vector.values.iter().map(|value| latin1(value)).collect();
                assert_eq!(found.iter().collect::<Vec<_>>(), values, "{name}");
            }
            "config" => {
                let name_of = vector.cookie.parse::<CookieName>().ok();
                let now = vector.attributes();
                let mut earlier = vector.earlier.iter().map(AttributesOf::former);
                let found = name_of.is_some_and(|of| {
                    now.mistakes(Some(&of)).is_empty()
                        && earlier.all(|former| {
                            Template::checked(&of, &former.with_defaults_of(&now), "formerly")
                                .is_ok()
                        })
                });
                assert_eq!(Some(found), vector.accepted, "{name}");
            }
            "set" => {
                let value = vector.value.as_deref().unwrap();
                let mut found = SetCookies::default();
                let template = vector.template();
                set(&template, value, usize::MAX, vector.max_age, &mut found);
                assert!(found.iter().eq(&vector.line), "{name}");
            }
            "whole" => {
                let values = Finder::new(&vector.cookie).find(&vector.lines, LONGEST_TOKEN);
                let whole = values.whole(LONGEST_TOKEN).map(|whole| match whole {
                    Ok(Whole { text, cookies }) => WholeOf::Token {
                        token: String::from_utf8(text.into_owned()).unwrap(),
                        cookies,
                    },
                    Err(broken) => WholeOf::Rejected {
                        rejected: format!("{broken:?}"),
                    },
                });
                assert_eq!(whole.collect::<Vec<_>>(), vector.whole, "{name}");
                assert_eq!(values.carried, vector.carried(), "{name}");
            }
            "split" => {
                let (token, limit) = (vector.value.as_deref().unwrap(), vector.limit.unwrap());
                let mut found = SetCookies::default();
                let (template, max_age) = (vector.template(), vector.max_age);
                let overhead = vector.overhead(max_age.map_or(0, max_age_len));
                let part_len = Allowed::new(8, limit).part_len(token.len(), overhead);
                let cookies = set(&template, token, part_len, max_age, &mut found);
                assert_eq!(found.iter().len(), cookies, "{name}");
                assert!(found.iter().eq(&vector.fields), "{name}");
            }
            "expire" => {
                let expected: Vec<_> = vector.line.iter().chain(&vector.fields).collect();
                let mut found = SetCookies::default();
                vector
                    .template()
                    .expire_beyond(0, vector.carried(), SameSite::None, &mut found);
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{name}");
            }
            "earlier" => assert_eq!(vector.response(), vector.fields, "{name}"),
            "unused" => {
                let (cookies, mut found) = (vector.cookies.unwrap(), SetCookies::default());
                let carried = vector.carried();
                let template = vector.template();
                let same_site = template.attributes.same_site;
                template.expire_beyond(cookies, carried, same_site, &mut found);
                assert!(found.iter().eq(&vector.fields), "{name}");
            }
            "room" => {
                let token_overhead = token::overhead(vector.mode.unwrap().into());
                let mut limit = Allowed::new(vector.parts.unwrap_or(1), vector.limit.unwrap());
                if vector.attributes().partitioned {
                    limit = limit.keeping(PARTITION);
                }
                let overhead = vector.overhead(MAX_AGE_LEN);
                let padding = padding(vector.padding.as_deref());
                let budget = SizeBudget::new(limit, overhead, token_overhead, padding);
                assert_eq!(budget.map(|budget| budget.room), vector.payload, "{name}");
            }
            other => panic!("{name}: {other}"),
        }
    });
}

/// A `Set-Cookie` field with `*` for its token.
fn starred(field: &str) -> String {
    let (name, rest) = field.split_once('=').unwrap();
    match rest.split_once(';').unwrap() {
        ("", _) => field.to_owned(),
        (_, attributes) => format!("{name}=*;{attributes}"),
    }
}

/// Encodes one character as one byte.
pub(super) fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

fn set(
    template: &Template,
    token: &str,
    part_len: usize,
    max_age: Option<u64>,
    fields: &mut SetCookies,
) -> usize {
    if part_len < token.len() {
        return template.set_in_parts(token, part_len, max_age, fields);
    }
    let mut field = template.begin(0, token.len());
    field.push_str(token);
    template.push_end(max_age, &mut field);
    fields.push(field);
    1
}
