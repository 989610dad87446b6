use std::fmt;

/// What a token is bound to beside its key and purpose: pairs of label and value, in order.
///
/// A token sealed in one context does not open in another. Use it where several applications or
/// tenants share a key ring. The default context is empty.
///
/// # Examples
///
/// ```
/// use hardtack::Context;
///
/// let acme = Context::new([("tenant", "acme")])?;
/// assert_ne!(acme, Context::default());
/// # Ok::<_, hardtack::ContextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// `u32(len) || u8(len label) || label || u16(len value) || value ||` … (SPEC.md § 4.2)
    encoded: Box<[u8]>,
}

impl Context {
    /// Makes a context of `pairs`. Their order counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Context;
    ///
    /// let context = Context::new([("tenant", "acme"), ("stage", "test")])?;
    /// assert_ne!(context, Context::new([("stage", "test"), ("tenant", "acme")])?);
    /// # Ok::<_, hardtack::ContextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A label has at most 255 bytes, a value at most 65,535 (SPEC.md § 4.2).
    pub fn new<L, V>(pairs: impl IntoIterator<Item = (L, V)>) -> Result<Context, ContextError>
    where
        L: AsRef<str>,
        V: AsRef<str>,
    {
        let mut encoded = vec![0; LENGTH_LEN];
        for (label, value) in pairs {
            let (label, value) = (label.as_ref(), value.as_ref());
            let label_len = u8::try_from(label.len()).map_err(|_| ContextError(Part::Label))?;
            let value_len = u16::try_from(value.len()).map_err(|_| ContextError(Part::Value))?;
            encoded.push(label_len);
            encoded.extend_from_slice(label.as_bytes());
            encoded.extend_from_slice(&value_len.to_be_bytes());
            encoded.extend_from_slice(value.as_bytes());
        }
        let len =
            u32::try_from(encoded.len() - LENGTH_LEN).map_err(|_| ContextError(Part::Whole))?;
        encoded[..LENGTH_LEN].copy_from_slice(&len.to_be_bytes());
        Ok(Context {
            encoded: encoded.into(),
        })
    }

    /// Hands `head || u32(len) || pairs`, the associated data of a token, to `use_it`.
    pub(crate) fn with_aad<const HEAD: usize, R>(
        &self,
        head: &[u8; HEAD],
        use_it: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let len = HEAD + self.encoded.len();
        let mut short = [0; SHORT_AAD];
        let mut long = Vec::new();
        let aad = match short.get_mut(..len) {
            Some(short) => short,
            None => {
                long.resize(len, 0);
                &mut long[..]
            }
        };
        aad[..HEAD].copy_from_slice(head);
        aad[HEAD..].copy_from_slice(&self.encoded);
        use_it(aad)
    }
}

impl Default for Context {
    fn default() -> Self {
        Context {
            encoded: Box::new([0; LENGTH_LEN]),
        }
    }
}

/// A label or a value of a [`Context`] is too long.
///
/// # Examples
///
/// ```
/// use hardtack::Context;
///
/// let error = Context::new([("x".repeat(256), "acme")]).unwrap_err();
/// assert_eq!(error.to_string(), "a context label is longer than 255 bytes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextError(Part);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Label,
    Value,
    Whole,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Part::Label => "a context label is longer than 255 bytes",
            Part::Value => "a context value is longer than 65535 bytes",
            Part::Whole => "a context is longer than 4 GiB in all",
        })
    }
}

impl std::error::Error for ContextError {}

const LENGTH_LEN: usize = 4;
/// Enough for a head and a tenant's name without an allocation.
const SHORT_AAD: usize = 72;
