//! The texts of the pages in three languages, and the choices of a visitor.

mod english;
mod german;
mod swedish;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    Swedish,
}

impl Language {
    pub(crate) const ALL: [Language; 3] = [Language::English, Language::German, Language::Swedish];

    /// The language with this code, or English.
    pub(crate) fn of_code(code: &str) -> Language {
        let found = Language::ALL.into_iter().find(|known| known.code() == code);
        found.unwrap_or(Language::English)
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Swedish => "sv",
        }
    }

    /// The name of the language, in that language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
            Language::Swedish => "Svenska",
        }
    }

    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Language::English => &english::TEXTS,
            Language::German => &german::TEXTS,
            Language::Swedish => &swedish::TEXTS,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// The theme of the visitor's system.
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The theme with this name, or the system's.
    pub(crate) fn of_code(code: &str) -> Theme {
        let found = Theme::ALL.into_iter().find(|known| known.code() == code);
        found.unwrap_or(Theme::System)
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// All texts are HTML.
pub(crate) struct Texts {
    // Around every page.
    pub(crate) skip: &'static str,
    pub(crate) navigation: &'static str,
    pub(crate) language: &'static str,
    pub(crate) home: &'static str,
    pub(crate) inside: &'static str,
    pub(crate) about: &'static str,

    // Signing in and out.
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) your_name: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) name_complaint: &'static str,
    pub(crate) remember: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) hello: &'static str,
    pub(crate) visits: &'static str,
    pub(crate) again: &'static str,
    pub(crate) sign_out: &'static str,

    // Messages for the next page.
    pub(crate) signed_in: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) saved: &'static str,

    // The cookie.
    pub(crate) your_cookie: &'static str,
    pub(crate) size: &'static str,
    pub(crate) of: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) sent_each_time: &'static str,
    pub(crate) room: &'static str,
    pub(crate) cookie_name: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) encrypted: &'static str,
    pub(crate) signed: &'static str,
    pub(crate) state: &'static str,
    pub(crate) absent: &'static str,
    pub(crate) opened: &'static str,
    pub(crate) opened_earlier: &'static str,
    pub(crate) rejected: &'static str,
    pub(crate) session_id: &'static str,
    pub(crate) key_id: &'static str,
    pub(crate) created_at: &'static str,
    pub(crate) last_active_at: &'static str,
    pub(crate) expires_at: &'static str,
    pub(crate) ends_with_browser: &'static str,
    pub(crate) device: &'static str,
    pub(crate) pending: &'static str,
    pub(crate) bound: &'static str,
    pub(crate) stale: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) not_sent: &'static str,
    pub(crate) none: &'static str,
    pub(crate) no_cookie: &'static str,
    pub(crate) no_token: &'static str,
    pub(crate) token: &'static str,

    // The size report.
    pub(crate) report: &'static str,
    pub(crate) report_lead: &'static str,
    pub(crate) report_entry: &'static str,
    pub(crate) report_messages: &'static str,
    pub(crate) report_padding: &'static str,
    pub(crate) report_empty: &'static str,
    pub(crate) report_whole: &'static str,
    pub(crate) cookies: &'static str,

    // Both cookies side by side.
    pub(crate) inside_lead: &'static str,
    pub(crate) session_purpose: &'static str,
    pub(crate) display_purpose: &'static str,
    pub(crate) encrypted_verdict: &'static str,
    pub(crate) signed_verdict: &'static str,
    pub(crate) head: &'static str,
    pub(crate) nonce: &'static str,
    pub(crate) ciphertext: &'static str,
    pub(crate) body: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) theme: &'static str,
    pub(crate) system: &'static str,
    pub(crate) light: &'static str,
    pub(crate) dark: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) forms_hint: &'static str,

    // About.
    pub(crate) about_untouched: &'static str,
    pub(crate) about_check: &'static str,
    pub(crate) about_limits: &'static str,
    pub(crate) about_playground: &'static str,
}
