//! An upload, which is read only after its token was verified.

use axum::{extract::Multipart, response::Result};
use hardtack::csrf::CsrfCheck;

async fn upload(check: CsrfCheck, mut form: Multipart) -> Result<String> {
    let mut bytes = 0;
    let token = form.next_field().await?;
    let token = match token.filter(|field| field.name() == Some("csrf_token")) {
        Some(field) => field.text().await?,
        None => String::new(),
    };
    check.verify(&token)?;
    while let Some(field) = form.next_field().await? {
        bytes += field.bytes().await?.len();
    }
    Ok(format!("{bytes} bytes\n"))
}

// Its test.

use axum::{Router, routing::post};
use hardtack::{SessionLayer, csrf::CsrfGuard};
use http::Request;

use super::send;
use crate::common::{at, cookie};

#[test]
fn an_upload_is_read_after_the_token_in_its_first_field() {
    let app = Router::new()
        .route("/upload", post(upload))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    let mut token = String::new();
    let session = cookie().cookie_for(at(0), |session| {
        token = session.csrf_token()?;
        Ok(())
    });
    let session = session.unwrap();
    let part = |name: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let upload = |parts: &[String]| {
        let request = Request::post("/upload").header("cookie", &session);
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        let answer = send(&app, request, &format!("{}--b--\r\n", parts.concat()));
        (answer.status().as_u16(), answer.into_body())
    };
    let (token, file) = (part("csrf_token", &token), part("file", "12345"));
    assert_eq!(
        upload(&[token.clone(), file.clone()]),
        (200, "5 bytes\n".to_owned())
    );
    for parts in [
        vec![file.clone()],
        vec![file.clone(), token],
        vec![part("csrf_token", "x"), file],
        vec![],
    ] {
        assert_eq!(upload(&parts).0, 403, "{parts:?}");
    }
}
