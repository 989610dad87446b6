//! Attributes of a cookie, as vectors have them.

use serde::Deserialize;
use serde_json::{Map as JsonMap, Value};

use super::scene::read;
use crate::{
    carrier::{FormerAttributes, SessionCookieBuilder},
    cookie::attributes::{Attributes, SameSite},
    state::Payload,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributesOf {
    path: String,
    domain: Option<String>,
    secure: bool,
    same_site: Option<String>,
    partitioned: bool,
}

const FIELDS: [&str; 5] = ["path", "domain", "secure", "same_site", "partitioned"];

impl AttributesOf {
    /// Takes the attributes out of a vector, so that the rest can be read strictly, too.
    pub(super) fn take(vector: &mut JsonMap<String, Value>) -> AttributesOf {
        let fields = FIELDS.into_iter();
        let fields = fields.filter_map(|field| vector.remove_entry(field));
        read(fields.collect())
    }

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
        let Attributes {
            path,
            domain,
            secure,
            same_site,
            partitioned,
        } = self.attributes();
        let mut builder = builder.path(path).same_site(same_site);
        if let Some(domain) = domain {
            builder = builder.domain(domain);
        }
        if !secure {
            builder = builder.danger_allow_http(true);
        }
        if partitioned {
            builder = builder.partitioned(true);
        }
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
