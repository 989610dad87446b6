use serde::Deserialize;

use super::{Mode, for_each};
use crate::{
    body::Room,
    cookie::{self, Attributes, CookieName, MAX_AGE_LONGEST, SameSite, Template},
    seal::{LONGEST_TOKEN, token_len},
};

/// The fields of all kinds; `find`, `set`, `expire` and `room` have some each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    #[serde(rename = "spec")]
    _spec: String,
    kind: String,
    cookie: String,

    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    values: Vec<String>,

    #[serde(default)]
    path: String,
    domain: Option<String>,
    #[serde(default)]
    secure: bool,
    same_site: Option<String>,
    #[serde(default)]
    partitioned: bool,
    value: Option<String>,
    max_age: Option<u64>,
    line: Option<String>,

    mode: Option<Mode>,
    limit: Option<usize>,
    payload: Option<usize>,
}

impl Vector {
    fn template(&self) -> Template {
        let attributes = Attributes {
            path: self.path.clone(),
            domain: self.domain.clone(),
            secure: self.secure,
            same_site: match self.same_site.as_deref() {
                Some("Strict") => SameSite::Strict,
                Some("Lax") => SameSite::Lax,
                Some("None") => SameSite::None,
                None => SameSite::Omit,
                Some(other) => panic!("{other}"),
            },
            partitioned: self.partitioned,
        };
        let name: CookieName = self.cookie.parse().unwrap();
        attributes.check(&name).unwrap();
        Template::new(&name, &attributes)
    }
}

#[test]
fn cookies_are_found_and_set_to_the_byte() {
    for_each("cookies", |vector: Vector| {
        let name = &vector.name;
        match vector.kind.as_str() {
            "find" => {
                let lines = vector.lines.iter().map(|line| latin1(line));
                let found = cookie::find(lines, &vector.cookie, LONGEST_TOKEN);
                let values: Vec<_> = vector.values.iter().map(|value| latin1(value)).collect();
                assert_eq!(found.iter().collect::<Vec<_>>(), values, "{name}");
            }
            "set" => {
                let value = vector.value.as_deref().unwrap();
                let found = vector.template().set(value.len(), vector.max_age, |line| {
                    line.push_str(value);
                    Ok::<_, ()>(())
                });
                assert_eq!(found.ok(), vector.line, "{name}");
            }
            "expire" => assert_eq!(Some(vector.template().expire()), vector.line, "{name}"),
            "room" => {
                let token_len = token_len(vector.mode.unwrap().into());
                let (limit, fixed) = (vector.limit.unwrap(), vector.template().len());
                let room = Room::new(limit, fixed, MAX_AGE_LONGEST, token_len);
                assert_eq!(room.map(|room| room.content()), vector.payload, "{name}");
            }
            other => panic!("{name}: {other}"),
        }
    });
}

/// A character is a byte.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}
