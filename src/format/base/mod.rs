//! Small parts that most folders use: times, the error of settings and its sentences, and the reasons for which a session is
//! refused.

pub(crate) mod config_error;
#[rustfmt::skip] // One line a mistake.
pub(crate) mod mistakes;
pub(crate) mod reason;
pub(crate) mod time;

pub(crate) use config_error::{ConfigError, Sentence};
pub(crate) use reason::Reason;
pub(crate) use time::{
    EPOCH, UnixSeconds, parse_time, show_time, system_time, unix_seconds, unix_seconds_from,
};

/// Longest label of an application or a type, in bytes (SPEC.md § 3.2).
pub(crate) const LONGEST_LABEL: usize = 255;

/// Returns `true` for a character of a `token` (RFC 9110 section 5.6.2). Names of headers are tokens, and names of
/// cookies too (RFC 6265).
pub(crate) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// Implements `Debug` of an error by its `Display`, because `main` prints the `Debug` form of an error.
macro_rules! debug_by_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}

/// Implements `Display` of a public id by its hexadecimal digits, and `Debug` by the name of its type and the same
/// digits.
macro_rules! show_in_hex {
    ($id:ident as $number:ty) => {
        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let digits = 2 * self.0.len();
                write!(f, "{:0digits$x}", <$number>::from_be_bytes(self.0))
            }
        }

        impl std::fmt::Debug for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($id))
            }
        }
    };
}

/// Implements parsing of the hexadecimal digits that [`show_in_hex`] shows, and serde: as these digits in formats that
/// people read, and otherwise as the bytes.
macro_rules! read_from_hex {
    ($id:ident as $number:ty, $error:ty, $refuse:expr) => {
        /// Parses the hexadecimal digits of an id.
        impl std::str::FromStr for $id {
            type Err = $error;

            fn from_str(text: &str) -> Result<$id, $error> {
                let is_digit = |byte: u8| byte.is_ascii_hexdigit();
                <$number>::from_str_radix(text, 16)
                    .ok()
                    .filter(|_| text.len() == 2 * size_of::<$id>() && text.bytes().all(is_digit))
                    .map(|number| $id(number.to_be_bytes()))
                    .ok_or_else($refuse)
            }
        }

        /// As hexadecimal digits in formats such as JSON, and otherwise as bytes.
        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        /// As hexadecimal digits in formats such as JSON, and otherwise as bytes.
        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$id, D::Error> {
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    serde::Deserialize::deserialize(deserializer).map($id)
                }
            }
        }
    };
}

/// Implements `Clone` field by field. Unlike a derived `Clone`, it requires `Clone` only of the type parameters that
/// say so.
macro_rules! clone_by_fields {
    ($name:ident<$($parameter:ident $(: $bound:ident)?),+> { $($field:tt),+ }) => {
        impl<$($parameter $(: $bound)?),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                $name { $($field: Clone::clone(&self.$field)),+ }
            }
        }
    };
}

pub(crate) use clone_by_fields;
pub(crate) use debug_by_display;
pub(crate) use read_from_hex;
pub(crate) use show_in_hex;
