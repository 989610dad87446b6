//! An upload, whose token the guard finds before the handler runs, because its field comes before the file.

use axum::{extract::Multipart, response::Result};

async fn upload(mut form: Multipart) -> Result<String> {
    let mut bytes = 0;
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            bytes += field.bytes().await?.len();
        }
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
fn an_upload_has_its_token_before_a_long_file() {
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
        vec![part("csrf_token", "x"), file],
        vec![],
    ] {
        assert_eq!(upload(&parts).0, 403, "{parts:?}");
    }
    let long = part("file", &"x".repeat(1_500_000));
    let answer = upload(&[token.clone(), long.clone()]);
    assert_eq!(answer, (200, "1500000 bytes\n".to_owned()));
    assert_eq!(upload(&[long, token]).0, 413);
}
