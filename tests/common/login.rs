//! A typed session, and that of a newer version of the application.

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) visits: u32,
}

impl SessionData for Login {
    const LABEL: &'static str = "login";
    const SCHEMA: u32 = 1;
}

/// Its payload cannot be read as a [`Login`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NewerLogin {
    pub(crate) name: String,
}

impl SessionData for NewerLogin {
    const LABEL: &'static str = "login";
    const SCHEMA: u32 = 2;
}
