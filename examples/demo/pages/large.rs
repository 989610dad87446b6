//! Cookies of the largest size that browsers keep, and of one byte more. They are no sessions.

use axum::{http::header::SET_COOKIE, response::Response};

use super::{token, visit::Visit};
use crate::texts::Blank;

/// Returns names and values.
pub(super) fn cookies() -> Vec<(String, String)> {
    let cookies = SIZES.map(|(name, bytes)| (name.to_owned(), "x".repeat(bytes - name.len())));
    cookies.into()
}

/// Says which of them the browser has.
pub(super) fn kept(visit: &Visit) -> String {
    let of = |has_it: bool| {
        let sizes = SIZES.into_iter();
        let sizes =
            sizes.filter(|(name, _)| token::value_of(&visit.headers, name).is_some() == has_it);
        let sizes: Vec<_> = sizes.map(|(_, bytes)| bytes.to_string()).collect();
        sizes.join(", ")
    };
    let values: [Blank; 2] = [("kept", &of(true)), ("dropped", &of(false))];
    visit.texts().filled("large.kept", &values)
}

/// Makes the browser drop them after a page.
pub(super) fn remove_after(page: &mut Response) {
    for (name, _) in SIZES {
        if let Ok(field) = format!("{name}=; Path=/; Max-Age=0").parse() {
            page.headers_mut().append(SET_COOKIE, field);
        }
    }
}

/// Names, and bytes of name and value.
const SIZES: [(&str, usize); 2] = [("bytes-4096", 4096), ("bytes-4097", 4097)];
