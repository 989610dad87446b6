//! A field of a form, as a browser or a program encodes it.

use arbitrary::Arbitrary;

use super::VISITOR;

#[derive(Debug, Arbitrary)]
pub struct Field<'a> {
    pub name: Text<'a>,
    pub value: Text<'a>,
    /// Every byte of it is percent-encoded.
    is_encoded: bool,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Text<'a> {
    TokenField,
    Token,
    TokenOfAnother,
    Any(&'a str),
}

impl Field<'_> {
    pub fn encode(&self, text: &str) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() && !self.is_encoded;
        let encode = |byte: u8| match byte {
            byte if is_plain(byte) => char::from(byte).to_string(),
            b' ' if !self.is_encoded => "+".to_owned(),
            byte => format!("%{byte:02x}"),
        };
        text.bytes().map(encode).collect()
    }
}

impl Text<'_> {
    pub fn text(&self) -> &str {
        match self {
            Text::TokenField => "csrf_token",
            Text::Token => &VISITOR.token,
            Text::TokenOfAnother => &VISITOR.token_of_another,
            Text::Any(text) => text,
        }
    }
}
