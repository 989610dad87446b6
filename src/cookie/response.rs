//! `Set-Cookie` fields (SPEC.md § 9.3, § 9.4).

use std::fmt;

use super::{
    attributes::{Attributes, push_max_age},
    name::CookieName,
};

/// The `Set-Cookie` fields that a response must carry, each a whole field value.
///
/// Append each as a field of its own; never join them (RFC 6265 section 3). `Debug` does not show what
/// they carry.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// # session.insert("user", 42)?;
/// let mut head = String::new();
/// for field in cookie.save(&session)? {
///     head.push_str(&format!("Set-Cookie: {field}\r\n"));
/// }
/// assert!(head.starts_with("Set-Cookie: __Host-session="));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a session is not saved unless its `Set-Cookie` fields are sent"]
pub struct SetCookies(Vec<String>);

impl SetCookies {
    /// Nothing to send.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// assert_eq!(session.get::<u32>("user")?, None);
    /// assert!(cookie.save(&session)?.is_empty()); // reading writes nothing
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field values.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.len() <= 3_072));
    /// # assert_eq!(fields.iter().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, String> {
        self.0.iter()
    }

    /// `field`, after those of `former`.
    pub(crate) fn after(former: &[String], field: String) -> SetCookies {
        let mut fields = Vec::with_capacity(former.len() + 1);
        fields.extend_from_slice(former);
        fields.push(field);
        SetCookies(fields)
    }
}

impl IntoIterator for SetCookies {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a SetCookies {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths = self.0.iter().map(String::len);
        f.debug_tuple("SetCookies")
            .field(&format_args!("{:?} bytes", lengths.collect::<Vec<_>>()))
            .finish()
    }
}

/// What every `Set-Cookie` field of one cookie has, formatted once.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// `name=`
    start: String,
    /// `; Path=/; …`
    end: String,
}

impl Template {
    pub(crate) fn new(name: &CookieName, attributes: &Attributes) -> Template {
        Template {
            start: format!("{name}="),
            end: attributes.to_string(),
        }
    }

    /// Bytes of a field beside its value, without `Max-Age`.
    pub(crate) fn len(&self) -> usize {
        self.start.len() + self.end.len()
    }

    /// The field whose value, of `value_len` bytes, `write_value` appends.
    pub(crate) fn set<E>(
        &self,
        value_len: usize,
        max_age: Option<u64>,
        write_value: impl FnOnce(&mut String) -> Result<(), E>,
    ) -> Result<String, E> {
        let capacity = self.len() + value_len + super::MAX_AGE_LONGEST;
        let mut line = String::with_capacity(capacity);
        line.push_str(&self.start);
        write_value(&mut line)?;
        line.push_str(&self.end);
        if let Some(seconds) = max_age {
            push_max_age(&mut line, seconds);
        }
        Ok(line)
    }

    /// The field that tells a browser to drop the cookie. Browsers find it by the same name, path,
    /// domain and flags.
    pub(crate) fn expire(&self) -> String {
        let Template { start, end } = self;
        format!("{start}{end}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
