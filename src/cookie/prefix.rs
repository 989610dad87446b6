//! The prefixes of names, and the attributes that browsers require with them (RFC 6265bis section 4.1.3).

use super::attributes::Attributes;

/// The prefix of a cookie's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    None,
    /// Requires `Secure`.
    Secure,
    /// Requires `Secure`, `Path=/` and no Domain.
    Host,
}

impl Prefix {
    /// Reads the prefix of `name`. Browsers ignore its case.
    pub(super) fn of(name: &str) -> Prefix {
        let has = |prefix: &str| {
            let start = name.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if has("__Host-") {
            // `__Host-Http-` also requires HttpOnly, which every cookie of ours has.
            Prefix::Host
        } else if has("__Secure-") || has("__Http-") {
            Prefix::Secure
        } else {
            Prefix::None
        }
    }

    /// Returns a sentence for each attribute that the prefix forbids.
    pub(super) fn conflicts(self, attributes: &Attributes) -> Vec<&'static str> {
        let mut conflicts = Vec::new();
        if self != Prefix::None && !attributes.secure {
            conflicts.push(WITHOUT_SECURE);
        }
        if self == Prefix::Host && attributes.domain.is_some() {
            conflicts.push(HOST_WITH_DOMAIN);
        }
        if self == Prefix::Host && attributes.path != "/" {
            conflicts.push(HOST_WITH_PATH);
        }
        conflicts
    }
}

/// The name of a cookie if none was chosen, with the safest prefix that its attributes allow.
pub(crate) fn default_name(attributes: &Attributes) -> &'static str {
    if !attributes.secure {
        "session"
    } else if attributes.domain.is_some() || attributes.path != "/" {
        "__Secure-session"
    } else {
        "__Host-session"
    }
}

const WITHOUT_SECURE: &str = "browsers refuse names with `__Host-`, `__Secure-` or `__Http-` without `Secure`; leave \
    out `danger_allow_http` or choose a name without a prefix";
const HOST_WITH_DOMAIN: &str = "browsers refuse `__Host-` names with a domain; leave out `domain` or choose a `__Secure-` name";
const HOST_WITH_PATH: &str = "browsers refuse `__Host-` names with a path other than `/`; leave out `path` or choose \
    a `__Secure-` name";
