//! Error messages for a handler or a guard that found no session. They explain the mistake in the application's setup
//! and its correction. Arguments are names of types that sessions hold.

use std::any::type_name;

use crate::state::Map;

/// No [`SessionLayer`](crate::SessionLayer) is around the service. A layer with `map_session` may be, and without debug
/// assertions one for another type, because requests do not carry the names of their types.
pub(super) fn no_layer(asked: &'static str) -> String {
    let and = match typed(asked) {
        Some(_) => with_cookie_of(asked),
        None => {
            "; if its sessions are typed, take `Session<T>`, and add `.typed::<T>()` to the guard"
                .to_owned()
        }
    };
    let session = session_of(asked);
    format!(
        "no session layer for {session} is around the handler, the guard or the middleware that asks for it; \
         add `SessionLayer::new(cookie)` after all of them (in a `ServiceBuilder`, before them){and}"
    )
}

/// The layer around a handler is for sessions that hold another type.
pub(super) fn other_type(asked: &'static str, provided: &'static str) -> String {
    let and = with_cookie_of(asked);
    let (asked, provided) = (session_of(asked), session_of(provided));
    format!(
        "the handler asks for {asked}, and the session layer around it provides {provided}; \
         ask for that one, or add a `SessionLayer::new(cookie)` for {asked}{and}"
    )
}

/// The layer around a guard is for sessions that hold another type.
pub(super) fn other_type_than_the_guard(asked: &'static str, provided: &'static str) -> String {
    let guard = match typed(provided) {
        Some(held) => format!("`CsrfGuard::new().typed::<{held}>()`"),
        None => "`CsrfGuard::new()` without `typed`".to_owned(),
    };
    let (asked, provided) = (session_of(asked), session_of(provided));
    format!(
        "the CSRF guard looks for {asked}, and the session layer around it provides {provided}; write {guard}"
    )
}

/// Two layers of this type are around the service.
pub(super) fn ambiguous(asked: &'static str) -> String {
    let session = session_of(asked);
    format!(
        "two session layers for {session} are around the handler; remove one, or, if both are meant, give one \
         of them a different type with `.map_session(…)`"
    )
}

/// The head of the response was made before the session was asked for.
pub(super) fn after_head(asked: &'static str) -> String {
    let session = session_of(asked);
    format!(
        "{session} was asked for after the head of its response, by a body, a task or a middleware outside of the \
         session layer; take it in the handler, and pass it on"
    )
}

/// Returns the end of a message about a new layer for sessions that hold this type.
fn with_cookie_of(held: &'static str) -> String {
    let typed = typed(held).map(|held| format!(", with a cookie of `.typed::<{held}>()`"));
    typed.unwrap_or_default()
}

/// Returns `held`, the name of the type that a session holds, unless it is a dictionary.
fn typed(held: &'static str) -> Option<&'static str> {
    Some(held).filter(|held| *held != type_name::<Map>())
}

/// Returns the type of a session as a handler writes it.
fn session_of(held: &'static str) -> String {
    match typed(held) {
        Some(held) => format!("`Session<{held}>`"),
        None => "`Session`".to_owned(),
    }
}
