//! A Runtime API for one function, and the front that calls it
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{Response, StatusCode},
    response::IntoResponse,
    routing::{get, post},
    serve::ListenerExt,
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{
        Mutex as AsyncMutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
};

use crate::front::Front;

/// Both servers, until this is dropped.
pub(crate) struct RuntimeApi {
    _runtime: Runtime,
    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) api: SocketAddr,
    /// For clients.
    pub(crate) front: SocketAddr,
}

struct Queue {
    front: Front,
    next: AtomicU64,
    sender: UnboundedSender<(u64, Value)>,
    events: AsyncMutex<UnboundedReceiver<(u64, Value)>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
}

impl RuntimeApi {
    pub(crate) fn start(front: Front) -> RuntimeApi {
        let (sender, events) = unbounded_channel();
        let queue = Arc::new(Queue {
            front,
            next: AtomicU64::new(1),
            sender,
            events: AsyncMutex::new(events),
            waiting: Mutex::default(),
        });
        let api = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(answered),
            )
            .with_state(Arc::clone(&queue));
        let front = Router::new().fallback(invoke).with_state(queue);
        let runtime = Runtime::new().unwrap();
        let [api, front] = [api, front].map(|app| serve(&runtime, app));
        RuntimeApi {
            _runtime: runtime,
            api,
            front,
        }
    }
}

fn serve(runtime: &Runtime, app: Router) -> SocketAddr {
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let address = listener.local_addr().unwrap();
    // Without this, each invocation waits 40 ms for an acknowledgement.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    runtime.spawn(async { axum::serve(listener, app).await });
    address
}

async fn next(State(queue): State<Arc<Queue>>) -> impl IntoResponse {
    let (id, event) = queue.events.lock().await.recv().await.unwrap();
    let fields = [
        ("lambda-runtime-aws-request-id", id.to_string()),
        ("lambda-runtime-deadline-ms", "9999999999999".to_owned()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:counter".to_owned(),
        ),
    ];
    (fields, Json(event))
}

async fn answered(
    State(queue): State<Arc<Queue>>,
    Path(id): Path<u64>,
    answer: Bytes,
) -> StatusCode {
    let answer = serde_json::from_slice(&answer).unwrap();
    let waiting = queue.waiting.lock().unwrap().remove(&id);
    waiting.unwrap().send(answer).unwrap();
    StatusCode::ACCEPTED
}

async fn invoke(State(queue): State<Arc<Queue>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let event = queue
        .front
        .event(&parts, std::str::from_utf8(&body).unwrap());
    let id = queue.next.fetch_add(1, Ordering::Relaxed);
    let (sender, answer) = oneshot::channel();
    queue.waiting.lock().unwrap().insert(id, sender);
    queue.sender.send((id, event)).unwrap();
    queue.front.response(&answer.await.unwrap())
}
