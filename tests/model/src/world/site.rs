//! The site of a case: its carriers, built from the settings, for each release of the application.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    RefreshAfter, SameSite, SessionCookie, SessionHeader, SessionToken, Size,
    carrier::{FormerAttributes, Padding, SessionBuilder},
    migrate::{OldCookie, OldSession, Reader},
    session::{Map, Reason},
};

use super::{
    START,
    application::Application,
    application::{Content, Typed},
    carrier::Carrier,
    ring::Keys,
    ring::Ring,
    seconds, time,
};
use crate::{
    case::{Unnoticed, Wiring},
    model::{self, Form, Refresh, Settings},
};

#[derive(Clone)]
pub enum Site {
    Dictionary(Arc<Door<Map>>),
    Releases(Arc<Door<Typed<1>>>, Arc<Door<Typed<2>>>),
}

/// A carrier with keys of its own, as an instance of the application has it.
pub struct Door<T> {
    pub carrier: Carrier<T>,
    pub keys: Keys,
}

impl Site {
    pub fn new(
        settings: &Settings,
        wiring: Wiring,
        unnoticed: Unnoticed,
        application: &Application,
    ) -> Site {
        let builder = Builder {
            settings,
            wiring,
            unnoticed,
            application,
        };
        match settings.form {
            Form::Dictionary => Site::Dictionary(builder.door()),
            Form::Earlier | Form::Later => Site::Releases(builder.door(), builder.door()),
        }
    }

    /// Has every instance use the ring. Returns whether it is one.
    pub fn replace(&self, ring: &Ring) -> bool {
        let replaced = match self {
            Site::Dictionary(door) => [door.keys.replace(ring), Ok(())],
            Site::Releases(earlier, later) => {
                [earlier.keys.replace(ring), later.keys.replace(ring)]
            }
        };
        replaced.iter().all(Result::is_ok)
    }

    pub fn raise_not_before(&self, at: SystemTime) {
        match self {
            Site::Dictionary(door) => door.carrier.raise_not_before(at),
            Site::Releases(earlier, later) => {
                earlier.carrier.raise_not_before(at);
                later.carrier.raise_not_before(at);
            }
        }
    }
}

struct Builder<'a> {
    settings: &'a Settings,
    wiring: Wiring,
    unnoticed: Unnoticed,
    application: &'a Application,
}

