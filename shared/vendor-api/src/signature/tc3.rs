//! `TC3-HMAC-SHA256`, the signature of requests to Tencent Cloud.
//!
//! <https://www.tencentcloud.com/document/product/266/38410>

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{hex, hmac_sha256};
use crate::access_key::AccessKey;

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The signed parts of a request.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'r> {
    /// The method, in capitals.
    pub method: &'r str,
    /// The query without its question mark, encoded as it is sent.
    pub query: &'r str,
    /// The headers to sign: names in lower case and sorted, values as they are sent. They must include `content-type`
    /// and `host`.
    pub headers: &'r [(&'r str, &'r str)],
    /// The body, as it is sent.
    pub body: &'r [u8],
}

/// The value of the `Authorization` header. The path is `/`, which all requests to Tencent Cloud have.
///
/// `time` is the value of `X-TC-Timestamp`, in whole seconds. The vendor accepts a time within five minutes of its own clock.
#[must_use]
pub fn authorization(request: &Signable<'_>, service: &str, credentials: &AccessKey, time: Timestamp) -> String {
    let date = time.to_zoned(TimeZone::UTC).date().to_string();
    let scope = format!("{date}/{service}/tc3_request");
    let signed: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let signed = signed.join(";");
    let canonical = hex(&Sha256::digest(canonical(request, &signed)));
    let text = format!("{ALGORITHM}\n{}\n{scope}\n{canonical}", time.as_second());

    let first = format!("TC3{}", credentials.key.expose_secret());
    let key = [date.as_str(), service, "tc3_request"]
        .into_iter()
        .fold(first.into_bytes(), |key, message| hmac_sha256(&key, message.as_bytes()));
    let signature = hex(&hmac_sha256(&key, text.as_bytes()));
    let id = credentials.id.expose_secret();
    format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={signed}, Signature={signature}")
}

/// The canonical request, whose hash is signed.
fn canonical(request: &Signable<'_>, signed: &str) -> String {
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| [name, ":", &value.trim().to_ascii_lowercase(), "\n"].concat())
        .collect();
    let body = hex(&Sha256::digest(request.body));
    format!("{}\n/\n{}\n{headers}\n{signed}\n{body}", request.method, request.query)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The access key of the vendor's examples.
    fn credentials() -> AccessKey {
        let key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".to_owned();
        AccessKey::new(&"AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned().into(), &key.into(), None).unwrap()
    }

    /// The vendor's examples: <https://www.tencentcloud.com/document/product/213/33224> and the page above. The signature
    /// of the last one is masked there; its canonical request is not.
    #[test]
    fn the_vendors_examples_are_signed_as_it_signs_them() {
        const JSON: &str = "application/json; charset=utf-8";
        let host = ("host", "cvm.tencentcloudapi.com");
        let body = br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let post = [("content-type", JSON), host];
        let get = [("content-type", "application/x-www-form-urlencoded"), host];
        let with_action = [("content-type", JSON), host, ("x-tc-action", "DescribeInstances")];
        for (request, time, hash, signature) in [
            (
                Signable { method: "POST", query: "", headers: &post[..], body },
                1_551_113_065,
                "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
                "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
            ),
            (
                Signable { method: "GET", query: "Limit=10&Offset=0", headers: &get, body: b"" },
                1_539_084_154,
                "91c9c192c14460df6c1ffc69e34e6c5e90708de2a6d282cccf957dbf1aa7f3a7",
                "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
            ),
            (
                Signable { method: "POST", query: "", headers: &with_action, body },
                1_551_113_065,
                "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
                "644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26",
            ),
        ] {
            let signed: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
            assert_eq!(hex(&Sha256::digest(canonical(&request, &signed.join(";")))), hash);
            let time = Timestamp::from_second(time).unwrap();
            let authorization = authorization(&request, "cvm", &credentials(), time);
            assert!(authorization.ends_with(&format!(", Signature={signature}")), "{authorization}");
        }
    }

    #[test]
    fn the_header_names_key_scope_and_headers() {
        let headers = [("content-type", "application/json"), ("host", "h")];
        let request = Signable { method: "POST", query: "", headers: &headers, body: b"{}" };
        let time = "2019-02-25T23:59:59.9Z".parse().unwrap();
        let authorization = authorization(&request, "vod", &credentials(), time);
        let head = "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/vod/tc3_request, \
                    SignedHeaders=content-type;host, Signature=";
        assert!(authorization.starts_with(head), "{authorization}");
    }
}
