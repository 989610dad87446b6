//! Cookies of the largest size that browsers keep, and of one byte more. They are no sessions.

use axum::{http::header::SET_COOKIE, response::Response};

use super::visit::Visit;
use crate::texts::filled;

/// Returns names and values.
pub(super) fn cookies() -> Vec<(String, String)> {
    let cookies = SIZES.map(|bytes| {
        let name = name(bytes);
        let value = "x".repeat(bytes - name.len());
        (name, value)
    });
    cookies.into()
}

/// Says which of them the browser has.
pub(super) fn kept(visit: &Visit) -> String {
    let is_kept = |bytes: &usize| visit.raw(&name(*bytes)).is_some();
    let (kept, dropped): (Vec<_>, Vec<_>) = SIZES.into_iter().partition(is_kept);
    let [kept, dropped] = [kept, dropped].map(|sizes| {
        let numbers: Vec<_> = sizes.iter().map(ToString::to_string).collect();
        if numbers.is_empty() {
            "–".to_owned()
        } else {
            numbers.join(", ")
        }
    });
    let values = [("kept", &*kept), ("dropped", &*dropped)];
    filled(&visit.texts()["large.kept"], &values)
}

/// Makes the browser drop them after a page.
pub(super) fn remove_after(page: &mut Response) {
    for bytes in SIZES {
        let field = format!("{}=; Path=/; Max-Age=0", name(bytes));
        if let Ok(field) = field.parse() {
            page.headers_mut().append(SET_COOKIE, field);
        }
    }
}

fn name(bytes: usize) -> String {
    format!("bytes-{bytes}")
}

/// In bytes of name and value.
const SIZES: [usize; 2] = [4096, 4097];
