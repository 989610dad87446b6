use http::{HeaderMap, header::SET_COOKIE};

use super::pair_of;

/// A browser's memory of one cookie.
#[derive(Debug, Default)]
pub(crate) struct Jar {
    /// `name=value`.
    pub(crate) pair: Option<String>,
    /// What followed it: `; Path=/; …`.
    attributes: String,
}

impl Jar {
    pub(crate) fn of(pair: impl Into<String>) -> Jar {
        Jar {
            pair: Some(pair.into()),
            attributes: String::new(),
        }
    }

    /// Takes in the fields of a response, in their order.
    #[track_caller]
    pub(crate) fn receive(&mut self, response: &HeaderMap) {
        for field in response.get_all(SET_COOKIE) {
            let field = field.to_str().expect("a field of visible ASCII");
            let (pair, attributes) = field.split_at(pair_of(field).len());
            match attributes.split_once("; Max-Age=0") {
                None => {
                    attributes.clone_into(&mut self.attributes);
                    self.pair = Some(pair.to_owned());
                }
                // A browser drops the cookie of the same name, path and domain only.
                Some((same, _)) if self.attributes.is_empty() || self.attributes == same => {
                    self.pair = None;
                }
                Some((other, _)) => panic!("{other:?} expires nothing of {:?}", self.attributes),
            }
        }
    }

    /// The value of the `Cookie` field.
    pub(crate) fn cookie_field(&self) -> &str {
        self.pair.as_deref().unwrap_or_default()
    }
}
