//! Cloud Infinite's API: a server for each bucket, answers in XML, signed as requests to Cloud Object Storage are.
//!
//! <https://cloud.tencent.com/document/product/460/42865>

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::access_key::AccessKey;
use crate::endpoint::{Endpoint, Response, headers, send};
use crate::error::{ApiError, ErrorResponse};
use crate::signature::{cos, query};

/// By how much this clock may be ahead of the vendor's: a signature is valid from so long ago, as the vendor's clients have it.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// How long a signature is valid: as long as a clock may be wrong, and no longer.
const VALIDITY: Duration = Duration::from_mins(10);

/// The API for one bucket: `https://<bucket>.ci.<region>.myqcloud.com`.
#[derive(Debug, Clone)]
pub struct BucketApi {
    client: Client,
    endpoint: Endpoint,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Failure {
    code: String,
    request_id: String,
}

impl BucketApi {
    /// The API at this server, which is that of a bucket.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }

    /// Reads a path, which needs no encoding, with these parameters, and gives what the vendor answers, in XML.
    ///
    /// # Errors
    /// Where there was no response, or an error in it.
    pub async fn get(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<String, ApiError> {
        self.request(path, parameters, None, credentials, timeout).await
    }

    /// Replaces what is at a path, which needs no encoding, with this body, which is XML, and gives what the vendor answers.
    ///
    /// # Errors
    /// Where there was no response, or an error in it.
    pub async fn put(
        &self,
        path: &str,
        body: String,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<String, ApiError> {
        self.request(path, &[], Some(body), credentials, timeout).await
    }

    async fn request(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        body: Option<String>,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<String, ApiError> {
        let mut signed = vec![("host", self.endpoint.host())];
        signed.extend(credentials.token.as_ref().map(|token| ("x-ci-security-token", token.expose_secret())));
        let method = if body.is_some() { "put" } else { "get" };
        let start = Timestamp::now().saturating_sub(AHEAD).unwrap_or_default();
        let authorization = cos::authorization(
            &cos::Signable { method, path, parameters, headers: &signed },
            credentials,
            start,
            VALIDITY,
        );
        let headers = headers(signed.into_iter().chain([("authorization", authorization.as_str())]))?;
        let query = query(parameters);
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let url = self.endpoint.join(&path);
        let request = match body {
            None => self.client.get(url),
            Some(body) => self.client.put(url).header("content-type", "application/xml").body(body),
        };
        let response = send(request.headers(headers), timeout).await?;
        if response.status == 200 { Ok(response.body) } else { Err(failed(&response)) }
    }
}

/// The error of a response whose status is one.
fn failed(response: &Response) -> ApiError {
    match quick_xml::de::from_str::<Failure>(&response.body) {
        Ok(failure) => error(ErrorResponse::new(response.status, &failure.code, &failure.request_id)),
        Err(_) => ApiError::undocumented(response.status, "expected an error as XML"),
    }
}

/// What an error code means.
///
/// <https://www.tencentcloud.com/document/product/1045/49353>, <https://www.tencentcloud.com/document/product/436/7730>
fn error(refusal: ErrorResponse) -> ApiError {
    match refusal.code.as_str() {
        "SlowDown" | "RequestLimitExceeded" | "TooManyRequests" => ApiError::Throttled(refusal),
        "InternalError" | "ServiceUnavailable" => ApiError::Fault(refusal),
        "RequestTimeTooSkewed" | "RequestIsExpired" => ApiError::Clock(refusal),
        "AccessDenied"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSecurityToken"
        | "ExpiredToken"
        | "UnauthorizedOperation" => ApiError::Denied(refusal),
        // The bucket is the configuration's, and not what it was asked about.
        "NoSuchBucket" => ApiError::Refused(refusal),
        code if code.contains("NotExist") || code.contains("NotFound") || code.starts_with("NoSuch") => {
            ApiError::Gone(refusal)
        }
        _ => ApiError::of_status(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_to_do() {
        for (status, code, expected) in [
            (503, "SlowDown", "Throttled"),
            (429, "", "Throttled"),
            (500, "InternalError", "Fault"),
            (403, "RequestTimeTooSkewed", "Clock"),
            (403, "AccessDenied", "Denied"),
            (403, "SignatureDoesNotMatch", "Denied"),
            (404, "NoSuchBucket", "Refused"),
            (404, "NoSuchKey", "Gone"),
            (400, "RunIdNotExist", "Gone"),
            (400, "InvalidArgument", "Refused"),
            (301, "PermanentRedirect", "Refused"),
        ] {
            let body = format!("<Error><Code>{code}</Code><Message>m</Message><RequestId>r</RequestId></Error>");
            let error = failed(&Response { status, body });
            assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
        }
        for (status, body, expected) in [(404, "<html>", "Response"), (302, "", "Response"), (502, "<html>", "Fault")] {
            let error = failed(&Response { status, body: body.to_owned() });
            assert!(format!("{error:?}").starts_with(expected), "{error:?}");
        }
    }
}
