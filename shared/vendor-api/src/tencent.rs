//! Tencent Cloud's API 3.0: actions with a body in JSON, signed with TC3.
//!
//! <https://www.tencentcloud.com/document/product/266/34126>

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;
use variables::{TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN};

use crate::access_key::AccessKey;
use crate::endpoint::{Endpoint, Response, headers, send};
use crate::error::{ApiError, ErrorResponse};
use crate::signature::tc3;

/// Tencent Cloud VOD's server for accounts of mainland China. International accounts have [`VOD_INTERNATIONAL`].
pub const VOD_MAINLAND: &str = "https://vod.tencentcloudapi.com";

/// Tencent Cloud VOD's server for international accounts.
pub const VOD_INTERNATIONAL: &str = "https://vod.intl.tencentcloudapi.com";

/// The environment variables of an access key, named as the vendor's own tools do: id, secret, token of a temporary key.
pub const ACCESS_KEY_VARIABLES: [&str; 3] = [TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN];

/// Tencent Cloud VOD's service.
const SERVICE: &str = "vod";
const VERSION: &str = "2018-07-17";
const CONTENT_TYPE: &str = "application/json";

/// The API of Tencent Cloud VOD, version 2018-07-17.
#[derive(Debug, Clone)]
pub struct Vod {
    client: Client,
    endpoint: Endpoint,
}

/// The response of any action.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    response: &'a RawValue,
}

/// What every action has in its response.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Head {
    /// Present where the action failed: errors have status 200, too.
    error: Option<Failure>,
    #[serde(default)]
    request_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    code: String,
}

impl Vod {
    /// The API at this server.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }

    /// Performs an action with this body, which is JSON.
    ///
    /// # Errors
    /// Where there was no response. What it says is for [`body`] to read.
    pub async fn call(
        &self,
        action: &'static str,
        body: Vec<u8>,
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<Response, ApiError> {
        let now = Timestamp::now();
        let signed = [("content-type", CONTENT_TYPE), ("host", self.endpoint.host())];
        let authorization = tc3::authorization(
            &tc3::Signable { method: "POST", query: "", headers: &signed, body: &body },
            SERVICE,
            credentials,
            now,
        );
        let now = now.as_second().to_string();
        let token = credentials.token.as_ref().map(|token| ("x-tc-token", token.expose_secret()));
        let unsigned = [
            ("x-tc-action", action),
            ("x-tc-version", VERSION),
            ("x-tc-timestamp", &now),
            ("authorization", &authorization),
        ];
        let headers = headers(signed.into_iter().chain(unsigned).chain(token))?;
        send(self.client.post(self.endpoint.join("/")).headers(headers).body(body), timeout).await
    }
}

/// What an action gave: the object `Response`.
///
/// # Errors
/// The action's error; [`ApiError::Refused`] with its code where that has no meaning for all actions.
pub fn body<'a, T: Deserialize<'a>>(response: &'a Response) -> Result<T, ApiError> {
    let status = response.status;
    let undocumented = || ApiError::undocumented(status, "expected JSON with a Response");
    let envelope: Envelope<'_> = serde_json::from_str(&response.body).map_err(|_| undocumented())?;
    let head: Head = serde_json::from_str(envelope.response.get()).map_err(|_| undocumented())?;
    match head.error {
        Some(failure) => Err(error(ErrorResponse::new(status, &failure.code, &head.request_id))),
        None if status == 200 => serde_json::from_str(envelope.response.get()).map_err(|_| undocumented()),
        None => Err(error(ErrorResponse::new(status, "", &head.request_id))),
    }
}

/// What an error code means that all actions have.
///
/// <https://www.tencentcloud.com/document/product/266/34187>
fn error(refusal: ErrorResponse) -> ApiError {
    let (family, detail) = refusal.code.split_once('.').unwrap_or((&refusal.code, ""));
    match (family, detail) {
        ("RequestLimitExceeded", _) => ApiError::Throttled(refusal),
        ("InternalError" | "ServiceUnavailable", _) | ("FailedOperation", "") => ApiError::Fault(refusal),
        ("AuthFailure", "SignatureExpire") => ApiError::Clock(refusal),
        ("AuthFailure" | "UnauthorizedOperation", _) => ApiError::Denied(refusal),
        _ => ApiError::of_status(refusal),
    }
}
