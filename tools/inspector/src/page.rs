//! The files of the page, which `make web` puts together.

use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/dist"]
#[allow_missing = true]
struct Files;

const NOT_BUILT: &str = "<!doctype html><title>mediahook dev</title><p>This build has no page in it. Run <code>make web</code>, \
    and build again. The API is there: <a href=/api/callbacks>/api/callbacks</a>.";

/// Whether the page is in this build.
#[must_use]
pub fn is_built() -> bool {
    Files::get("index.html").is_some()
}

/// A file of the page; the page itself at every other path.
pub(crate) async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(name) = path.strip_prefix("assets/") {
        return match Files::get(&format!("assets/{name}")) {
            Some(file) => ([(CONTENT_TYPE, content_type(name))], file.data.into_owned()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    match Files::get("index.html") {
        Some(page) => Html(page.data.into_owned()).into_response(),
        None => Html(NOT_BUILT).into_response(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
