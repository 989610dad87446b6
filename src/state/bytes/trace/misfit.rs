//! Values that cannot be stored as they are, and what to do about it.

use std::{any::type_name, error::Error, fmt};

use serde::ser;

use crate::state::error::SessionError;

/// Form in which a value will be stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::state::bytes) enum Form {
    /// In MessagePack, with names (SPEC.md § 5.4): a value of this type.
    Named(&'static str),
    /// In postcard, by position (SPEC.md § 5.5).
    Positional,
}

impl Form {
    /// Returns `true` if an integer of 128 bits is read as one. In MessagePack it is a byte string until it is asked for,
    /// and types that serde buffers do not ask. Only the names of types with nothing else around say that none is there.
    pub(super) fn keeps_wide_integers(self) -> bool {
        let Form::Named(of) = self else { return true };
        let mut words = of.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| matches!(word, "u128" | "i128"))
    }
}

/// Why a value cannot be stored. Names are those of its program, never content.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::state::bytes) enum Misfit {
    /// Its `Serialize` fails.
    Fails,
    /// A list or map that does not say how many elements it has.
    Uncounted,
    /// A field of a structure is left out.
    LeftOut(&'static str, &'static str),
    /// Its bytes are not read.
    Unread,
    /// Its bytes are read as something else: in this field or alternative of a type, where it has a name.
    Differs(Option<(&'static str, &'static str)>),
    /// `Some` of nothing.
    NestedNone,
    /// An integer of 128 bits inside a type of which nobody knows how it is read.
    Wide,
}

/// Error of serde while a value is refused. It is small, because every call returns one or none; the trace has the reason.
#[derive(Debug)]
pub(super) struct Refused;

impl ser::Error for Refused {
    /// The message may quote the value.
    fn custom<M: fmt::Display>(_: M) -> Refused {
        Refused
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be stored")
    }
}

impl Error for Refused {}

impl Misfit {
    /// Returns the error about a `V`.
    #[cold]
    pub(in crate::state::bytes) fn about<V: ?Sized>(self) -> SessionError {
        let named = |(of, name): (_, _)| format!("`{name}` of `{of}`");
        let whole = || format!("a value of type `{}`", type_name::<V>());
        let (subject, reason) = match self {
            Misfit::Fails => (whole(), FAILS),
            Misfit::Uncounted => (whole(), UNCOUNTED),
            Misfit::LeftOut(of, name) => (named((of, name)), LEFT_OUT),
            Misfit::Unread => (whole(), UNREAD),
            Misfit::Differs(differs) => (differs.map_or_else(whole, named), DIFFERS),
            Misfit::NestedNone => (whole(), NESTED_NONE),
            Misfit::Wide => (whole(), WIDE),
        };
        SessionError::Encode { subject, reason }
    }
}

const FAILS: &str =
    "its `Serialize` fails, as that of a variant with `skip` or `skip_serializing` does";
const UNCOUNTED: &str = "a list or map in it does not say how many elements it has; remove `flatten`, or store a `Vec` or \
    `BTreeMap`";
const LEFT_OUT: &str =
    "`skip_serializing_if` leaves it out, and the type is stored by position; remove the attribute";
const UNREAD: &str = "it could not be read again, because the type is stored by position; remove `untagged`, `tag` and \
    `flatten`, and give `Serialize` and `Deserialize` the same form";
const DIFFERS: &str = "it would be read as something else; give `Serialize` and `Deserialize` the same fields and \
    variants in the same order (`skip`, `skip_serializing`, `skip_deserializing`, `rename`, `with`)";
const NESTED_NONE: &str =
    "it holds `Some(None)` or `Some(())`, which would be read as `None`; use a separate enum";
const WIDE: &str = "it holds an integer of 128 bits, which is lost where its type is `untagged`, has a `tag` or is \
    flattened; store the integer alone, or as a string";
