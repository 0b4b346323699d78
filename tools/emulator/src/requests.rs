//! Function URL requests, and the events that a function must make of them.

use std::io;

use callbacks::{Product, decode};
use sender::request::{self, RequestHeaders};
use serde_json::Value;

use crate::error::EmulatorError;
use crate::workspace::root;

/// The requests in `events/` for a product under their names, in the order of the names.
///
/// # Errors
/// The first one that the file system gives.
pub fn requests(product: Product) -> io::Result<Vec<(String, String)>> {
    let mut requests = Vec::new();
    for entry in std::fs::read_dir(root().join("events").join(product.slug()))? {
        let path = entry?.path();
        let case = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        requests.push((case, std::fs::read_to_string(path)?));
    }
    requests.sort();
    Ok(requests)
}

/// A function URL request that posts this body.
#[must_use]
pub fn post(body: &[u8]) -> String {
    request_by("POST", body)
}

/// A function URL request of this method, with this body.
#[must_use]
pub fn request_by(method: &str, body: &[u8]) -> String {
    let headers = RequestHeaders { content_type: Some("application/json"), user_agent: None, capitals: false };
    let mut request = request::with_headers(&headers, body);
    if let Some(name) = request.pointer_mut("/requestContext/http/method") {
        *name = method.into();
    }
    request.to_string()
}

/// The events that a function must store for a request, one line each.
///
/// # Errors
/// [`EmulatorError::Json`] or [`EmulatorError::Request`] where it is no function URL request.
pub fn expected_events(product: Product, request: &str) -> Result<Vec<String>, EmulatorError> {
    let request: Value = serde_json::from_str(request)?;
    let events = decode(product, &request::body(&request)?, request::arrival(&request)?);
    events.iter().map(|event| Ok(serde_json::to_string(event)?)).collect()
}
