//! Purposes that keys are derived for.

use crate::format::{
    base::{LONGEST_LABEL, config_error::ConfigError, is_token_char, mistakes},
    crypto::suite::Suite,
};

/// Name, application and type that keys are derived for. A token opens only under the purpose that it was sealed for
/// (SPEC.md § 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purpose {
    name: String,
    /// Empty if the sessions have no application label.
    application: String,
    /// Empty for a dictionary and for a type without a label, unless the builder replaces the label.
    type_label: String,
}

impl Purpose {
    /// Returns the purpose of a cookie. A cookie's name cannot contain `:`, so this purpose never equals another kind
    /// of purpose.
    pub(crate) fn cookie(name: &str) -> Purpose {
        Purpose::named(name.to_owned())
    }

    /// Returns the purpose of a session in the request header `name`, whose case does not matter. Returns `None` if
    /// `name` is not a header name, or is longer than 128 bytes.
    pub(crate) fn header(name: &str) -> Option<Purpose> {
        let is_name =
            (1..=LONGEST_HEADER_NAME).contains(&name.len()) && name.chars().all(is_token_char);
        is_name.then(|| Purpose::named(format!("{HEADER}{}", name.to_ascii_lowercase())))
    }

    /// Returns the purpose of a bare token. Returns `None` if `name` is empty or longer than a derivation takes.
    pub(crate) fn token(name: &str) -> Option<Purpose> {
        let whole = format!("token:{name}");
        let is_good = !name.is_empty() && whole.len() <= usize::from(u16::MAX);
        is_good.then(|| Purpose::named(whole))
    }

    fn named(name: String) -> Purpose {
        Purpose {
            name,
            ..Purpose::default()
        }
    }

    /// Returns the same purpose for one application and one type.
    pub(crate) fn with_labels(
        self,
        application: Option<&str>,
        type_label: &str,
    ) -> Result<Purpose, ConfigError> {
        if let Some(label) = application.filter(|l| !(1..=LONGEST_LABEL).contains(&l.len())) {
            let reason = mistakes::no_application(label.len());
            return Err(ConfigError::new("application", reason));
        }
        if type_label.len() > LONGEST_LABEL {
            let reason = mistakes::too_many_bytes(type_label.len(), LONGEST_LABEL);
            return Err(ConfigError::new("type_label", reason));
        }
        Ok(Purpose {
            application: application.unwrap_or_default().to_owned(),
            type_label: type_label.to_owned(),
            ..self
        })
    }

    /// Returns the purpose of a companion's tokens, `device:WORD:NAME`, with the labels of this cookie.
    #[cfg(feature = "unstable-companion")]
    pub(crate) fn device(&self, word: &str) -> Purpose {
        Purpose {
            name: format!("device:{word}:{}", self.name),
            ..self.clone()
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the request header, in lower case, if this is the purpose of one.
    pub(crate) fn header_name(&self) -> Option<&str> {
        self.name.strip_prefix(HEADER)
    }

    /// Returns `true` if both purposes have the same name and application.
    pub(crate) fn differs_in_type_at_most(&self, other: &Purpose) -> bool {
        (&self.name, &self.application) == (&other.name, &other.application)
    }

    /// Returns the info of a derivation (SPEC.md § 3.1). Each part of variable length follows its length, so different
    /// derivations never have the same info.
    ///
    /// ```text
    /// u8(len LABEL) || LABEL || u8(len what) || what || format
    ///     || u16(len name) || name || u8(len application) || application || u8(len type) || type
    /// ```
    pub(crate) fn info(&self, what: &str, suite: Suite) -> Vec<u8> {
        let short =
            |len: usize| u8::try_from(len).expect("`what` is a word, and labels are limited");
        let name_len = u16::try_from(self.name.len()).expect("a name has at most 65535 bytes");
        let mut info = vec![LABEL.len() as u8];
        info.extend_from_slice(LABEL);
        info.push(short(what.len()));
        info.extend_from_slice(what.as_bytes());
        info.push(suite.format());
        info.extend_from_slice(&name_len.to_be_bytes());
        info.extend_from_slice(self.name.as_bytes());
        for label in [&self.application, &self.type_label] {
            info.push(short(label.len()));
            info.extend_from_slice(label.as_bytes());
        }
        info
    }
}

/// As for the names of cookies, in bytes.
const LONGEST_HEADER_NAME: usize = 128;
const HEADER: &str = "header:";
/// Separates these derivations from derivations of other protocols.
pub(crate) const LABEL: &[u8] = b"hardtack/v1";
