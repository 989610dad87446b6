use actix_web::HttpResponse;
use hardtack::{Session, SessionError, csrf::GuardedForm};
use serde::Deserialize;

#[derive(Deserialize)]
struct Transfer {
    amount: u32,
}

async fn form(session: Session) -> Result<HttpResponse, SessionError> {
    let token = session.csrf_token()?;
    let page = format!(
        r#"<form method="post" action="/transfer">
        <input type="hidden" name="csrf_token" value="{token}">
        <input name="amount"> <button>Send</button></form>"#
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page))
}

async fn transfer(GuardedForm(transfer): GuardedForm<Transfer>) -> String {
    format!("{} sent", transfer.amount)
}

// What follows is not in the document.

use actix_web::{App, test, web};
use hardtack::{SessionLayer, csrf::CsrfGuard};

use crate::common::{at, block_on, cookie, pair_of};

#[test]
fn a_form_of_actix_web_with_its_token_is_sent_and_without_it_is_not() {
    block_on(async {
        let app = App::new()
            .route("/transfer", web::get().to(form))
            .route("/transfer", web::post().to(transfer))
            .wrap(CsrfGuard::new().tokens_in_forms())
            .wrap(SessionLayer::new(cookie()).clock(at(0)));
        let app = test::init_service(app).await;
        let page =
            test::call_service(&app, test::TestRequest::with_uri("/transfer").to_request()).await;
        let session =
            pair_of(page.headers().get("set-cookie").unwrap().to_str().unwrap()).to_owned();
        let page = String::from_utf8(test::read_body(page).await.to_vec()).unwrap();
        let (_, token) = page.split_once(r#"name="csrf_token" value=""#).unwrap();
        let (token, _) = token.split_once('"').unwrap();
        for (token, status) in [(token, 200), ("x", 403)] {
            let request = test::TestRequest::post()
                .uri("/transfer")
                .insert_header(("cookie", &*session));
            let request = request.set_form([("csrf_token", token), ("amount", "7")]);
            let answer = test::call_service(&app, request.to_request()).await;
            assert_eq!(answer.status(), status);
            let text = test::read_body(answer).await;
            assert_eq!(text == "7 sent", status == 200);
        }
    });
}
