//! HTTP responses that both servers send.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::stream;

/// A response that never comes.
pub(crate) async fn stall() -> Response {
    tokio::time::sleep(Duration::from_hours(1)).await;
    Response::new(Body::empty())
}

/// A response whose connection breaks half-way.
pub(crate) fn cut_off(text: &str) -> Response {
    let half: Bytes = text.bytes().take(text.len() / 2).collect();
    let chunks = [Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    Response::new(Body::from_stream(stream::iter(chunks)))
}

/// A response of this status and content type.
pub(crate) fn response(status: u16, content_type: &str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if let Ok(value) = content_type.parse() {
        response.headers_mut().insert("content-type", value);
    }
    response
}
