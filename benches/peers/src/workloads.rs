//! Content of the sessions: three types of fixed content, by their bytes in postcard, and the login whose characters are counted.

use std::fmt::Debug;

use hardtack::SessionData;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The content of one session.
pub(crate) trait Workload:
    SessionData + Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync
{
    const SIZE: Size;

    fn sample() -> Self;

    /// Changes the content as a request does. The length stays.
    fn change(&mut self);

    /// Stores the content in a session that is a dictionary.
    fn store(&self, session: &impl Entries) {
        session.put(ENTRY, self);
    }
}

/// Name of the content in a dictionary.
pub(crate) const ENTRY: &str = "session";

pub(crate) trait Entries {
    fn put(&self, name: &str, value: &impl Serialize);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Small,
    Medium,
    Large,
    Login,
}

impl Size {
    pub(crate) const MEASURED: [Size; 3] = [Size::Small, Size::Medium, Size::Large];
    pub(crate) const ALL: [Size; 4] = [Size::Small, Size::Medium, Size::Large, Size::Login];
}

/// Panics if a type is no longer as large as its figures say.
pub(crate) fn check() {
    check_one::<Small>(33);
    check_one::<Medium>(210);
    check_one::<Large>(2_139);
}

fn check_one<T: Workload>(bytes: usize) {
    let encoded = |value: &T| postcard::to_stdvec(value).expect("a value of plain fields");
    let mut value = T::sample();
    assert_eq!(encoded(&value).len(), bytes, "{:?}", T::SIZE);
    value.change();
    assert_ne!(value, T::sample());
    assert_eq!(encoded(&value).len(), bytes, "{:?}", T::SIZE);
}

/// Who is signed in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Small {
    user: u64,
    name: String,
    signed_in_at: u64,
    visits: u32,
    is_admin: bool,
}

impl SessionData for Small {
    const LABEL: &str = "small";
    const SCHEMA: u32 = 1;
}

impl Workload for Small {
    const SIZE: Size = Size::Small;

    fn sample() -> Small {
        Small {
            user: 4_000_000_007,
            name: "Ada King, Lovelace".to_owned(),
            signed_in_at: 1_800_000_000,
            visits: 100_000,
            is_admin: false,
        }
    }

    fn change(&mut self) {
        self.visits += 1;
    }
}

/// The same with what an application knows of them: 13 fields, 14 allocations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Medium {
    user: u64,
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

impl SessionData for Medium {
    const LABEL: &str = "medium";
    const SCHEMA: u32 = 1;
}

impl Workload for Medium {
    const SIZE: Size = Size::Medium;

    fn sample() -> Medium {
        Medium {
            user: 4_000_000_007,
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

    fn change(&mut self) {
        self.visits += 1;
    }
}

/// A form that is half filled in, and what was looked at before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Large {
    user: u64,
    visits: u32,
    title: String,
    draft: String,
    recent: Vec<u64>,
    basket: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    title: String,
    pieces: u32,
    cents: u32,
}

impl SessionData for Large {
    const LABEL: &str = "large";
    const SCHEMA: u32 = 1;
}

impl Workload for Large {
    const SIZE: Size = Size::Large;

    fn sample() -> Large {
        let item = |i: u32| Item {
            title: format!("Brass cogwheel, {} teeth", 20 + i),
            pieces: i + 1,
            cents: 129_900 + i * 100,
        };
        Large {
            user: 4_000_000_007,
            visits: 100_000,
            title: "On the engine, and what it may weave".to_owned(),
            draft: "The engine weaves algebraical patterns just as the loom weaves leaves. "
                .chars()
                .cycle()
                .take(1_529)
                .collect(),
            recent: (0..60).map(|i| 3_900_000_000 + i * 7_919).collect(),
            basket: (0..9).map(item).collect(),
        }
    }

    fn change(&mut self) {
        self.visits += 1;
    }
}

/// A user's number, 32 random bytes as base64url, and a language. In a dictionary these are three entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Login {
    user: u64,
    csrf: String,
    language: String,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

impl Workload for Login {
    const SIZE: Size = Size::Login;

    fn sample() -> Login {
        Login {
            user: 48_151_623,
            csrf: "q9Jf3v0mXl7Rk2sTzD8hWbYp5uCgNe4iA1oVrEwMx6Q".to_owned(),
            language: "en-GB".to_owned(),
        }
    }

    fn change(&mut self) {
        self.user += 1;
    }

    fn store(&self, session: &impl Entries) {
        session.put("user", &self.user);
        session.put("csrf", &self.csrf);
        session.put("language", &self.language);
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_type_is_as_large_as_its_figures_say() {
        super::check();
    }
}
