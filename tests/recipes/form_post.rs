use axum::{Router, response::Redirect, routing::post};

fn outside() -> Router {
    Router::new().route("/callback/form", post(form_post))
}

/// Forms and queries have the same encoding.
async fn form_post(fields: String) -> Redirect {
    Redirect::to(&format!("/callback?{fields}")) // 303: the browser follows with a GET
}

// What follows is not in the document.

use http::Request;

use super::send;

#[test]
fn a_form_of_the_provider_becomes_the_query_of_a_get() {
    let request = Request::post("/callback/form")
        .header("origin", "https://provider.example")
        .header("sec-fetch-site", "cross-site");
    let answer = send(&outside(), request, "code=a%2Bb&state=s+t");
    assert_eq!(answer.status(), 303);
    assert_eq!(
        answer.headers()["location"],
        "/callback?code=a%2Bb&state=s+t"
    );
    assert!(!answer.headers().contains_key("set-cookie"));
}
