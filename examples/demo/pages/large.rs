//! Cookies of the largest size that browsers keep, and of one byte more. They are no sessions.

use axum::{
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
};

use super::visit::Visit;
use crate::texts::filled;

/// Names and values.
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
    let (kept, dropped) = (list(&kept), list(&dropped));
    let values = [("kept", &*kept), ("dropped", &*dropped)];
    filled(visit.texts().large_kept, &values)
}

fn list(sizes: &[usize]) -> String {
    let numbers: Vec<_> = sizes.iter().map(ToString::to_string).collect();
    if numbers.is_empty() {
        return "–".to_owned();
    }
    numbers.join(", ")
}

/// A page after which they are gone.
pub(super) fn removed_after(page: impl IntoResponse) -> Response {
    let mut response = page.into_response();
    for bytes in SIZES {
        let field = format!("{}=; Path=/; Max-Age=0", name(bytes));
        if let Ok(field) = field.parse() {
            response.headers_mut().append(SET_COOKIE, field);
        }
    }
    response
}

fn name(bytes: usize) -> String {
    format!("bytes-{bytes}")
}

/// In bytes of name and value.
const SIZES: [usize; 2] = [4096, 4097];
