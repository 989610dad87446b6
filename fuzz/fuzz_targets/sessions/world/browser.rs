//! A browser: its cookies, or the token that a client keeps elsewhere, and the responses that are under way to it.

use std::collections::{BTreeMap, VecDeque};

use http::{HeaderMap, header::SET_COOKIE};

use super::{
    carrier::RESPONSE_FIELD,
    cookies::{Held, held_in},
};
use crate::model::Carrier;

#[derive(Default)]
pub struct Browser {
    pub jar: Jar,
    pub late: VecDeque<Vec<Sent>>,
}

/// Cookies by name. The token of a header field or without a carrier is under an empty name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jar(BTreeMap<String, String>);

/// A cookie of a response, or its token.
#[derive(Clone, Debug)]
pub struct Sent {
    pub name: String,
    /// Empty if there is no session any more.
    pub value: String,
    /// Length of the whole field.
    pub len: usize,
    pub max_age: Option<u64>,
}

impl Jar {
    pub fn receive(&mut self, sent: impl IntoIterator<Item = Sent>) {
        for sent in sent {
            match sent.value.is_empty() || sent.max_age == Some(0) {
                true => drop(self.0.remove(&sent.name)),
                false => drop(self.0.insert(sent.name, sent.value)),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Puts the token together.
    pub fn held(&self, name: &str) -> Held {
        let pairs: Vec<_> = self.pairs().collect();
        let held = held_in(&pairs, name).into_iter().next();
        held.unwrap_or(Held::Nothing)
    }
}

impl Sent {
    /// Reads what a response says of the session.
    pub fn all_of(answer: &HeaderMap, carrier: Carrier) -> Vec<Sent> {
        let text = |field: &http::HeaderValue| field.to_str().expect("it is text").to_owned();
        match carrier {
            Carrier::Cookie(_) => {
                let fields = answer.get_all(SET_COOKIE).iter().map(text);
                fields.map(|field| Sent::of_cookie(&field)).collect()
            }
            Carrier::Header(..) | Carrier::Token(_) => {
                let fields = answer.get_all(RESPONSE_FIELD).iter().map(text);
                let sent = fields.map(|value| Sent {
                    name: String::new(),
                    len: value.len(),
                    max_age: None,
                    value,
                });
                sent.collect()
            }
        }
    }

    fn of_cookie(field: &str) -> Sent {
        let (pair, attributes) = field.split_once(';').expect("it has attributes");
        let (name, value) = pair.split_once('=').expect("it has a value");
        let max_age = attributes.split("; Max-Age=").nth(1).map(|rest| {
            let seconds = rest.split(';').next().expect("there is a first");
            seconds.parse().expect("it is a number")
        });
        assert!(!value.is_empty() || max_age == Some(0), "{field}");
        Sent {
            name: name.to_owned(),
            value: value.to_owned(),
            len: field.len(),
            max_age,
        }
    }
}
