//! The cookies of a request: those of its browser, and what stands beside them.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::World;
use crate::{
    case::{Beside, Between, Request},
    model::Carrier,
};

type Pair = (String, String);

/// By their fields.
pub struct Cookies(Vec<Vec<Pair>>);

/// What a value of the session's cookie holds of a token, with the parts beside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Nothing,
    Token(String),
    /// Parts of which no token can be put together.
    Pieces,
}

impl World {
    pub fn cookies_of(&self, request: &Request) -> Cookies {
        let pairs = |browser: u8| self.browsers[usize::from(browser) % 3].jar.pairs();
        let own: Vec<Pair> = pairs(request.browser).collect();
        let is_cookie = matches!(self.settings.carrier, Carrier::Cookie(_));
        let Some(beside) = request.beside().filter(|_| is_cookie) else {
            return Cookies(vec![own]);
        };
        let (mut first, mut second) = (own, pairs(beside.browser).collect());
        if beside.is_first {
            (first, second) = (second, first);
        }
        first.extend(self.between(beside));
        Cookies(if beside.is_apart {
            vec![first, second]
        } else {
            vec![[first, second].concat()]
        })
    }

    fn between(&self, beside: Beside) -> Vec<Pair> {
        let name = self.settings.name();
        match beside.between {
            Between::Nothing => Vec::new(),
            Between::OthersNames => {
                let names = [
                    String::new(),
                    format!("{name} "),
                    format!("{name}.8"),
                    format!("x{name}"),
                    format!("a {name}"),
                    name.to_ascii_uppercase(),
                ];
                names.map(|name| (name, "2.x".to_owned())).into()
            }
            Between::Values(count) => {
                let value = |number| match number % 2 {
                    0 => format!("x{number}"),
                    _ => format!("2.x{number}"),
                };
                (0..count).map(|n| (name.to_owned(), value(n))).collect()
            }
        }
    }
}

impl Cookies {
    /// Returns what each value of `name` holds.
    pub fn held(&self, name: &str) -> Vec<Held> {
        held_in(&self.0.concat(), name)
    }

    /// Returns whether there is a cookie of this name, or a part of one.
    pub fn has_any(&self, name: &str) -> bool {
        let is_part = |found: &str| {
            let number = found
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('.'));
            number.is_some_and(|number| matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7"))
        };
        let mut names = self.0.iter().flatten().map(|(found, _)| found);
        names.any(|found| found == name || is_part(found))
    }

    /// Returns the fields of the request, of which a token in a header field is one.
    pub fn fields(&self, carrier: Carrier) -> HeaderMap {
        let mut fields = HeaderMap::new();
        let value = |text: &str| HeaderValue::from_str(text).expect("it is text");
        match carrier {
            Carrier::Cookie(_) => {
                for pairs in &self.0 {
                    let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
                    let field = pairs.collect::<Vec<_>>().join("; ");
                    fields.append(header::COOKIE, value(&field));
                }
            }
            Carrier::Header(name, _) => {
                let scheme = match name {
                    "authorization" => "bEARER ",
                    _ => "",
                };
                for (_, token) in self.0.iter().flatten() {
                    let token = value(&format!("{scheme}{token}"));
                    fields.insert(HeaderName::from_static(name), token);
                }
            }
            Carrier::Token(_) => {}
        }
        fields
    }
}

impl Held {
    pub fn text(&self) -> Option<&str> {
        match self {
            Held::Token(token) => Some(token),
            Held::Nothing | Held::Pieces => None,
        }
    }
}

/// Returns what the first four different values of `name` hold (docs/spec/carriers.md § 9.1, § 9.2).
pub fn held_in(pairs: &[Pair], name: &str) -> Vec<Held> {
    let values_of = |name: &str| {
        let mut values: Vec<&str> = Vec::new();
        for (_, value) in pairs.iter().filter(|(found, _)| found == name) {
            if !values.contains(&&**value) {
                values.push(value);
            }
        }
        values
    };
    let held = |value: &str| {
        let Some((count, first)) = value.split_once('.') else {
            return Held::Token(value.to_owned());
        };
        let count: usize = count.parse().expect("the site has written it");
        let mut token = first.to_owned();
        for part in 1..count {
            match values_of(&format!("{name}.{part}"))[..] {
                [text] => token.push_str(text),
                _ => return Held::Pieces,
            }
        }
        Held::Token(token)
    };
    values_of(name).into_iter().take(4).map(held).collect()
}
