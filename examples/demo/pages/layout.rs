//! The frame of every page.

use crate::{
    html::Html,
    texts::{Language, Theme},
};

pub(super) struct Frame<'a> {
    pub(super) language: Language,
    pub(super) theme: Theme,
    pub(super) here: Here,
    pub(super) title: &'a str,
    /// Messages above the page.
    pub(super) messages: Html,
    /// For the form around the languages.
    pub(super) token_field: Html,
}

/// The current page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Home,
    Inside,
    About,
    Elsewhere,
}

impl<'a> Frame<'a> {
    /// For a page that does not touch the session.
    pub(super) fn without_session(here: Here, language: Language, title: &'a str) -> Frame<'a> {
        Frame {
            language,
            theme: Theme::System,
            here,
            title,
            messages: Html::new(""),
            token_field: Html::new(""),
        }
    }

    pub(super) fn around(&self, body: &Html) -> Html {
        let texts = self.language.texts();
        let (lang, theme) = (self.language.code(), self.theme.code());
        let title = Html::text(self.title);
        let (skip, about) = (texts.skip, texts.about);
        let pages = [
            (Here::Home, "/".to_owned(), texts.home),
            (Here::Inside, "/inside".to_owned(), texts.inside),
            (Here::About, format!("/about?lang={lang}"), about),
        ];
        let pages: Html = pages.iter().map(|page| self.link(page)).collect();
        let (navigation, languages) = (texts.navigation, self.languages());
        let messages = &self.messages;
        Html::new(format!(
            r##"<!doctype html>
<html lang="{lang}" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – hardtack</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#main">{skip}</a>
<header>
<div class="bar">
<nav aria-label="{navigation}"><a class="brand" href="/">hardtack</a><ul>{pages}</ul></nav>
{languages}
</div>
</header>
<main id="main">
{messages}{body}</main>
</body>
</html>
"##
        ))
    }

    fn link(&self, (page, href, name): &(Here, String, &str)) -> Html {
        let current = if *page == self.here {
            r#" aria-current="page""#
        } else {
            ""
        };
        Html::new(format!(r#"<li><a href="{href}"{current}>{name}</a></li>"#))
    }

    /// The choice is kept in the session. Without one it goes into the address.
    fn languages(&self) -> Html {
        let label = self.language.texts().language;
        match self.here {
            Here::Elsewhere => Html::new(""),
            Here::About => {
                let links: Html = Language::ALL
                    .into_iter()
                    .map(|to| self.link_to(to))
                    .collect();
                Html::new(format!(
                    r#"<ul class="languages" aria-label="{label}">{links}</ul>"#
                ))
            }
            _ => {
                let back = if self.here == Here::Inside {
                    "/inside"
                } else {
                    "/"
                };
                let buttons = Language::ALL.into_iter().map(|to| self.button_to(to));
                let (buttons, token) = (buttons.collect::<Html>(), &self.token_field);
                Html::new(format!(
                    r#"<form class="languages" method="post" action="/language" aria-label="{label}">{token}<input type="hidden" name="back" value="{back}">{buttons}</form>"#
                ))
            }
        }
    }

    fn link_to(&self, language: Language) -> Html {
        let (code, name) = (language.code(), language.name());
        let current = language == self.language;
        Html::new(format!(
            r#"<li><a href="/about?lang={code}" lang="{code}" hreflang="{code}" aria-current="{current}">{name}</a></li>"#
        ))
    }

    fn button_to(&self, language: Language) -> Html {
        let (code, name) = (language.code(), language.name());
        let pressed = language == self.language;
        Html::new(format!(
            r#"<button name="language" value="{code}" lang="{code}" aria-pressed="{pressed}">{name}</button>"#
        ))
    }
}
