//! Keeps other sites and tunnels away from the page.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::State;

const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Refuses what does not come from the page or from a tool on this machine.
pub(crate) async fn guard(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let refusal = refusal(request.method(), request.headers(), state.page.port());
    let mut response = match refusal {
        Some(problem) => (StatusCode::FORBIDDEN, problem).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request is refused.
fn refusal(method: &Method, headers: &HeaderMap, port: u16) -> Option<&'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if ["x-forwarded-for", "x-forwarded-host", "forwarded", "cf-connecting-ip"]
        .iter()
        .any(|name| headers.contains_key(*name))
    {
        return Some("a tunnel or proxy points at the inspector's page: point it at the receivers' port\n");
    }
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host == format!("{name}:{port}")) {
        return Some("the page is for this machine only: expected localhost or 127.0.0.1 with the port as Host\n");
    }
    if text("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return Some("another site asks\n");
    }
    let origin = text("origin");
    if origin.is_some_and(|origin| origin.strip_prefix("http://") != Some(host)) {
        return Some("another site asks\n");
    }
    let is_change = !matches!(*method, Method::GET | Method::HEAD);
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if is_change && !is_json {
        return Some("changes need Content-Type: application/json\n");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<axum::http::HeaderName>().unwrap(), HeaderValue::from_static(value)));
        refusal(method, &headers.collect(), 4601).is_none()
    }

    #[test]
    fn only_this_machine_and_the_page_itself_may_ask() {
        let json = ("content-type", "application/json");
        for (method, headers, passes) in [
            (Method::GET, &[("host", "127.0.0.1:4601")][..], true),
            (Method::GET, &[("host", "localhost:4601")], true),
            (Method::GET, &[("host", "[::1]:4601")], true),
            (Method::GET, &[("host", "localhost:4602")], false),
            (Method::GET, &[("host", "localhost")], false),
            (Method::GET, &[("host", "evil.example:4601")], false),
            (Method::GET, &[], false),
            (Method::GET, &[("host", "localhost:4601"), ("x-forwarded-for", "1.2.3.4")], false),
            (Method::GET, &[("host", "localhost:4601"), ("cf-connecting-ip", "1.2.3.4")], false),
            (Method::GET, &[("host", "localhost:4601"), ("sec-fetch-site", "cross-site")], false),
            (Method::GET, &[("host", "localhost:4601"), ("sec-fetch-site", "same-site")], false),
            (Method::GET, &[("host", "localhost:4601"), ("sec-fetch-site", "same-origin")], true),
            (Method::POST, &[("host", "localhost:4601")], false),
            (Method::POST, &[("host", "localhost:4601"), ("content-type", "text/plain")], false),
            (Method::POST, &[("host", "localhost:4601"), json], true),
            (Method::POST, &[("host", "localhost:4601"), json, ("origin", "http://localhost:4601")], true),
            (Method::POST, &[("host", "localhost:4601"), json, ("origin", "http://evil.example")], false),
            (Method::DELETE, &[("host", "localhost:4601")], false),
        ] {
            assert_eq!(with(&method, headers), passes, "{method} {headers:?}");
        }
    }
}
