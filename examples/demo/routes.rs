//! Every address of the site, and the layers around them.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header::CONTENT_TYPE,
    middleware::{from_fn, from_fn_with_state, map_response},
    routing::{get, post, put},
};
use hardtack::{SessionLayer, csrf::CsrfGuard};

use crate::{
    api::{
        self, guard,
        operation::{self, run},
        probes, server,
    },
    errors,
    pages::{self, forms, lab, visit},
    site::Site,
};

/// Everything that the site answers.
pub(crate) fn all(site: &Arc<Site>) -> Router {
    Router::new()
        .nest("/api", for_scripts(site))
        .merge(for_people(site))
        .route("/.session/register", post(api::answer_device))
        .route("/.session/refresh", post(api::answer_device))
        .with_state(Arc::clone(site))
}

#[rustfmt::skip] // One row an address.
fn for_scripts(site: &Arc<Site>) -> Router<Arc<Site>> {
    let guarded = get(server::guarded_runs).post(server::run_guarded).layer(CsrfGuard::new());
    Router::new()
        .route("/session", get(api::session))
        .route("/keys-of-data", get(api::keys_of_data))
        .route("/size", get(api::size))
        .route("/data/{key}", get(api::value).put(api::put).delete(api::delete))
        .route("/data/{key}/push", post(api::push))
        .route("/id", run("id"))
        .route("/clear", run("clear"))
        .route("/renew", run("renew"))
        .route("/renew-id", run("renew-id"))
        .route("/discard", run("discard"))
        .route("/save", run("save"))
        .route("/invalidate", post(api::invalidate))
        .route("/batch", post(operation::run_all))
        .route("/flash", run("flash").get(api::flashes))
        .route("/flash/pop", run("pop"))
        .route("/csrf", get(api::csrf_token).post(api::verify_csrf))
        .route("/guarded", guarded)
        .route("/remember", run("remember"))
        .route("/forget", run("forget"))
        .route("/limit", run("limit"))
        .route("/recent", get(api::recent))
        .route("/untouched", get(probes::untouched))
        .route("/fail/{status}", post(probes::fail))
        .route("/headers", post(probes::headers))
        .route("/stream", get(probes::two_parts))
        .route("/keys", get(server::keys).put(server::replace_keys))
        .route("/clock", get(server::clock).put(server::move_clock))
        .route("/revoked", put(server::revoke))
        .route("/not-before", put(server::raise_not_before))
        .route("/outcomes", get(server::outcomes))
        .fallback(api::no_such_endpoint)
        .layer(site.layer_for_api())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(site), guard::admit))
        .layer(from_fn(errors::as_json))
}

#[rustfmt::skip] // One row an address.
fn for_people(site: &Arc<Site>) -> Router<Arc<Site>> {
    // By the real clock, so that a visitor who moves the other one reads what came of it.
    let display = SessionLayer::new(site.display.clone());
    Router::new()
        .route("/", get(lab::show))
        .route("/about", get(pages::about))
        .route("/style.css", get(([(CONTENT_TYPE, "text/css")], pages::STYLE)))
        .route("/theme.css", get(visit::theme))
        .route("/sign-in", post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out))
        .route("/count", post(forms::count))
        .route("/data", post(forms::fill))
        .route("/data/remove", post(forms::empty))
        .route("/flash", post(forms::flash))
        .route("/language", post(forms::language))
        .route("/theme", post(forms::theme))
        .route("/flip", post(forms::flip))
        .route("/rename", post(forms::rename))
        .route("/copy", post(forms::copy))
        .route("/replay", post(forms::replay))
        .route("/undo", post(forms::undo))
        .route("/revoke", post(forms::revoke))
        .route("/large", post(forms::large))
        .route("/keys/rotate", post(forms::rotate))
        .route("/keys/retire", post(forms::retire))
        .route("/clock", post(forms::move_clock))
        .route("/server", post(forms::switch))
        .fallback(pages::no_such_page)
        .method_not_allowed_fallback(pages::not_for_links)
        // The tokens are in fields of the forms.
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(site.layer_for_pages())
        .layer(from_fn(visit::tell_language))
        // Several cookies of one type: those after the first are wrapped in types of their own.
        .layer(display.map_session(visit::Display))
        .layer(from_fn(errors::as_page))
        .layer(map_response(pages::add_policy))
}

/// Larger than any value that fits a session.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
