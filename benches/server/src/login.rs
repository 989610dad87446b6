//! The content of the sessions: the content M of `benches/peers`, 13 fields, and an epoch.

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) user: u64,
    /// Epoch of the user at the sign-in. "Sign out everywhere" increases the epoch in the database.
    pub(crate) epoch: u32,
    tenant: String,
    name: String,
    email: String,
    roles: Vec<String>,
    language: String,
    time_zone: String,
    theme: Theme,
    signed_in_at: u64,
    visits: u32,
    return_to: Option<String>,
    recent: Vec<u64>,
    experiments: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Theme {
    #[default]
    Light,
    Dark,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

impl Login {
    pub(crate) fn sample() -> Login {
        Login {
            user: 4_000_000_007,
            epoch: 1,
            tenant: "analytical-engines".to_owned(),
            name: "Ada King, Lovelace".to_owned(),
            email: "ada.lovelace@example.com".to_owned(),
            roles: texts(["author", "editor", "treasurer"]),
            language: "en-GB".to_owned(),
            time_zone: "Europe/London".to_owned(),
            theme: Theme::Dark,
            signed_in_at: 1_800_000_000,
            visits: 100_000,
            return_to: Some("/engines/2/notes?page=7&size=9".to_owned()),
            recent: (0..6).map(|i| 3_900_000_000 + i * 7_919).collect(),
            experiments: texts(["new-checkout", "short-menu"]),
        }
    }

    /// A change per request. The length stays.
    pub(crate) fn change(&mut self) {
        self.visits += 1;
    }

    /// The text of a page, which shows that the session was read.
    pub(crate) fn page(&self) -> String {
        format!("{} {}", self.name, self.visits)
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
