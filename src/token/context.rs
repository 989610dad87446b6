use std::fmt;

use crate::base::debug::debug_by_display;

/// Pairs of label and value that a token is bound to, in addition to its key and purpose.
///
/// A token sealed in one context does not open in another. Use contexts where tenants or stages share a key
/// ring, and [`application`](crate::carrier::SessionCookieBuilder::application) where applications do. The default context is
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `u8(len label) || label || u16(len value) || value ||` … (SPEC.md § 4.2)
    encoded: Box<[u8]>,
}

/// The pairs before those of a [`Context`]: the application's, then the type's (SPEC.md § 4.2).
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    encoded: Box<[u8]>,
}

/// All pairs that a token is bound to.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    reserved: &'a Reserved,
    context: &'a Context,
}

impl Context {
    /// Makes a context of `pairs`, whose order counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::carrier::Context;
    ///
    /// let context = Context::new([("tenant", "acme"), ("stage", "test")])?;
    /// assert_ne!(context, Context::new([("stage", "test"), ("tenant", "acme")])?);
    /// # Ok::<_, hardtack::carrier::ContextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A label is longer than 255 bytes or begins with `hardtack.`, a value is longer than 65,535 bytes, or all
    /// pairs together are longer than 4 GiB ([SPEC.md § 4.2]).
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn new<L, V>(pairs: impl IntoIterator<Item = (L, V)>) -> Result<Context, ContextError>
    where
        L: AsRef<str>,
        V: AsRef<str>,
    {
        let mut encoded = Vec::new();
        for (label, value) in pairs {
            let (label, value) = (label.as_ref(), value.as_ref());
            if label.starts_with(RESERVED) {
                return Err(ContextError(Problem::Reserved));
            }
            append_pair(label, value, &mut encoded).map_err(ContextError)?;
        }
        if encoded.len() > LONGEST {
            return Err(ContextError(Problem::Whole(encoded.len())));
        }
        Ok(Context {
            encoded: encoded.into(),
        })
    }
}

impl Reserved {
    /// `type_label` is empty for a type without a label.
    pub(crate) fn new(application: Option<&str>, type_label: &str) -> Result<Reserved, LabelError> {
        let mut encoded = Vec::new();
        let type_label = Some(type_label).filter(|label| !label.is_empty());
        for (label, value) in [(APPLICATION, application), (TYPE, type_label)] {
            let Some(value) = value else {
                continue;
            };
            if !(1..=LONGEST_RESERVED).contains(&value.len()) {
                let found = value.len();
                return Err(LabelError { label, found });
            }
            append_pair(label, value, &mut encoded).expect("both lengths are at most 255");
        }
        Ok(Reserved {
            encoded: encoded.into(),
        })
    }

    pub(crate) fn before<'a>(&'a self, context: &'a Context) -> Binding<'a> {
        Binding {
            reserved: self,
            context,
        }
    }
}

/// The label of the application is empty, or it or that of the type is longer than 255 bytes.
#[derive(Debug)]
pub(crate) struct LabelError {
    label: &'static str,
    found: usize,
}

impl LabelError {
    pub(crate) fn is_of_application(&self) -> bool {
        self.label == APPLICATION
    }
}

/// The rest of a sentence that begins with the label.
impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found;
        write!(f, "has {found} bytes, expected 1 to {LONGEST_RESERVED}")
    }
}

impl Binding<'_> {
    /// `head || u32(len pairs) || pairs`: the associated data of a token.
    pub(crate) fn aad(self, head: &[u8]) -> Vec<u8> {
        let (reserved, pairs) = (&*self.reserved.encoded, &*self.context.encoded);
        let len = u32::try_from(reserved.len() + pairs.len());
        let len = len.expect("`Context::new` and `Reserved::new` limit the pairs");
        let mut aad = Vec::with_capacity(head.len() + LENGTH_LEN + reserved.len() + pairs.len());
        aad.extend_from_slice(head);
        aad.extend_from_slice(&len.to_be_bytes());
        aad.extend_from_slice(reserved);
        aad.extend_from_slice(pairs);
        aad
    }
}

fn append_pair(label: &str, value: &str, encoded: &mut Vec<u8>) -> Result<(), Problem> {
    let label_len = u8::try_from(label.len()).map_err(|_| Problem::Label(label.len()))?;
    let value_len = u16::try_from(value.len()).map_err(|_| Problem::Value(value.len()))?;
    encoded.push(label_len);
    encoded.extend_from_slice(label.as_bytes());
    encoded.extend_from_slice(&value_len.to_be_bytes());
    encoded.extend_from_slice(value.as_bytes());
    Ok(())
}

/// A label or value of a [`Context`] is too long, or a label is reserved.
#[derive(Clone, PartialEq, Eq)]
pub struct ContextError(Problem);

/// With lengths in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Label(usize),
    Value(usize),
    Whole(usize),
    Reserved,
}

debug_by_display!(ContextError);

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::Label(found) => {
                write!(f, "context label has {found} bytes, expected at most 255")
            }
            Problem::Value(found) => {
                write!(f, "context value has {found} bytes, expected at most 65535")
            }
            Problem::Whole(found) => {
                write!(f, "context has {found} bytes, expected less than 4 GiB")
            }
            Problem::Reserved => f.write_str(
                "context label begins with `hardtack.`, which is reserved; choose another",
            ),
        }
    }
}

impl std::error::Error for ContextError {}

/// Prefix of the labels that only this crate uses.
const RESERVED: &str = "hardtack.";
const APPLICATION: &str = "hardtack.application";
const TYPE: &str = "hardtack.type";
/// Most bytes of the label of an application or a type.
const LONGEST_RESERVED: usize = 255;
const LENGTH_LEN: usize = 4;
/// Most bytes of a context's pairs. With the reserved ones, their length still fits a u32.
const LONGEST: usize = u32::MAX as usize - 1024;
