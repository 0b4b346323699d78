//! A stand-in for Lambda's runtime API, from which one function takes its invocations.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::error::BenchError;

/// How long a function may take for anything.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The runtime API of one function.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    /// Where it listens.
    pub(crate) address: String,
    events: UnboundedSender<Bytes>,
    told: UnboundedReceiver<Told>,
    server: JoinHandle<()>,
}

/// What the function tells.
#[derive(Debug)]
enum Told {
    /// It waits for an event.
    Ready(Instant),
    /// It has answered.
    Answer(Instant, Bytes),
    /// It has failed.
    Failed,
}

#[derive(Clone)]
struct Shared {
    events: Arc<Mutex<UnboundedReceiver<Bytes>>>,
    tell: UnboundedSender<Told>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self, BenchError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (events, waiting) = unbounded_channel();
        let (tell, told) = unbounded_channel();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .fallback(failed)
            .layer(DefaultBodyLimit::disable())
            .with_state(Shared { events: Arc::new(Mutex::new(waiting)), tell });
        let serve = async {
            let listener =
                axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap_or_default());
            axum::serve(listener, router).await.unwrap_or_default();
        };
        Ok(Self { address, events, told, server: tokio::spawn(serve) })
    }

    /// Waits until the function asks for an event; when that was.
    pub(crate) async fn ready(&mut self) -> Result<Instant, BenchError> {
        match self.told().await? {
            Told::Ready(at) => Ok(at),
            Told::Answer(..) | Told::Failed => Err(BenchError::Failed),
        }
    }

    /// Gives the function an event, for which it [waits](Self::ready), and waits for its answer: how long that took. An answer
    /// with a status code must have 200.
    pub(crate) async fn invoke(&mut self, event: Bytes) -> Result<Duration, BenchError> {
        let start = Instant::now();
        self.events.send(event).map_err(|_| BenchError::Failed)?;
        match self.told().await? {
            Told::Answer(at, body) => {
                let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
                match answer.get("statusCode").and_then(serde_json::Value::as_u64) {
                    None | Some(200) => Ok(at - start),
                    Some(status) => Err(BenchError::Status(status)),
                }
            }
            Told::Ready(_) | Told::Failed => Err(BenchError::Failed),
        }
    }

    async fn told(&mut self) -> Result<Told, BenchError> {
        let told = tokio::time::timeout(TIMEOUT, self.told.recv()).await;
        told.ok().flatten().ok_or(BenchError::Silent)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Shared>) -> (HeaderMap, Bytes) {
    // The one who measures may have ended.
    shared.tell.send(Told::Ready(Instant::now())).unwrap_or_default();
    let event = shared.events.lock().await.recv().await.unwrap_or_default();
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT;
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-0000-0000-000000000001".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:bench".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        Some((axum::http::HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
    });
    (headers.collect(), event)
}

async fn answer(State(shared): State<Shared>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    shared.tell.send(Told::Answer(Instant::now(), body)).unwrap_or_default();
    StatusCode::ACCEPTED
}

async fn failed(State(shared): State<Shared>) -> StatusCode {
    shared.tell.send(Told::Failed).unwrap_or_default();
    StatusCode::ACCEPTED
}
