//! A response that saves nothing drops nothing.

use hardtack::{Session, SessionLayer};
use http::{Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{DAY, builder, rules::plain, start};

#[tokio::test]
async fn a_server_error_keeps_the_old_cookie() {
    for (status, expected) in [
        (StatusCode::INTERNAL_SERVER_ERROR, 0),
        (StatusCode::NOT_FOUND, 2),
    ] {
        let cookie = builder()
            .migrate_from(plain(), start()..start() + DAY)
            .build()
            .unwrap();
        let layer = SessionLayer::new(cookie).clock(start());
        let service = layer.layer(service_fn(move |request: Request<()>| async move {
            let session = request.extensions().get::<Session>().unwrap();
            assert_eq!(session.get("user").unwrap(), Some("ada".to_owned()));
            let response = Response::builder().status(status);
            Ok::<_, std::convert::Infallible>(response.body(String::new()).unwrap())
        }));
        let request = Request::builder()
            .header("cookie", "old=ada")
            .body(())
            .unwrap();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(
            response.headers().get_all("set-cookie").iter().count(),
            expected,
            "{status}"
        );
    }
}
