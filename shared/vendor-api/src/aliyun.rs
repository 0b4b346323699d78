//! Alibaba Cloud's APIs of the RPC style: parameters in the query, answers in JSON, signed with ACS3.
//!
//! <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use secrecy::ExposeSecret;
use serde::Deserialize;
use variables::{ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN};

use crate::access_key::AccessKey;
use crate::endpoint::{Endpoint, Response, headers, send};
use crate::error::{ApiError, ErrorResponse};
use crate::signature::{acs3, query};
use crate::time::seconds;

/// The environment variables of an access key, named as the vendor's own tools do: id, secret, token of a temporary key.
pub const ACCESS_KEY_VARIABLES: [&str; 3] =
    [ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN];

/// Version of the API of Intelligent Media Services.
pub const ICE: &str = "2020-11-09";

/// Version of the API of `ApsaraVideo` VOD.
pub const VOD: &str = "2017-03-21";

/// An API of Alibaba Cloud.
#[derive(Debug, Clone)]
pub struct Rpc {
    client: Client,
    endpoint: Endpoint,
    version: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Failure {
    code: String,
    request_id: String,
}

impl Rpc {
    /// The API of this version at this server: `https://ice.<region>.aliyuncs.com`, `https://vod.<region>.aliyuncs.com`.
    #[must_use]
    pub fn new(client: Client, endpoint: Endpoint, version: &'static str) -> Self {
        Self { client, endpoint, version }
    }

    /// Performs an action with these parameters, in any order.
    ///
    /// # Errors
    /// Where there was no response. What it says is for [`body`] to read.
    pub async fn call(
        &self,
        action: &'static str,
        parameters: &[(&str, &str)],
        credentials: &AccessKey,
        timeout: Duration,
    ) -> Result<Response, ApiError> {
        let mut parameters = parameters.to_vec();
        parameters.sort_unstable();
        let query = query(&parameters);
        let content_hash = acs3::content_hash(b"");
        // The vendor accepts it within 15 minutes of its own clock.
        let date = seconds(Timestamp::now());
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| ApiError::Random)?;
        let nonce = base16ct::lower::encode_string(&nonce);
        let mut signed = vec![
            ("host", self.endpoint.host()),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &content_hash),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &nonce),
            ("x-acs-version", self.version),
        ];
        signed.extend(credentials.token.as_ref().map(|token| ("x-acs-security-token", token.expose_secret())));
        signed.sort_unstable();
        let authorization = acs3::authorization(
            &acs3::Signable { method: "POST", query: &query, headers: &signed, content_hash: &content_hash },
            credentials,
        );
        let headers = headers(signed.into_iter().chain([("authorization", authorization.as_str())]))?;
        let url = self.endpoint.join(&format!("/?{query}"));
        send(self.client.post(url).headers(headers), timeout).await
    }
}

/// What an action gave.
///
/// # Errors
/// The action's error, by its code.
pub fn body<'a, T: Deserialize<'a>>(response: &'a Response) -> Result<T, ApiError> {
    let status = response.status;
    let undocumented = || ApiError::undocumented(status, "expected JSON");
    if status == 200 {
        return serde_json::from_str(&response.body).map_err(|_| undocumented());
    }
    let failure: Failure = serde_json::from_str(&response.body).map_err(|_| undocumented())?;
    Err(error(ErrorResponse::new(status, &failure.code, &failure.request_id)))
}

/// What an error code means that all APIs have.
///
/// <https://www.alibabacloud.com/help/doc-detail/52841.htm>, <https://help.aliyun.com/document_detail/197855.html>
fn error(refusal: ErrorResponse) -> ApiError {
    let (family, detail) = refusal.code.split_once('.').unwrap_or((&refusal.code, ""));
    match (family, detail) {
        ("Throttling" | "RequestsTooFrequent", _) => ApiError::Throttled(refusal),
        ("InternalError" | "ServiceUnavailable", _) => ApiError::Fault(refusal),
        ("InvalidTimeStamp", _) => ApiError::Clock(refusal),
        // The action is not there, and not what it was asked about; or the media are in a state in which they cannot be read.
        ("InvalidAction" | "InvalidApi" | "InvalidVersion", _) | ("Forbidden", "IllegalStatus") => {
            ApiError::Refused(refusal)
        }
        (
            "Forbidden"
            | "NoPermission"
            | "OperationDenied"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "InvalidAccessKeyId"
            | "InvalidSecurityToken",
            _,
        ) => ApiError::Denied(refusal),
        ("NoSuchResource", _) => ApiError::Gone(refusal),
        // `InvalidVideo.NotFound`, `ResourceNotFound`.
        _ if refusal.code.ends_with("NotFound") => ApiError::Gone(refusal),
        _ => ApiError::of_status(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_to_do() {
        for (status, code, expected) in [
            (400, "Throttling.User", "Throttled"),
            (403, "RequestsTooFrequent", "Throttled"),
            (503, "ServiceUnavailable", "Fault"),
            (500, "InternalError", "Fault"),
            (502, "", "Fault"),
            (400, "InvalidTimeStamp.Expired", "Clock"),
            (403, "Forbidden.RAM", "Denied"),
            (403, "Forbidden", "Denied"),
            (404, "InvalidAccessKeyId.NotFound", "Denied"),
            (400, "SignatureDoesNotMatch", "Denied"),
            (400, "InvalidSecurityToken.Expired", "Denied"),
            (404, "InvalidVideo.NotFound", "Gone"),
            (404, "NoSuchResource", "Gone"),
            (404, "ResourceNotFound", "Gone"),
            (404, "InvalidAction.NotFound", "Refused"),
            (403, "Forbidden.IllegalStatus", "Refused"),
            (400, "InvalidParameter", "Refused"),
        ] {
            let body = format!(r#"{{"Code":"{code}","Message":"m","RequestId":"r"}}"#);
            let error = super::body::<()>(&Response { status, body }).unwrap_err();
            assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
        }
        for (status, body, expected) in
            [(200, "<html>", "Response"), (404, "<html>", "Response"), (502, "<html>", "Fault")]
        {
            let error = super::body::<Failure>(&Response { status, body: body.to_owned() }).unwrap_err();
            assert!(format!("{error:?}").starts_with(expected), "{error:?}");
        }
    }
}
