//! Settings put into a builder.

use super::{SessionSettings, error::Problem};
use crate::{
    carrier::{CarrierOptions, CookieOptions, ResponseOptions, SessionBuilder},
    state::Payload,
};

impl SessionSettings {
    pub(super) fn apply<C: CarrierOptions, T: Payload>(
        mut self,
        builder: SessionBuilder<C, T>,
    ) -> Result<SessionBuilder<C, T>, Problem> {
        type Builder<C, T> = SessionBuilder<C, T>;
        let builder = with(builder, self.idle_timeout, Builder::idle_timeout);
        let builder = with(builder, self.absolute_timeout, Builder::absolute_timeout);
        let builder = with(builder, self.remember_up_to, Builder::remember_up_to);
        let builder = with(builder, self.refresh_after, Builder::refresh_after);
        let builder = with(builder, self.clock_skew, Builder::clock_skew);
        let builder = with(builder, self.not_before, Builder::not_before);
        let builder = with(builder, self.padding, Builder::padding);
        let builder = with(builder, self.application.take(), Builder::application);
        let pairs = self.context.take().into_iter().flatten();
        let builder = pairs.fold(builder, |builder, (label, value)| {
            builder.context(label, value)
        });
        let is_early = self.danger_retire_early == Some(true);
        let mut builder = if is_early {
            builder.danger_retire_early()
        } else {
            builder
        };
        self.apply_to_responses(builder.responses())?;
        self.apply_to_cookie(builder.cookie())?;
        Ok(builder)
    }

    /// `None`: the sessions have no responses.
    fn apply_to_responses(&self, responses: Option<&mut ResponseOptions>) -> Result<(), Problem> {
        let Some(responses) = responses else {
            let given = [
                ("save_on_server_error", self.save_on_server_error.is_some()),
                (
                    "danger_allow_shared_caching",
                    self.danger_allow_shared_caching.is_some(),
                ),
            ];
            return refuse_given(&given, OF_RESPONSES);
        };
        responses.save_on_server_error |= self.save_on_server_error == Some(true);
        responses.shared_caching |= self.danger_allow_shared_caching == Some(true);
        Ok(())
    }

    /// `None`: the sessions are not in a cookie.
    fn apply_to_cookie(self, cookie: Option<&mut CookieOptions>) -> Result<(), Problem> {
        let Some(cookie) = cookie else {
            let given = [
                ("name", self.name.is_some()),
                ("path", self.path.is_some()),
                ("domain", self.domain.is_some()),
                ("same_site", self.same_site.is_some()),
                ("secure", self.secure.is_some()),
                ("http_only", self.http_only.is_some()),
                ("partitioned", self.partitioned.is_some()),
                ("danger_allow_http", self.danger_allow_http.is_some()),
                ("size", self.size.is_some()),
                ("formerly", self.formerly.is_some()),
            ];
            return refuse_given(&given, OF_COOKIES);
        };
        let attributes = &mut cookie.attributes;
        put(&mut cookie.name, self.name.map(Some));
        put(&mut attributes.path, self.path);
        put(&mut attributes.domain, self.domain.map(Some));
        put(&mut attributes.same_site, self.same_site);
        put(&mut cookie.size, self.size);
        attributes.partitioned |= self.partitioned == Some(true);
        attributes.secure &= self.danger_allow_http != Some(true);
        cookie.formerly.extend(self.formerly.into_iter().flatten());
        Ok(())
    }
}

fn with<B, V>(builder: B, value: Option<V>, set: impl FnOnce(B, V) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

fn put<V>(setting: &mut V, value: Option<V>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn refuse_given(given: &[(&'static str, bool)], sentence: &'static str) -> Result<(), Problem> {
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Problem::of(name, sentence)),
        None => Ok(()),
    }
}

const OF_COOKIES: &str =
    "is a setting of cookies, and these sessions travel without one; leave it out";
const OF_RESPONSES: &str =
    "is a setting of sessions in cookies and headers, and these are bare tokens; leave it out";
