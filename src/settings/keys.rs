//! Where the keys of a cookie come from.

use std::{fmt, fs, path::PathBuf, str::FromStr};

use zeroize::Zeroizing;

use super::{
    error::{Problem, SettingsError},
    value::Refusal,
};
use crate::{
    builder::AnyRing,
    seal::{EncryptionKey, Key, KeyRing, Mode, RingError, SharedKeyRing, SigningKey},
};

/// The keys, and what their setting is called where it came from.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub(super) setting: String,
    pub(super) source: Source,
}

#[derive(Clone)]
pub(super) enum Source {
    Text(Zeroizing<String>),
    Variable(String),
    File(PathBuf),
}

impl Source {
    pub(super) fn variable(name: String) -> Result<Source, Refusal> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !name.bytes().all(is_good) {
            return Err("is no name of an environment variable, give one like `SESSION_KEYS`");
        }
        Ok(Source::Variable(name))
    }
}

impl Keys {
    pub(super) fn ring(&self, mode: Mode) -> Result<AnyRing, SettingsError> {
        match mode {
            Mode::Encrypted => Ok(self.shared::<EncryptionKey>()?.into()),
            Mode::UnencryptedButSigned => Ok(self.shared::<SigningKey>()?.into()),
        }
    }

    fn shared<K: Key>(&self) -> Result<SharedKeyRing<K>, SettingsError>
    where
        KeyRing<K>: FromStr<Err = RingError>,
    {
        let fail = |error: &dyn fmt::Display| Problem::of(&self.setting, error);
        let ring: KeyRing<K> = match &self.source {
            Source::Text(text) => text.parse().map_err(|error| fail(&error))?,
            Source::Variable(name) => KeyRing::from_env(name).map_err(|error| fail(&error))?,
            Source::File(path) => {
                let path_or = |what| format!("{what} {}", path.display());
                let bytes = fs::read(path)
                    .map(Zeroizing::new)
                    .map_err(|error| fail(&format!("{}: {error}", path_or("cannot read"))))?;
                let text = std::str::from_utf8(&bytes)
                    .map_err(|_| fail(&path_or("expected keys, and no UTF-8 is in")))?;
                text.parse()
                    .map_err(|error| fail(&format!("{}: {error}", path_or("file"))))?
            }
        };
        Ok(SharedKeyRing::new(ring))
    }
}

/// Without the keys.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Text(_) => f.write_str("Text(…)"),
            Source::Variable(name) => write!(f, "Variable({name:?})"),
            Source::File(path) => write!(f, "File({path:?})"),
        }
    }
}
