//! A vendor's server, and the HTTP client.

use std::str::FromStr;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

use crate::error::ApiError;

/// Connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of a response. The largest legitimate one has 16 messages of 64 KB in Alibaba Cloud's XML, where a character
/// may take six bytes: 6 MB.
const RESPONSE_LIMIT: usize = 16 * 1024 * 1024;

/// A client for any number of servers. It pools connections, and follows no redirects, so that a signed request goes to no
/// other host.
///
/// # Errors
/// [`ApiError::Tls`] where TLS cannot be set up on this machine.
pub fn client() -> Result<Client, ApiError> {
    Client::builder()
        .user_agent(concat!("mediahook/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .build()
        .map_err(ApiError::Tls)
}

/// A vendor's server: `https://` and a host. Plain `http://` is accepted only for this machine, for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// The text is not a valid endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `https://` and a host name, and nothing after it")]
pub struct UnknownEndpoint;

impl Endpoint {
    /// Host and port of the server, as in the `Host` header.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.authority()
    }

    /// The URL of a path, which may have a query, on this server. Both are sent unchanged.
    #[must_use]
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(path);
        url.set_query(query);
        url
    }
}

impl FromStr for Endpoint {
    type Err = UnknownEndpoint;

    fn from_str(text: &str) -> Result<Self, UnknownEndpoint> {
        let url = Url::parse(text).map_err(|_| UnknownEndpoint)?;
        let name = url.host_str().filter(|name| !name.is_empty()).ok_or(UnknownEndpoint)?;
        let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !(is_safe && is_bare && is_anonymous) {
            return Err(UnknownEndpoint);
        }
        Ok(Self(url))
    }
}

/// A response of a vendor's server.
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// The body. Invalid UTF-8 is replaced, so that one such event does not block a queue.
    pub body: String,
}

/// Sends a request and reads the whole response within `timeout`.
///
/// # Errors
/// [`ApiError::Unreachable`] where that fails or times out, [`ApiError::Response`] where the response is too long.
pub async fn send(request: RequestBuilder, timeout: Duration) -> Result<Response, ApiError> {
    let mut response = request.timeout(timeout).send().await.map_err(ApiError::unreachable)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ApiError::unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > RESPONSE_LIMIT {
            return Err(ApiError::Response { status, problem: "expected at most 16 MB" });
        }
    }
    let body = String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(Response { status, body })
}

/// Headers of these names and values. All are marked as sensitive, so that debug output does not show them.
///
/// # Errors
/// [`ApiError::Header`] for a value that is not valid in a header.
pub fn headers<'h>(pairs: impl IntoIterator<Item = (&'static str, &'h str)>) -> Result<HeaderMap, ApiError> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let mut value = HeaderValue::from_str(value).map_err(|_| ApiError::Header { name })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// What a server answers with a body of this many bytes, or of no end.
    async fn answered(length: Option<usize>) -> Result<Response, ApiError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").unwrap();
            let (part, mut sent) = ([b'a'; 4096], 0);
            // It ends when the client does not want more.
            while length.is_none_or(|length| sent < length) && stream.write_all(&part).is_ok() {
                sent += part.len();
            }
        });
        send(client().unwrap().get(url), Duration::from_mins(1)).await
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_a_limit() {
        assert_eq!(answered(Some(RESPONSE_LIMIT)).await.unwrap().body.len(), RESPONSE_LIMIT);
        let Err(error) = answered(None).await else { panic!("an answer without end was read") };
        assert!(matches!(error, ApiError::Response { status: 200, .. }), "{error}");
        assert!(!error.is_temporary());
    }

    #[test]
    fn an_endpoint_is_a_server_and_nothing_else() {
        for (text, host) in [
            ("https://vod.tencentcloudapi.com", Some("vod.tencentcloudapi.com")),
            ("https://vod.intl.tencentcloudapi.com/", Some("vod.intl.tencentcloudapi.com")),
            ("https://1.mns.cn-shanghai.aliyuncs.com:443", Some("1.mns.cn-shanghai.aliyuncs.com")),
            ("https://1.mns.cn-shanghai.aliyuncs.com:8443", Some("1.mns.cn-shanghai.aliyuncs.com:8443")),
            ("http://127.0.0.1:9000", Some("127.0.0.1:9000")),
            ("http://localhost:9000", Some("localhost:9000")),
            ("http://1.mns.cn-shanghai.aliyuncs.com", None),
            ("http://127.0.0.1.example.com", None),
            ("https://user:password@example.com", None),
            ("https://example.com/path", None),
            ("https://example.com?query", None),
            ("ftp://example.com", None),
            ("vod.tencentcloudapi.com", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok().as_ref().map(Endpoint::host), host, "{text}");
        }
    }

    #[test]
    fn a_path_is_sent_as_it_is_signed() {
        let endpoint: Endpoint = "https://example.com".parse().unwrap();
        let path = "/queues/ice-callback-demo/messages?numOfMessages=16&waitseconds=5";
        assert_eq!(endpoint.join(path).as_str(), format!("https://example.com{path}"));
    }
}
