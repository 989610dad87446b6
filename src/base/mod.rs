//! Small parts that most rooms use: times, errors of settings, and the reasons for which a session is refused.

pub(crate) mod clock;
pub(crate) mod config_error;
pub(crate) mod duration;
pub(crate) mod reason;
pub(crate) mod time;

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

/// Implements `Clone` field by field. Unlike a derived `Clone`, it does not require `Clone` of the type parameters.
macro_rules! clone_by_fields {
    ($name:ident<$($parameter:ident),+> { $($field:tt),+ }) => {
        impl<$($parameter),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                $name { $($field: Clone::clone(&self.$field)),+ }
            }
        }
    };
}

pub(crate) use clone_by_fields;
pub(crate) use debug_by_display;
pub(crate) use show_in_hex;
