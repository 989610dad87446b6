//! What a case of the fuzzer says: the settings, and the steps.

mod steps;

use arbitrary::Arbitrary;

use crate::model::{self, Attributes, Form, Refresh, Revalidation, Settings};

pub use steps::{
    Act, Answer, Beside, Between, CacheField, Fate, Later, Meanwhile, Planned, Request, Status,
    Step, Tenant,
};

#[derive(Debug, Arbitrary)]
pub struct Case {
    pub setup: Setup,
    pub steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
pub struct Setup {
    idle: Option<u16>,
    /// Its remainder of 100,000 is the duration, and the rest chooses options that no visitor notices.
    absolute: u32,
    /// Its remainder of 200,000 is the duration, and the rest says which idle timeout there is, if any.
    remember_up_to: Option<u32>,
    refresh: u8,
    saves_on_server_error: bool,
    carrier: Carrier,
    is_signed: bool,
    is_typed: bool,
    is_padded: bool,
    keeps_unknown_keys: bool,
    allows_shared_caching: bool,
    /// Its remainder of 301 is the duration, and the rest chooses the name of the cookie, whether it persists, whether scripts
    /// refresh it, and its attributes.
    skew: u16,
    revalidation: Option<(u16, Option<u16>)>,
    wiring: Wiring,
}

/// How a site is put together, which changes nothing that a visitor sees.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Wiring {
    /// Sessions are loaded and saved by a layer.
    pub has_layer: bool,
    /// The layer reads each session before its handler.
    pub is_eager: bool,
    /// Sessions have a context of their own where the request chooses none.
    pub has_context: bool,
}

/// Options that no visitor notices.
#[derive(Clone, Copy, Debug)]
pub struct Unnoticed {
    /// Keys are derived for an application.
    pub application: bool,
    /// Sessions of before the first case are refused.
    pub not_before: bool,
    /// Cookies of another library are read, and no browser has one.
    pub migration: bool,
    /// Cookies had another path earlier.
    pub former_path: bool,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Carrier {
    Anywhere,
    Browser,
    Split(u8),
    Header(u16),
    Authorization(u16),
    Token(u16),
}

impl Setup {
    pub fn wiring(&self) -> Wiring {
        self.wiring
    }

    pub fn unnoticed(&self) -> Unnoticed {
        let has = |bit: u32| ((self.absolute / 100_000) >> bit) & 1 == 1;
        Unnoticed {
            application: has(0),
            not_before: has(1),
            migration: has(2),
            former_path: has(3),
        }
    }

    /// Returns settings that no builder refuses.
    pub fn settings(&self) -> Settings {
        let absolute = 1 + u64::from(self.absolute % 100_000);
        let idle = self.idle.map(|idle| (1 + u64::from(idle)).min(absolute));
        let remember_up_to = self
            .remember_up_to
            .map(|duration| 1 + u64::from(duration % 200_000));
        let remembered_idle = self.remembered_idle().min(remember_up_to);
        let idles = [idle, remembered_idle].into_iter().flatten();
        let half = idles.min().map_or(1000, |idle| idle / 2);
        let rest = self.skew / 301;
        let carrier = self.carrier.carrier(attributes(rest).is_partitioned);
        Settings {
            idle,
            absolute,
            remember_up_to,
            remembered_idle,
            refresh: self.revalidation(half).unwrap_or(match self.refresh {
                0 => Refresh::Never,
                1 => Refresh::OnChange,
                2 => Refresh::Always,
                100..150 => Refresh::EveryRequest,
                150..200 => Refresh::Quarter,
                part => Refresh::After(half * u64::from(part) / 255),
            }),
            skew: u64::from(self.skew % 301),
            carrier,
            is_host_only: rest.is_multiple_of(2),
            attributes: attributes(rest),
            persists: matches!(carrier, model::Carrier::Cookie(_)) && rest / 2 % 2 == 1,
            refreshes_navigations_only: matches!(carrier, model::Carrier::Cookie(_))
                && rest / 4 % 2 == 1,
            form: if self.is_typed {
                Form::Later
            } else {
                Form::Dictionary
            },
            is_signed: self.is_signed,
            is_padded: self.is_padded,
            saves_on_server_error: self.saves_on_server_error,
            allows_shared_caching: self.allows_shared_caching,
            keeps_unknown_keys: self.keeps_unknown_keys,
        }
    }

    fn remembered_idle(&self) -> Option<u64> {
        let rest = self.remember_up_to? / 200_000;
        (rest % 4 == 2).then(|| 1 + u64::from(rest / 4))
    }

    /// Returns `None` as well where sessions end too soon to be asked about.
    fn revalidation(&self, half: u64) -> Option<Refresh> {
        let (after, more) = self.revalidation?;
        let after = 1 + u64::from(after).checked_rem(half)?;
        Some(Refresh::OnValidation(Revalidation {
            after,
            unvalidated_up_to: more.map(|more| after + 1 + u64::from(more)),
        }))
    }
}

impl Carrier {
    fn carrier(self, is_partitioned: bool) -> model::Carrier {
        let size = match self {
            Carrier::Anywhere => model::Size::Anywhere,
            Carrier::Browser => model::Size::Browser,
            Carrier::Split(cookies) if is_partitioned => model::Size::Split(2 + cookies % 2),
            Carrier::Split(cookies) => model::Size::Split(2 + cookies % 3),
            Carrier::Header(len) => return model::Carrier::Header("x-session", characters(len)),
            Carrier::Authorization(len) => {
                return model::Carrier::Header("authorization", characters(len));
            }
            Carrier::Token(len) => return model::Carrier::Token(characters(len)),
        };
        model::Carrier::Cookie(size)
    }
}

/// Returns attributes that browsers allow together, by the rest of the skew.
fn attributes(rest: u16) -> Attributes {
    let is_host_only = rest.is_multiple_of(2);
    let has = |bit: u16| (rest >> bit) & 1 == 1;
    Attributes {
        has_path: has(3) && !is_host_only,
        has_domain: has(4) && !is_host_only,
        is_insecure: has(5) && !is_host_only && !has(6),
        is_partitioned: has(6),
        is_strict: has(7),
    }
}

/// Returns a length of tokens that leaves room for content.
fn characters(len: u16) -> usize {
    400 + usize::from(len) % (16_384 - 400 + 1)
}
