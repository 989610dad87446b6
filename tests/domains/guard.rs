//! The verdict of the guard about every request of `domains.json`, none of which has a body. This is a module of `web/csrf/`.

use std::sync::Arc;

use http::{Extensions, Request, Response};

use super::{
    rules::{Rules, Verdict},
    token::TokenSource,
};
use crate::{
    SessionCookie,
    base::time::system_time,
    session::domains::{check_axes, domains, header_map, map_of, ring},
    state::Map,
    web::origin::Origin,
};

#[test]
fn a_guard_answers_every_request_as_specified() {
    let domains = domains();
    let cookie = SessionCookie::unencrypted_but_signed(ring(&domains))
        .build()
        .unwrap();
    let token = domains.token("due");
    let request = header_map(&[("cookie".to_owned(), format!("__Host-session={token}"))]);
    let session = cookie.load_from(&request, system_time(domains.now));
    let guards =
        ["header", "form", "nothing"].map(|asks| [false, true].map(|trusts| guard(asks, trusts)));
    check_axes(&domains, "guard", |values| {
        let [method, fields @ .., asks, trusts, token] = values else {
            panic!("{values:?}");
        };
        let asks = match asks.as_str().unwrap() {
            "header" => 0,
            "form" => 1,
            _ => 2,
        };
        let guard = &guards[asks][usize::from(trusts.as_bool().unwrap())];
        let request = Request::builder().method(method.as_str().unwrap()).uri("/");
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.headers = map_of(
            &[fields, std::slice::from_ref(token)].concat(),
            [("host", "shop.example")],
        );
        let mut extensions = Extensions::new();
        extensions.insert(session.clone());
        parts.extensions = extensions.clone();
        let response = match guard.check::<Map>(&parts, &mut extensions) {
            Verdict::Passes => None,
            Verdict::PassesIf(form) => form.refuses(&parts, b"", true),
            Verdict::Responds(response) => Some(response),
        };
        response
            .map_or("passes", |response| word(&response))
            .to_owned()
    });
}

fn guard(asks: &str, trusts: bool) -> Arc<Rules> {
    let mut rules = Rules::default();
    rules.token = match asks {
        "header" => TokenSource::Header,
        "form" => TokenSource::HeaderOrForm,
        _ => TokenSource::None,
    };
    if trusts {
        let origin = |text| Origin::parse(text).unwrap();
        rules.trusted = vec![origin("https://app.example")];
        rules.form_posts = vec![(origin("https://other.example"), "/".to_owned())];
    }
    Arc::new(rules)
}

fn word(response: &Response<String>) -> &'static str {
    let words = [
        ("from another site", "cross-site"),
        ("page without TLS", "plain-http"),
        ("a service worker", "service-worker"),
        ("has no CSRF token", "no-token"),
        ("not of this session", "wrong-token"),
    ];
    let body = response.body();
    let found = words.into_iter().find(|(part, _)| body.contains(part));
    found.unwrap_or_else(|| panic!("{body}")).1
}
