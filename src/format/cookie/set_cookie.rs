//! `Set-Cookie` fields (docs/spec/carriers.md § 9.2 to § 9.4).

use std::fmt::{self, Write};

use super::{
    attributes::{Attributes, MAX_AGE_LEN, MOST_SECONDS, SameSite},
    name::CookieName,
    parts::PartNumbers,
};
use crate::format::base::ConfigError;

/// `Set-Cookie` headers that a response must carry, each as a whole value.
///
/// Append each as a separate header; never join them (RFC 6265 section 3). `Debug` does not show the values.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
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
pub struct SetCookies {
    fields: Vec<String>,
    /// Fields of the session's companion other than `Set-Cookie`, by name and value.
    #[cfg(feature = "unstable-companion")]
    pub(super) of_companion: Vec<(&'static str, String)>,
}

impl SetCookies {
    /// Returns `true` if there is nothing to send.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(cookie.save(&session)?.is_empty()); // nothing was stored
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns the values of the headers.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.starts_with("__Host-session=")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, String> {
        self.fields.iter()
    }

    /// Returns the pairs that a browser sends back, for all fields that set a cookie.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &str> {
        let set = self.fields.iter().filter(|field| !field.ends_with(EXPIRED));
        set.filter_map(|field| field.split(';').next())
    }

    pub(crate) fn push(&mut self, field: String) {
        self.fields.push(field);
    }
}

impl IntoIterator for SetCookies {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.into_iter()
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
        let lengths: Vec<_> = self.fields.iter().map(String::len).collect();
        write!(f, "SetCookies({lengths:?} bytes)")
    }
}

/// Constant parts of a cookie's `Set-Cookie` fields, formatted once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    pub(crate) name: CookieName,
    pub(crate) attributes: Attributes,
    /// The attributes, as text: `; Path=/; …`
    end: String,
}

impl Template {
    pub(crate) fn new(name: &CookieName, attributes: &Attributes) -> Template {
        Template {
            name: name.clone(),
            attributes: attributes.clone(),
            end: attributes.to_string(),
        }
    }

    /// Makes a template of attributes that are not checked otherwise. Errors name `setting`.
    pub(crate) fn checked(
        name: &CookieName,
        attributes: &Attributes,
        setting: &'static str,
    ) -> Result<Template, ConfigError> {
        match attributes.mistakes(Some(name)).first() {
            Some(mistake) => Err(ConfigError::with_cause(setting, mistake)),
            None => Ok(Template::new(name, attributes)),
        }
    }

    /// Returns the length of a field without its value and `Max-Age`.
    pub(crate) fn len(&self) -> usize {
        self.name.as_str().len() + "=".len() + self.end.len()
    }

    /// Begins a field with `name=`, or with `name.1=` for a part, and with room for the end and `room` more characters. The
    /// caller appends the value, and then the end.
    pub(crate) fn begin(&self, number: usize, room: usize) -> String {
        let part_len = if number > 0 { PART_LEN } else { 0 };
        let mut field = String::with_capacity(self.len() + part_len + room);
        field.push_str(self.name.as_str());
        if number > 0 {
            // Writing to a string cannot fail.
            let _ = write!(field, ".{number}");
        }
        field.push('=');
        field
    }

    /// Returns the field that expires the cookie, or one of its parts (docs/spec/carriers.md § 9.4.1). Without `Secure`,
    /// which `SameSite=None` needs, the cookie keeps its own `SameSite`.
    pub(crate) fn expire_one(&self, number: usize, same_site: SameSite) -> String {
        let mut attributes = self.attributes.clone();
        if attributes.secure {
            attributes.same_site = same_site;
        }
        let mut field = self.begin(number, EXPIRED.len());
        let _ = write!(field, "{attributes}{EXPIRED}");
        field
    }

    /// Returns the field that expires the cookie at another path.
    #[cfg(feature = "tower")]
    pub(crate) fn expire_at(&self, path: &str, same_site: SameSite) -> String {
        let mut elsewhere = self.clone();
        path.clone_into(&mut elsewhere.attributes.path);
        elsewhere.expire_one(0, same_site)
    }

    /// Adds a field for each part of `part_len` characters of the token (docs/spec/carriers.md § 9.2). Returns the
    /// number of fields.
    pub(crate) fn set_in_parts(
        &self,
        token: &str,
        part_len: usize,
        max_age: Option<u64>,
        fields: &mut SetCookies,
    ) -> usize {
        let cookies = token.len().div_ceil(part_len);
        for number in 0..cookies {
            let start = number * part_len;
            // A token is ASCII, so every byte is a character.
            let part = &token[start..token.len().min(start + part_len)];
            let mut field = self.begin(number, part.len() + PART_LEN + MAX_AGE_LEN);
            if number == 0 {
                let _ = write!(field, "{cookies}.");
            }
            field.push_str(part);
            self.push_end(max_age, &mut field);
            fields.push(field);
        }
        cookies
    }

    /// Adds fields that expire the cookie and its parts with these numbers, except the ones that a value in `cookies`
    /// cookies uses. Browsers identify a cookie by its name, path, domain and `Partitioned`.
    pub(crate) fn expire_beyond(
        &self,
        cookies: usize,
        sent: PartNumbers,
        same_site: SameSite,
        fields: &mut SetCookies,
    ) {
        for number in sent.beyond(cookies) {
            fields.push(self.expire_one(number, same_site));
        }
    }

    /// Ends a field, after the token.
    pub(crate) fn push_end(&self, max_age: Option<u64>, field: &mut String) {
        field.push_str(&self.end);
        if let Some(seconds) = max_age {
            let _ = write!(field, "; Max-Age={}", seconds.min(MOST_SECONDS));
        }
    }
}

/// Length of `N.` in the first cookie, and of `.1` in the names of the others.
pub(crate) const PART_LEN: usize = 2;
/// Attributes of a cookie that browsers drop.
pub const EXPIRED: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