impl Builder<'_> {
    fn door<T: Content>(&self) -> Arc<Door<T>> {
        let keys = Keys::new(&Ring::new(), self.settings.is_signed);
        let carrier = match self.settings.carrier {
            model::Carrier::Cookie(size) => Carrier::Cookie(self.cookie(&keys, size)),
            model::Carrier::Header(name, longest) => {
                Carrier::Header(self.header(&keys, name, longest))
            }
            model::Carrier::Token(longest) => Carrier::Token(self.token(&keys, longest)),
        };
        Arc::new(Door { carrier, keys })
    }

    fn cookie<T: Content>(&self, keys: &Keys, size: model::Size) -> SessionCookie<T> {
        let mut builder = if keys.are_signing {
            SessionCookie::unencrypted_but_signed(keys.shared.clone())
        } else {
            SessionCookie::encrypted(keys.shared.clone())
        };
        builder = builder.name(self.settings.name()).size(match size {
            model::Size::Anywhere => Size::Anywhere,
            model::Size::Browser => Size::Browser,
            model::Size::Split(cookies) => Size::Split(cookies),
        });
        let attributes = &self.settings.attributes;
        if attributes.has_path {
            builder = builder.path("/shop");
        }
        if attributes.has_domain {
            builder = builder.domain("example");
        }
        if attributes.is_insecure {
            builder = builder.danger_allow_http(true);
        }
        if attributes.is_partitioned {
            builder = builder.partitioned(true);
        }
        if attributes.is_strict {
            builder = builder.same_site(SameSite::Strict);
        }
        if self.unnoticed.former_path && !self.settings.is_host_only {
            builder = builder.formerly(FormerAttributes::new().path("/former"));
        }
        if self.unnoticed.migration {
            let always = time(START - 1)..time(2 * START);
            builder = builder.migrate_from(OldCookie::new("other-library", NoSession), always);
        }
        if self.settings.persists {
            builder = builder.persistent(true);
        }
        if self.settings.refreshes_navigations_only {
            builder = builder.refresh_navigations_only(true);
        }
        let builder = self.with_responses(builder);
        self.with_options(builder).build().expect(AGREE)
    }

    fn header<T: Content>(&self, keys: &Keys, name: &str, longest: usize) -> SessionHeader<T> {
        let builder = if keys.are_signing {
            SessionHeader::unencrypted_but_signed(keys.shared.clone(), name)
        } else {
            SessionHeader::encrypted(keys.shared.clone(), name)
        };
        let builder = self.with_responses(builder.max_token_len(longest));
        self.with_options(builder).build().expect(AGREE)
    }

    fn token<T: Content>(&self, keys: &Keys, longest: usize) -> SessionToken<T> {
        let builder = if keys.are_signing {
            SessionToken::unencrypted_but_signed(keys.shared.clone(), "visits")
        } else {
            SessionToken::encrypted(keys.shared.clone(), "visits")
        };
        let builder = builder.max_token_len(longest);
        self.with_options(builder).build().expect(AGREE)
    }

    fn with_responses<C>(&self, mut builder: SessionBuilder<C>) -> SessionBuilder<C> {
        if self.settings.saves_on_server_error {
            builder = builder.save_on_server_error(true);
        }
        if self.settings.allows_shared_caching {
            builder = builder.danger_allow_shared_caching(true);
        }
        builder
    }

    fn with_options<C, T: Content>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C, T> {
        let settings = self.settings;
        let mut builder = builder
            .absolute_timeout(seconds(settings.absolute))
            .idle_timeout(settings.idle.map(seconds))
            .clock_skew(seconds(settings.skew));
        if let Some(duration) = settings.remember_up_to {
            builder = builder.remember_up_to(seconds(duration));
        }
        if let Some(duration) = settings.remembered_idle {
            builder = builder.remembered_idle_timeout(seconds(duration));
        }
        if settings.is_padded {
            builder = builder.padding(Padding::Padme);
        }
        if self.unnoticed.application {
            builder = builder.application("shop");
        }
        if self.unnoticed.not_before {
            builder = builder.not_before(UNIX_EPOCH);
        }
        if self.wiring.has_context {
            builder = builder.context("tenant", "own");
        }
        if settings.keeps_unknown_keys {
            builder = builder.keep_unknown_keys(true);
        }
        let revalidation = settings.revalidation();
        builder = match settings.refresh {
            Refresh::Never => builder.refresh_after(RefreshAfter::Never),
            Refresh::OnChange => builder.refresh_after(RefreshAfter::OnChange),
            Refresh::After(duration) => {
                builder.refresh_after(RefreshAfter::Interval(seconds(duration)))
            }
            Refresh::Always => builder.refresh_after(RefreshAfter::Always),
            Refresh::EveryRequest => builder.refresh_after(RefreshAfter::EveryRequest),
            Refresh::Quarter | Refresh::OnValidation(_) => builder,
        };
        let asked_after: Option<Duration> = revalidation.map(|durations| seconds(durations.after));
        let builder = self.application.hook(builder.typed::<T>(), asked_after);
        match revalidation.and_then(|durations| durations.unvalidated_up_to) {
            Some(duration) => builder.unvalidated_up_to(seconds(duration)),
            None => builder,
        }
    }
}

/// A reader of which no browser has a cookie.
struct NoSession;

impl Reader for NoSession {
    fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        panic!("no browser has such a cookie")
    }
}

const AGREE: &str = "the settings agree";
