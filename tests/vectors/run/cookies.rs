use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Mode, PurposeOf,
    attributes::AttributesOf,
    for_each, padding,
    scene::{Carrier, Scene},
    writes::starred,
};
use crate::{
    base::time::{EPOCH, system_time},
    cookie::{
        Finder, MAX_AGE_LEN, PART_LEN, PartNumbers, SetCookies, Template, attributes::SameSite,
        max_age_len,
    },
    state::{Allowed, Map, Overhead, PARTITION, SizeBudget},
    token::{self, LONGEST_TOKEN},
};

/// The fields of vectors of every kind. Each kind has some of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    #[serde(default)]
    kind: String,
    cookie: String,
    #[serde(flatten)]
    attributes: AttributesOf,
    accepted: Option<bool>,

    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    carried: Vec<usize>,
    cookies: Option<usize>,
    #[serde(default)]
    whole: Vec<Value>,

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

#[test]
fn cookies_are_found_and_set_to_the_byte() {
    for_each("cookies", |name, vector: Vector| match &*vector.kind {
        "find" => {
            let lines = vector.lines.iter().map(|line| latin1(line));
            let found = Finder::new(&vector.cookie).find(lines, LONGEST_TOKEN);
            let values: Vec<_> = vector.values.iter().map(|value| latin1(value)).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), values, "{name}");
        }
        "whole" => {
            let values = Finder::new(&vector.cookie).find(&vector.lines, LONGEST_TOKEN);
            let whole = values.whole(LONGEST_TOKEN).map(|whole| match whole {
                Ok(whole) => {
                    let token = String::from_utf8(whole.text.into_owned()).unwrap();
                    json!({"token": token, "cookies": whole.cookies})
                }
                Err(broken) => json!({"rejected": format!("{broken:?}")}),
            });
            assert_eq!(whole.collect::<Vec<_>>(), vector.whole, "{name}");
            assert_eq!(values.carried, vector.carried(), "{name}");
        }
        "config" => {
            let is_accepted = vector.scene().carrier::<Map>().is_ok();
            assert_eq!(Some(is_accepted), vector.accepted, "{name}");
        }
        "room" => vector.check_room(name, 0),
        _ => {
            let expected: Vec<_> = vector.line.iter().chain(&vector.fields).cloned().collect();
            assert_eq!(vector.sent(), expected, "{name}");
        }
    });
}

impl Vector {
    fn sent(&self) -> Vec<String> {
        let (template, mut fields) = (self.template(), SetCookies::default());
        match &*self.kind {
            "set" => self.set(usize::MAX, &mut fields),
            "split" => {
                let overhead = self.overhead(self.max_age.map_or(0, max_age_len), 0);
                let allowed = Allowed::new(8, self.limit.unwrap());
                self.set(allowed.part_len(self.token().len(), overhead), &mut fields);
            }
            // A session that has ended, and one that goes on.
            "expire" => template.expire_beyond(0, self.carried(), SameSite::None, &mut fields),
            "unused" => {
                let (cookies, same_site) = (self.cookies.unwrap(), template.attributes.same_site);
                template.expire_beyond(cookies, self.carried(), same_site, &mut fields);
            }
            "earlier" => return self.response(),
            other => panic!("{other}"),
        }
        fields.into_iter().collect()
    }

    fn set(&self, part_len: usize, fields: &mut SetCookies) {
        let (template, token) = (self.template(), self.token());
        let mut cookies = 1;
        if part_len < token.len() {
            cookies = template.set_in_parts(token, part_len, self.max_age, fields);
        } else {
            let mut field = template.begin(0, token.len());
            field.push_str(token);
            template.push_end(self.max_age, &mut field);
            fields.push(field);
        }
        assert_eq!(fields.iter().len(), cookies);
    }

    /// The fields of a response, with `*` for the token.
    fn response(&self) -> Vec<String> {
        let scene = self.scene();
        let Ok(Carrier::Cookie(cookie)) = scene.carrier::<Map>() else {
            panic!("it is accepted");
        };
        let session = cookie.load(&self.lines, system_time(EPOCH));
        match self.change.as_deref() {
            Some("store") => session.insert("a", 1).unwrap(),
            Some("drop") => drop(session.invalidate().unwrap()),
            other => panic!("{other:?}"),
        }
        let fields = cookie.save(&session).unwrap().into_iter();
        fields
            .map(|field| starred(&("set-cookie", field)).1)
            .collect()
    }

    fn scene(&self) -> Scene {
        Scene {
            purpose: PurposeOf::Cookie(self.cookie.clone()),
            attributes: Some(self.attributes.clone()),
            earlier: self.earlier.clone(),
            profile: self.parts.map(Into::into),
            ..Scene::default()
        }
    }

    /// `device`: the bytes of a device in each session.
    pub(super) fn check_room(&self, name: &str, device: usize) {
        let mut allowed = Allowed::new(self.parts.unwrap_or(1), self.limit.unwrap());
        if self.attributes.attributes().partitioned {
            allowed = allowed.keeping(PARTITION);
        }
        let overhead = self.overhead(MAX_AGE_LEN, device);
        let token_overhead = token::overhead(self.mode.unwrap().into());
        let padding = padding(self.padding.as_deref());
        let budget = SizeBudget::new(allowed, overhead, token_overhead, padding);
        assert_eq!(budget.map(|budget| budget.room), self.payload, "{name}");
    }

    fn overhead(&self, max_age: usize, device: usize) -> Overhead {
        let (field, part) = (self.template().len(), PART_LEN);
        Overhead {
            field,
            max_age,
            part,
            device,
        }
    }

    fn template(&self) -> Template {
        let (name, attributes) = (self.cookie.parse().unwrap(), self.attributes.attributes());
        assert!(attributes.mistakes(Some(&name)).is_empty());
        Template::new(&name, &attributes)
    }

    fn token(&self) -> &str {
        self.value.as_deref().unwrap()
    }

    /// The parts, as they are known after parsing a request.
    fn carried(&self) -> PartNumbers {
        let parts = self.carried.iter().map(|number| format!("n.{number}=x"));
        Finder::new("n").find(parts, LONGEST_TOKEN).carried
    }
}

/// Encodes one character as one byte.
pub(super) fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}
