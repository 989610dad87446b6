//! The texts of the pages in three languages, and the choices of a visitor.

mod english;
mod german;
mod swedish;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
    Swedish,
}

impl Language {
    pub(crate) const ALL: [Language; 3] = [Language::English, Language::German, Language::Swedish];

    pub(crate) fn of_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|known| known.code() == code)
    }

    /// The first that is known of an `Accept-Language` field. Browsers list them in order.
    pub(crate) fn accepted(field: &str) -> Option<Language> {
        let ranges = field.split(',').map(str::trim_ascii);
        let codes = ranges.filter_map(|range| range.split(['-', ';']).next());
        codes.filter_map(Language::of_code).next()
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

/// A name, and what is to be said of it.
pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// Something to do in the lab.
pub(crate) struct Card {
    pub(crate) title: &'static str,
    pub(crate) what: &'static str,
    pub(crate) button: &'static str,
}

/// What became of a cookie.
pub(crate) struct Verdicts {
    pub(crate) absent: Named,
    pub(crate) opened: Named,
    pub(crate) opened_earlier: Named,
    pub(crate) rejected: &'static str,
    pub(crate) auth: &'static str,
    pub(crate) unknown_key: &'static str,
    pub(crate) format: &'static str,
    pub(crate) idle: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) future: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) stale: &'static str,
    pub(crate) incomplete: &'static str,
    pub(crate) malformed: &'static str,
    pub(crate) instead: &'static str,
}

