//! The AWS APIs, as far as the functions call them, with one answer for each operation: for tests of many calls, for which moto
//! is too slow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tls_server::Server;

use crate::error::EmulatorError;
use crate::proxy::operation;

/// A server that takes whatever the functions send. It speaks TLS, as AWS does.
#[derive(Debug)]
pub struct StandIn {
    server: Server,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    secret: String,
    calls: Mutex<BTreeMap<String, usize>>,
}

impl StandIn {
    /// Starts it with the text that every secret has.
    ///
    /// # Errors
    /// [`EmulatorError::Server`] where it cannot listen.
    pub fn start(secret: &str) -> Result<Self, EmulatorError> {
        let shared = Arc::new(Shared { secret: secret.to_owned(), calls: Mutex::default() });
        // The largest callback is larger than what axum takes unless it is told.
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        Ok(Self { server: Server::start(router)?, shared })
    }

    /// What the functions connect to.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// How often an operation was called, in the words of a policy: `sqs:SendMessage`. Each entry of `events:PutEvents` counts.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        let calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(operation).copied().unwrap_or_default()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let operation = operation(&method, uri.path(), &headers);
    let (calls, answer) = match operation.as_str() {
        "sqs:SendMessage" => (1, json!({"MessageId": "1"}).to_string()),
        "secretsmanager:GetSecretValue" => (1, json!({"Name": "secret", "SecretString": shared.secret}).to_string()),
        "events:PutEvents" => {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let entries = body.get("Entries").and_then(Value::as_array).map_or(0, Vec::len);
            let taken = vec![json!({"EventId": "1"}); entries];
            (entries, json!({"FailedEntryCount": 0, "Entries": taken}).to_string())
        }
        "s3:PutObject" => (1, String::new()),
        "dynamodb:PutItem"
        | "dynamodb:UpdateItem"
        | "dynamodb:DeleteItem"
        | "dynamodb:DescribeTable"
        | "events:DescribeEventBus"
        | "sqs:GetQueueAttributes" => (1, "{}".to_owned()),
        _ => return (StatusCode::BAD_REQUEST, json!({"__type": "UnknownOperationException"}).to_string()),
    };
    *shared.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += calls;
    (StatusCode::OK, answer)
}
