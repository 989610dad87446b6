use std::sync::Arc;

use super::{carrier_core::CarrierCore, old_cookies::Predecessor};
use crate::{base::clock::Clock, cookie::Values, state::Hints, token::Context};

/// Part of a request that its session is read from. Reading takes the tokens.
pub(crate) struct Arrival {
    pub(crate) values: Values,
    /// Old cookies, from which a session is taken over if there are no values. Few requests have them, so they are
    /// boxed.
    pub(crate) old: Option<Box<Predecessor>>,
    pub(crate) clock: Clock,
    /// Context that the request or `in_context` chose, or `None` for the builder's context.
    pub(crate) context: Option<Arc<Context>>,
    pub(crate) hints: Hints,
}

impl Arrival {
    /// Returns `true` if the request brought no token, no part of one and no old cookie, or if they have been read.
    pub(super) fn has_no_token(&self) -> bool {
        self.values.is_empty() && self.old.is_none()
    }

    pub(super) fn context<'a>(&'a self, core: &'a CarrierCore) -> &'a Context {
        self.context.as_deref().unwrap_or(&core.context)
    }
}