/// The texts of one language. Names in braces are replaced.
pub(crate) struct Texts {
    pub(crate) skip: &'static str,
    pub(crate) navigation: &'static str,
    pub(crate) language: &'static str,
    pub(crate) lab: &'static str,
    pub(crate) about: &'static str,

    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) saved: &'static str,

    pub(crate) your_cookie: &'static str,
    pub(crate) verdicts: Verdicts,
    pub(crate) picture: &'static str,
    pub(crate) picture_hint: &'static str,
    pub(crate) picture_click: &'static str,
    pub(crate) picture_flipped: &'static str,
    pub(crate) part: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) format: Named,
    pub(crate) key: Named,
    pub(crate) nonce: Named,
    pub(crate) ciphertext: Named,
    pub(crate) body: Named,
    pub(crate) tag: Named,
    pub(crate) no_cookie: &'static str,
    pub(crate) no_token: &'static str,
    pub(crate) room: &'static str,
    pub(crate) of: &'static str,
    pub(crate) room_bytes: &'static str,
    pub(crate) cookies: &'static str,
    pub(crate) room_entry: &'static str,
    pub(crate) room_inside: &'static str,
    pub(crate) room_outside: &'static str,
    pub(crate) room_frame: &'static str,
    pub(crate) room_messages: &'static str,
    pub(crate) room_padding: &'static str,
    pub(crate) room_left: &'static str,

    pub(crate) server_sees: &'static str,
    pub(crate) visitor_sees: &'static str,
    pub(crate) encrypted: &'static str,
    pub(crate) signed: &'static str,
    pub(crate) no_display: &'static str,
    pub(crate) idle_timeout: &'static str,
    pub(crate) absolute_timeout: &'static str,
    pub(crate) remembered_until: &'static str,
    pub(crate) left: &'static str,
    pub(crate) over: &'static str,
    pub(crate) session_id: &'static str,
    pub(crate) created_at: &'static str,
    pub(crate) last_active_at: &'static str,
    pub(crate) expires_at: &'static str,
    pub(crate) ends_with_browser: &'static str,
    pub(crate) csrf_token: &'static str,
    pub(crate) csrf_masked: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) device: &'static str,
    pub(crate) bound: &'static str,
    pub(crate) stale: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) not_sent: &'static str,
    pub(crate) none: &'static str,
    pub(crate) data: &'static str,

    pub(crate) try_it: &'static str,
    pub(crate) forms_hint: &'static str,
    pub(crate) use_it: &'static str,
    pub(crate) attack_it: &'static str,
    pub(crate) run_it: &'static str,
    pub(crate) run_hint: &'static str,
    pub(crate) by_flags: &'static str,

    pub(crate) sign_in: Card,
    pub(crate) your_name: &'static str,
    pub(crate) name_complaint: &'static str,
    pub(crate) remember_me: &'static str,
    pub(crate) hello: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) signed_in: &'static str,
    pub(crate) signed_out: &'static str,

    pub(crate) count: Card,

    pub(crate) fill: Card,
    pub(crate) fill_bytes: &'static str,
    pub(crate) fill_number: &'static str,
    pub(crate) fill_remove: &'static str,
    pub(crate) filled: &'static str,
    pub(crate) fill_complaint: &'static str,
    pub(crate) emptied: &'static str,

    pub(crate) flash: Card,
    pub(crate) flash_message: &'static str,
    pub(crate) flash_complaint: &'static str,
    pub(crate) flash_left: &'static str,

    pub(crate) remember: Card,
    pub(crate) remember_off: &'static str,
    pub(crate) remember_allowed: &'static str,
    pub(crate) remember_forbidden: &'static str,

    pub(crate) theme: Card,
    pub(crate) theme_colours: &'static str,
    pub(crate) system: &'static str,
    pub(crate) light: &'static str,
    pub(crate) dark: &'static str,

    pub(crate) flip: Card,
    pub(crate) flip_byte: &'static str,
    pub(crate) flipped: &'static str,
    pub(crate) flip_nothing: &'static str,
    pub(crate) flip_undo: &'static str,

    pub(crate) rename: Card,
    pub(crate) renamed: &'static str,

    pub(crate) copy: Card,
    pub(crate) copied: &'static str,
    pub(crate) copy_opens: &'static str,
    pub(crate) copy_of: &'static str,
    pub(crate) copy_of_nobody: &'static str,
    pub(crate) copy_replay: &'static str,
    pub(crate) replayed: &'static str,
    pub(crate) copy_revoke: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) copy_nothing: &'static str,

    pub(crate) csrf: Card,
    pub(crate) csrf_coins: &'static str,
    pub(crate) csrf_elsewhere: &'static str,
    pub(crate) csrf_filled: &'static str,
    pub(crate) csrf_taken: &'static str,
    pub(crate) csrf_held: &'static str,
    pub(crate) csrf_insecure: &'static str,
    pub(crate) elsewhere_title: &'static str,
    pub(crate) elsewhere_lead: &'static str,
    pub(crate) elsewhere_forms: &'static str,
    pub(crate) elsewhere_guarded: &'static str,
    pub(crate) elsewhere_unguarded: &'static str,
    pub(crate) elsewhere_back: &'static str,

    pub(crate) large: Card,
    pub(crate) large_kept: &'static str,

    pub(crate) rotate: Card,
    pub(crate) retire: &'static str,
    pub(crate) key_id: &'static str,
    pub(crate) key_role: &'static str,
    pub(crate) key_seals: &'static str,
    pub(crate) key_opens: &'static str,
    pub(crate) rotated: &'static str,
    pub(crate) retired: &'static str,

    pub(crate) clock: Card,
    pub(crate) clock_right: &'static str,
    pub(crate) clock_moved: &'static str,
    pub(crate) clock_set_right: &'static str,

    pub(crate) split: Card,
    pub(crate) split_off: &'static str,
    pub(crate) split_allowed: &'static str,
    pub(crate) split_forbidden: &'static str,

    pub(crate) numbers: Card,
    pub(crate) numbers_open: &'static str,
    pub(crate) numbers_save: &'static str,
    pub(crate) numbers_network: &'static str,
    pub(crate) numbers_picture: &'static str,
    pub(crate) numbers_debug: &'static str,

    pub(crate) no_such_page: &'static str,
    pub(crate) form_address: &'static str,
    pub(crate) about_untouched: &'static str,
    pub(crate) about_check: &'static str,
    pub(crate) about_limits: &'static str,
    pub(crate) about_playground: &'static str,
}

impl Texts {
    pub(crate) fn theme_name(&self, theme: &Theme) -> &'static str {
        match theme {
            Theme::System => self.system,
            Theme::Light => self.light,
            Theme::Dark => self.dark,
        }
    }
}

/// Replaces `{name}` in `text` by each value.
pub(crate) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let fill =
        |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
    values.iter().fold(text.to_owned(), fill)
}
