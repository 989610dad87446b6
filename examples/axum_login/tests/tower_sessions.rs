//! The session of tower-sessions in one of ours: what is kept, renewed, ended and dropped.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../src/tower_sessions.rs"]
mod tower_sessions;

use std::{future::Future, time::SystemTime};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    middleware::from_fn,
    routing::get,
};
use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionLayer};
use tower::ServiceExt;
use tower_sessions_core::Session;

/// A browser with the cookie of a site.
struct Visitor {
    cookie: SessionCookie,
    field: Option<String>,
}

impl Visitor {
    /// A visitor whose session has data of both kinds.
    async fn known() -> Visitor {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(KeyRing::from(key))
            .build()
            .unwrap();
        let mut visitor = Visitor {
            cookie,
            field: None,
        };
        let status = visitor.visit(async |ours, theirs| {
            ours.insert("ours", 1).unwrap();
            theirs.insert("theirs", 1).await.unwrap();
            StatusCode::OK
        });
        assert_eq!(status.await, StatusCode::OK);
        assert_eq!(visitor.content(), ["ours", "tower-sessions"]);
        visitor
    }

    /// Makes a request, which `handler` answers, and keeps the cookie.
    async fn visit<F, R>(&mut self, handler: F) -> StatusCode
    where
        F: FnOnce(hardtack::Session, Session) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = StatusCode> + Send,
    {
        let site = Router::new()
            .route("/", get(handler))
            .layer(from_fn(tower_sessions::provide))
            .layer(SessionLayer::new(self.cookie.clone()));
        let field = self.field.clone().unwrap_or_default();
        let request = Request::get("/").header("cookie", field);
        let request = request.body(Body::empty()).unwrap();
        let response = site.oneshot(request).await.unwrap();
        for field in response.headers().get_all("set-cookie") {
            let field = field.to_str().unwrap();
            let (pair, attributes) = field.split_once(';').unwrap();
            let is_dropped = attributes.contains("Max-Age=0");
            self.field = (!is_dropped).then(|| pair.to_owned());
        }
        response.status()
    }

    fn session(&self) -> hardtack::Session {
        self.cookie.load(&self.field, SystemTime::now())
    }

    fn content(&self) -> Vec<String> {
        let mut keys = self.session().keys();
        keys.sort();
        keys
    }
}

#[tokio::test]
async fn reading_writes_nothing() {
    let mut visitor = Visitor::known().await;
    let before = visitor.field.clone();
    visitor
        .visit(async |_, theirs: Session| {
            assert_eq!(theirs.get("theirs").await.unwrap(), Some(1));
            StatusCode::OK
        })
        .await;
    assert_eq!(visitor.field, before);
}

#[tokio::test]
async fn the_id_stays_until_it_is_cycled() {
    let mut visitor = Visitor::known().await;
    let first = visitor.session().id();
    visitor
        .visit(async |_, theirs: Session| {
            assert!(theirs.id().is_some());
            theirs.insert("theirs", 2).await.unwrap();
            StatusCode::OK
        })
        .await;
    assert_eq!(visitor.session().id(), first);
    visitor
        .visit(async |_, theirs: Session| {
            theirs.cycle_id().await.unwrap();
            StatusCode::OK
        })
        .await;
    assert_ne!(visitor.session().id(), first);
    assert_eq!(visitor.content(), ["ours", "tower-sessions"]);
}

#[tokio::test]
async fn a_flush_ends_the_session() {
    let mut visitor = Visitor::known().await;
    visitor
        .visit(async |_, theirs: Session| {
            theirs.flush().await.unwrap();
            StatusCode::OK
        })
        .await;
    assert_eq!(visitor.field, None);
}

#[tokio::test]
async fn a_session_that_is_used_after_a_flush_is_another() {
    let mut visitor = Visitor::known().await;
    let first = visitor.session().id();
    visitor
        .visit(async |_, theirs: Session| {
            theirs.flush().await.unwrap();
            theirs.insert("goodbye", 1).await.unwrap();
            assert_eq!(theirs.get::<u32>("theirs").await.unwrap(), None);
            StatusCode::OK
        })
        .await;
    assert_eq!(visitor.content(), ["tower-sessions"]);
    assert_ne!(visitor.session().id(), first);
}

#[tokio::test]
async fn a_flush_counts_before_a_new_id() {
    let mut visitor = Visitor::known().await;
    visitor
        .visit(async |_, theirs: Session| {
            theirs.flush().await.unwrap();
            theirs.insert("user", 1).await.unwrap();
            theirs.cycle_id().await.unwrap();
            StatusCode::OK
        })
        .await;
    assert_eq!(visitor.content(), ["tower-sessions"]);
}

#[tokio::test]
async fn an_error_of_the_server_drops_changes() {
    let mut visitor = Visitor::known().await;
    let before = visitor.field.clone();
    visitor
        .visit(async |_, theirs: Session| {
            theirs.insert("theirs", 2).await.unwrap();
            StatusCode::BAD_GATEWAY
        })
        .await;
    assert_eq!(visitor.field, before);
}

#[tokio::test]
async fn content_that_is_too_large_fails_the_response() {
    let mut visitor = Visitor::known().await;
    let before = visitor.field.clone();
    let status = visitor.visit(async |_, theirs: Session| {
        theirs.insert("large", "x".repeat(5_000)).await.unwrap();
        StatusCode::OK
    });
    assert_eq!(status.await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(visitor.field, before);
}
