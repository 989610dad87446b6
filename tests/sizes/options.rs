//! Any settings, and the sizes that are sent under them.

use std::time::Duration;

use hardtack::{
    SameSite, Size,
    carrier::{Padding, RefreshAfter, SessionCookieBuilder},
};
use proptest::prelude::*;

use super::{
    arithmetic, long_lived,
    sites::{encrypted, signed, xchacha},
};

/// Settings of a site.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) suite: &'static str,
    pub(crate) size: Size,
    pub(crate) padding: Padding,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) domain: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
}

/// The expected sizes of a session.
#[derive(Debug)]
pub(crate) struct Expected {
    /// Bytes of each `Set-Cookie` field.
    pub(crate) fields: Vec<usize>,
    /// Bytes of the body that are padding.
    pub(crate) padding: usize,
}

impl Options {
    pub(crate) fn builder(&self) -> SessionCookieBuilder {
        self.apply(match self.suite {
            "xaes" => encrypted(),
            "xcha" => xchacha(),
            _ => signed(),
        })
    }

    /// Applies all of these but the suite.
    pub(crate) fn apply(&self, builder: SessionCookieBuilder) -> SessionCookieBuilder {
        let builder = long_lived(builder)
            .refresh_after(RefreshAfter::Never)
            .remember_up_to(LONGEST_DURATION)
            .size(self.size)
            .padding(self.padding)
            .name(&self.name)
            .path(&self.path)
            .same_site(self.same_site);
        let builder = if self.domain {
            builder.domain("example.com")
        } else {
            builder
        };
        if self.partitioned {
            builder.partitioned()
        } else {
            builder
        }
    }

    /// Bytes that one `Set-Cookie` field may have, and how many there may be.
    pub(crate) fn limits(&self) -> (usize, usize) {
        match self.size {
            Size::Anywhere => (3072, 1),
            Size::Browser => (4096, 1),
            Size::Split(most) => (4096, most.into()),
            other => panic!("{other:?}"),
        }
    }

    /// `name=` and the attributes.
    pub(crate) fn field(&self) -> usize {
        let domain = if self.domain {
            "; Domain=example.com"
        } else {
            ""
        };
        let same_site = match self.same_site {
            SameSite::Omit => String::new(),
            word => format!("; SameSite={word:?}"),
        };
        let partitioned = if self.partitioned {
            "; Partitioned"
        } else {
            ""
        };
        let (name, path) = (&self.name, &self.path);
        format!("{name}=; Path={path}{domain}; Secure; HttpOnly{same_site}{partitioned}").len()
    }

    /// The most bytes of content (docs/spec/writer.md § 9.6).
    pub(crate) fn room(&self) -> usize {
        let (limit, most) = self.limits();
        let part = if most > 1 { 2 } else { 0 };
        let fixed = self.field() + MAX_AGE.len() + part;
        let body = most * (limit - fixed) * 3 / 4 - if self.suite == "sign" { 21 } else { 45 };
        if self.padding == Padding::None {
            return body - RESERVED;
        }
        let fits = |room: &usize| arithmetic::padded(RESERVED + room) <= body;
        (0..body).rev().find(fits).unwrap()
    }

    /// The sizes for a head and content of these bytes, with this `Max-Age` attribute.
    pub(crate) fn sent(&self, head: usize, content: usize, max_age: &str) -> Expected {
        let body = match self.padding {
            Padding::None => head + content,
            _ => arithmetic::padded(head + content),
        };
        let token = arithmetic::token(self.suite == "sign", body);
        let (limit, _) = self.limits();
        Expected {
            fields: arithmetic::fields(token, self.field() + max_age.len(), limit),
            padding: body - head - content,
        }
    }

    /// The same with every field of the head and `Max-Age` at its longest.
    pub(crate) fn reserved(&self, content: usize) -> Expected {
        self.sent(RESERVED, content, MAX_AGE)
    }
}

/// Any settings. The name, path and domain are such that `https://www.example.com/shop/basket` may set
/// the cookie and gets it.
pub(crate) fn options() -> impl Strategy<Value = Options> {
    let same_sites = [
        SameSite::Lax,
        SameSite::Strict,
        SameSite::None,
        SameSite::Omit,
    ];
    let attributes = (
        prop::sample::select(vec!["/", "/shop", "/shop/basket"]),
        any::<bool>(),
        prop::sample::select(same_sites.to_vec()),
        any::<bool>(),
    );
    let padding = prop::sample::select(vec![Padding::None, Padding::Padme]);
    let suites = prop::sample::select(vec!["xaes", "xcha", "sign"]);
    (suites, sizes(), padding, names(), attributes).prop_map(
        |(suite, size, padding, name, (path, domain, same_site, partitioned))| Options {
            suite,
            size,
            padding,
            name,
            path: path.to_owned(),
            domain,
            same_site,
            partitioned,
        },
    )
}

pub(crate) fn sizes() -> impl Strategy<Value = Size> {
    prop_oneof![
        Just(Size::Anywhere),
        Just(Size::Browser),
        (2..=4u8).prop_map(Size::Split),
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("session".to_owned()),
        Just("__Secure-session".to_owned()),
        Just("a.1b".to_owned()),
        "[a-z]{1,128}",
    ]
}

/// Bytes of the fields of a body before flash and payload, each at its longest.
pub(crate) const RESERVED: usize = 33;
const MAX_AGE: &str = "; Max-Age=34560000";
/// Browsers keep a cookie for 400 days.
pub(crate) const LONGEST_DURATION: Duration = Duration::from_secs(34_560_000);
