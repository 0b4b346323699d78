//! A fake of the AWS APIs with a fixed response for each operation, for tests with so many calls that moto is too slow.

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

/// A server that accepts every call of the functions. It speaks TLS, as AWS does.
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
    /// Starts it with the value of all secrets.
    ///
    /// # Errors
    /// [`EmulatorError::Server`] where it cannot listen.
    pub fn start(secret: &str) -> Result<Self, EmulatorError> {
        let shared = Arc::new(Shared { secret: secret.to_owned(), calls: Mutex::default() });
        // The largest callback exceeds axum's default limit.
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        Ok(Self { server: Server::start(router)?, shared })
    }

    /// The TLS server, to which the functions connect.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// How often an operation was called, named as in an IAM policy: `sqs:SendMessage`. Each entry of `events:PutEvents` counts.
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
