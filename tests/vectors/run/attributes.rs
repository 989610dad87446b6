//! Attributes of a cookie, as vectors have them.

use serde::Deserialize;

use super::scene::set;
use crate::{
    carrier::{FormerAttributes, SessionCookieBuilder},
    cookie::attributes::{Attributes, SameSite},
    state::Payload,
};

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AttributesOf {
    path: String,
    domain: Option<String>,
    secure: bool,
    same_site: Option<String>,
    partitioned: bool,
}

impl AttributesOf {
    pub(super) fn attributes(&self) -> Attributes {
        Attributes {
            path: self.path.clone(),
            domain: self.domain.clone(),
            secure: self.secure,
            same_site: match self.same_site.as_deref() {
                Some("Strict") => SameSite::Strict,
                Some("Lax") => SameSite::Lax,
                Some("None") => SameSite::None,
                None => SameSite::Omit,
                Some(other) => panic!("{other}"),
            },
            partitioned: self.partitioned,
        }
    }

    pub(super) fn applied<T: Payload>(
        &self,
        builder: SessionCookieBuilder<T>,
    ) -> SessionCookieBuilder<T> {
        let mut builder = builder
            .path(&self.path)
            .same_site(self.attributes().same_site)
            .danger_allow_http(!self.secure)
            .partitioned(self.partitioned);
        set!(builder; domain(&self.domain));
        builder
    }

    /// As attributes of earlier, of which `Secure` and `SameSite` are those of now.
    pub(super) fn former(&self) -> FormerAttributes {
        let former = FormerAttributes::new()
            .path(&self.path)
            .partitioned(self.partitioned);
        match &self.domain {
            Some(domain) => former.domain(domain),
            None => former.no_domain(),
        }
    }
}
