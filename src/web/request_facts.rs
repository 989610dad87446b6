//! Facts that a browser reports about a request: its purpose, and that it hides a cookie.

use super::framework::Fields;
use crate::state::RequestFacts;

/// Returns what the browser says of a request, but not whether it hides a cookie. With `only_navigations`, only a
/// navigation asks for a page. Clients that do not report it count as navigating.
// Without this, a request that leaves its session alone takes 0.9 % more instructions.
#[inline(always)]
pub(super) fn facts_of<H: Fields>(request: &H, only_navigations: bool) -> RequestFacts {
    let mut facts = RequestFacts {
        refreshes_nothing: only_navigations && is_by_script(request),
        ..RequestFacts::default()
    };
    let mut is_page = true;
    // One pass over the names takes less time than looking up one field.
    for name in request.names() {
        if name.as_ref() == "sec-fetch-dest" {
            let destination = request.first(name).unwrap_or_default().trim_ascii();
            facts.refreshes_nothing |= SUBRESOURCES.contains(&destination);
            is_page = destination == b"document";
        } else if PURPOSES.contains(&name.as_ref()) {
            facts.is_prefetch |= request.first(name).is_some_and(is_prefetch);
        }
    }
    // Another site may have any browser prefetch, again and again, and would keep a session from becoming idle. What such
    // a page preloads is `same-origin`.
    facts.refreshes_nothing |= facts.is_prefetch && is(request, "sec-fetch-site", b"cross-site");
    facts.is_preload =
        facts.is_prefetch && !is_page && request.named("sec-purpose").is_some_and(is_prefetch);
    facts
}

/// Returns `true` if the browser says that it does not navigate.
fn is_by_script<H: Fields>(request: &H) -> bool {
    let mode = request.named("sec-fetch-mode");
    mode.is_some_and(|mode| mode.trim_ascii() != b"navigate")
}

/// Returns `true` if browsers hide a `Lax` cookie from this request (docs/spec/writer.md § 8.12.1). They send it when
/// the visitor opens a page by a link, but not with a posted form, which brings `Origin`. No script can make a request
/// of the mode `navigate`; the destination is `empty` if a service worker of the site passes it on. In WebKit a form of
/// another site is `same-origin` then, and the site's own form is `cross-site` if it opens a new window.
pub(super) fn is_cookie_hidden<H: Fields>(request: &H) -> bool {
    let is_passed_on = is_navigation_for(request, b"empty");
    let is_new_page = is_new_page(request);
    let is_form = request.named("origin").is_some();
    let is_link = (is_new_page || is_passed_on) && !is_form;
    // `same-site` brings `Lax` cookies. A client that does not send this field is not a browser, or is an old browser,
    // or came without TLS.
    let is_crossing = is(request, "sec-fetch-site", b"cross-site")
        && !is_link
        && !(is_new_page && is_of_own_page(request));
    is_crossing
        || (is_passed_on && is_form)
        || OF_DEVICE.iter().any(|name| request.named(name).is_some())
}

/// Returns `true` if `Origin` is that of the field `Host`, over TLS. Browsers write both alike.
fn is_of_own_page<H: Fields>(request: &H) -> bool {
    let origin = request.named("origin").map(<[u8]>::trim_ascii);
    let host = origin.and_then(|origin| origin.strip_prefix(b"https://"));
    host.is_some_and(|host| is(request, "host", host))
}

/// Returns `true` for a navigation whose page is shown by itself, and not in a frame.
pub(super) fn is_new_page<H: Fields>(request: &H) -> bool {
    is_navigation_for(request, b"document")
}

/// Returns `true` for a navigation with this destination.
pub(super) fn is_navigation_for<H: Fields>(request: &H, destination: &[u8]) -> bool {
    is(request, "sec-fetch-mode", b"navigate") && is(request, "sec-fetch-dest", destination)
}

/// Returns `true` if the first field of this name has this value.
pub(super) fn is<H: Fields>(request: &H, name: &str, value: &[u8]) -> bool {
    request.named(name).map(<[u8]>::trim_ascii) == Some(value)
}

/// Returns `true` if this value of one of [`PURPOSES`] says that a page is fetched before its visitor has asked for it.
fn is_prefetch(purpose: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"prefetch", b"preview", b"true"];
    // Chrome adds parameters: `prefetch;prerender;anonymous-client-ip`.
    let word = purpose.split(|&byte| byte == b';').next();
    word.is_some_and(|word| words.contains(&word.trim_ascii()))
}

/// Fields by which a browser registers and refreshes the key of a device. These requests say that they are of the same
/// origin, although they bring no `Lax` or `Strict` cookies if another site made the request that waits for them.
const OF_DEVICE: [&str; 2] = ["sec-secure-session-id", "secure-session-response"];

/// Values of `Sec-Fetch-Dest` of an image, a script or another part of a page.
const SUBRESOURCES: [&[u8]; 8] = [
    b"image", b"script", b"style", b"font", b"audio", b"video", b"track", b"worker",
];

/// Fields that mark a prefetch: by current browsers, Turbo, Inertia, Safari, Firefox before 115, and the extension
/// `preload` of htmx.
const PURPOSES: [&str; 6] = [
    "sec-purpose",
    "x-sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
    "hx-preloaded",
];
