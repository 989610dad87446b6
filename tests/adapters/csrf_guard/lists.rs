//! Forms in which a field occurs several times, such as a row of boxes, in every framework.

use axum::{Router, routing::post};
use hardtack::{
    SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use http::Request;
use serde::Deserialize;

use super::{
    common::{at, cookie},
    drivers, visitor_of,
};

#[derive(Deserialize)]
struct Boxes {
    /// Browsers send nothing for a row without a mark.
    #[serde(default)]
    tags: Vec<String>,
    sizes: Option<Vec<u32>>,
    /// A field that may stay empty.
    count: Option<u32>,
    name: String,
}

async fn boxes(GuardedForm(form): GuardedForm<Boxes>) -> String {
    let Boxes {
        tags,
        sizes,
        count,
        name,
    } = form;
    format!("{tags:?} {sizes:?} {count:?} {name}")
}

/// Asserts the status and the text of the answer to a form, in which `TOKEN` stands for the visitor's.
#[track_caller]
fn check(form: &str, status: u16, text: &str) {
    let (pair, token) = visitor_of(&cookie());
    let request = Request::post("/")
        .header("cookie", pair)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.replace("TOKEN", &token))
        .unwrap();
    let layer = SessionLayer::new(cookie()).clock(at(1));
    let guard = CsrfGuard::new().tokens_in_forms();
    #[cfg(feature = "actix")]
    {
        use actix_web::web;

        let scope = web::scope("").route("/", web::post().to(boxes));
        let scope = scope.wrap(guard.clone()).wrap(layer.clone());
        let answer = drivers::through_actix(|app| _ = app.service(scope), request.clone());
        assert_eq!(answer.status(), status, "{form}: {}", answer.body());
        assert!(answer.body().contains(text), "{}", answer.body());
    }
    let app = Router::new()
        .route("/", post(boxes))
        .layer(guard)
        .layer(layer);
    let answer = drivers::through_axum(app, request);
    assert_eq!(answer.status(), status, "{form}");
    assert!(answer.body().contains(text), "{}", answer.body());
}

#[test]
fn a_field_that_occurs_several_times_is_a_list_in_its_order() {
    for (form, text) in [
        (
            "csrf_token=TOKEN&tags=b&name=n&tags=a",
            r#"["b", "a"] None None n"#,
        ),
        ("name=n&tags=a&csrf_token=TOKEN", r#"["a"] None None n"#),
        (
            "tags=a&csrf_token=TOKEN&tags=a&name=n",
            r#"["a", "a"] None None n"#,
        ),
        ("tags=&name=n&csrf_token=TOKEN", r#"[""] None None n"#),
        ("name=&csrf_token=TOKEN", "[] None None "),
        ("count=&name=n&csrf_token=TOKEN", "[] None None n"),
        ("count=7&name=n&csrf_token=TOKEN", "[] None Some(7) n"),
        (
            "sizes=3&sizes=4&name=n&csrf_token=TOKEN",
            "[] Some([3, 4]) None n",
        ),
        (
            "tags=a%26b&tags=c+d&name=n&csrf_token=TOKEN",
            r#"["a&b", "c d"] None None n"#,
        ),
    ] {
        check(form, 200, text);
    }
}

#[test]
fn one_value_occurs_once_and_lists_need_a_token_too() {
    check("name=a&name=b&csrf_token=TOKEN", 422, "the form: ");
    check(
        "sizes=3&sizes=many&name=n&csrf_token=TOKEN",
        422,
        "the form: ",
    );
    check("tags=a&csrf_token=junk&name=n&csrf_token=TOKEN", 403, "");
    check("tags=a&name=n", 403, "");
}
