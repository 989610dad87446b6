//! A middleware that lets nobody in who is not signed in.

use actix_web::{
    App, HttpMessage, HttpResponse,
    dev::{Service, ServiceRequest},
    http::header::LOCATION,
    test, web,
};
use hardtack::{Session, SessionError, SessionLayer};

use super::common::{at, block_on, cookie, pair_of, sealed};

#[derive(Clone, Copy)]
struct UserId(u64);

/// The rule of the gate in docs/frameworks.md: why this visitor is sent away, if so. User 13 is locked.
fn judge(
    session: &Session,
    request: &ServiceRequest,
) -> Result<Option<HttpResponse>, SessionError> {
    let user = session.get::<u64>("user")?;
    if let Some(user) = user.filter(|user| *user != 13) {
        request.extensions_mut().insert(UserId(user));
        return Ok(None);
    }
    if user.is_some() {
        session.invalidate()?;
        session.flash("", "This account is locked.")?;
    }
    let mut login = HttpResponse::SeeOther();
    Ok(Some(login.insert_header((LOCATION, "/login")).finish()))
}

/// Asserts the status of the answer to a visitor with this cookie, and returns its body and the cookie that it sets.
#[track_caller]
fn visit(pair: Option<&str>, status: u16) -> (String, Option<String>) {
    let handler = |user: web::ReqData<UserId>| async move { format!("user {}", user.0) };
    let app = App::new()
        .service(
            web::scope("/admin")
                .service(web::resource("/account").route(web::get().to(handler)))
                .wrap_fn(|request, inner| {
                    let session = request.extensions().get::<Session>().cloned().unwrap();
                    let (answer, refusal) = match judge(&session, &request).unwrap() {
                        None => (Some(inner.call(request)), None),
                        Some(login) => (None, Some(request.into_response(login))),
                    };
                    async move {
                        match answer {
                            Some(answer) => Ok(answer.await?.map_into_left_body()),
                            None => Ok(refusal.unwrap().map_into_right_body()),
                        }
                    }
                }),
        )
        .wrap(SessionLayer::new(cookie()).clock(at(1)));
    block_on(async {
        let app = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri("/admin/account");
        if let Some(pair) = pair {
            request = request.insert_header(("cookie", pair));
        }
        let answer = test::call_service(&app, request.to_request()).await;
        assert_eq!(answer.status(), status);
        let set = answer.headers().get("set-cookie");
        let set = set.map(|field| pair_of(field.to_str().unwrap()).to_owned());
        let body = test::read_body(answer).await;
        (String::from_utf8(body.to_vec()).unwrap(), set)
    })
}

fn signed_in(user: u64) -> String {
    sealed(&cookie(), at(0), |session| {
        session.insert("user", user).unwrap();
    })
}

#[test]
fn a_gate_lets_users_in_and_tells_the_handler_who_they_are() {
    let (body, set) = visit(Some(&signed_in(7)), 200);
    assert_eq!((&*body, set), ("user 7", None));
}

#[test]
fn a_gate_sends_strangers_away_and_gives_them_no_session() {
    assert_eq!(visit(None, 303), (String::new(), None));
}

#[test]
fn a_gate_ends_a_session_and_leaves_a_message() {
    let (_, set) = visit(Some(&signed_in(13)), 303);
    let session = cookie().load([set.unwrap()], at(1));
    assert!(!session.contains_key("user"));
    assert_eq!(
        session.take_flashes("").unwrap(),
        ["This account is locked."]
    );
}
