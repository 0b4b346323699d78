//! `ACS3-HMAC-SHA256`, the signature of requests to Alibaba Cloud's APIs.
//!
//! <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{hex, hmac_sha256};
use crate::access_key::AccessKey;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The signed parts of a request. The path is `/`, which all requests of the RPC style have.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'r> {
    /// The method, in capitals.
    pub method: &'r str,
    /// The query without its question mark: encoded as it is sent, sorted by name.
    pub query: &'r str,
    /// The headers to sign: names in lower case and sorted, values as they are sent. The vendor wants `host` and all that
    /// begin with `x-acs-`.
    pub headers: &'r [(&'r str, &'r str)],
    /// [`content_hash`] of the body, which is `x-acs-content-sha256`, too.
    pub content_hash: &'r str,
}

/// The value of the `Authorization` header.
#[must_use]
pub fn authorization(request: &Signable<'_>, credentials: &AccessKey) -> String {
    let signed: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let signed = signed.join(";");
    let canonical = hex(&Sha256::digest(canonical(request, &signed)));
    let text = format!("{ALGORITHM}\n{canonical}");
    let signature = hex(&hmac_sha256(credentials.key.expose_secret().as_bytes(), text.as_bytes()));
    let id = credentials.id.expose_secret();
    format!("{ALGORITHM} Credential={id},SignedHeaders={signed},Signature={signature}")
}

/// The canonical request, whose hash is signed.
fn canonical(request: &Signable<'_>, signed: &str) -> String {
    let Signable { method, query, content_hash, .. } = request;
    let headers: String =
        request.headers.iter().map(|(name, value)| [name, ":", value.trim(), "\n"].concat()).collect();
    format!("{method}\n/\n{query}\n{headers}\n{signed}\n{content_hash}")
}

/// The hash of a body, in hexadecimal digits.
#[must_use]
pub fn content_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::query;

    fn key(id: &str, key: &str) -> AccessKey {
        AccessKey::new(&id.to_owned().into(), &key.to_owned().into(), None).unwrap()
    }

    /// The example of the vendor's page. That of the second date and nonce is on another page of the vendor's:
    /// <https://help.aliyun.com/zh/model-studio/user-guide/roa-style-request-body-signature-mechanism>.
    #[test]
    fn the_vendors_examples_are_signed_as_it_signs_them() {
        let query =
            query(&[("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"), ("RegionId", "cn-shanghai")]);
        let content_hash = content_hash(b"");
        for (date, nonce, hash, signature) in [
            (
                "2023-10-26T10:22:32Z",
                "3156853299f313e23d1673dc12e1703d",
                "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
                "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            ),
            (
                "2023-10-26T09:01:01Z",
                "d410180a5abf7fe235dd9b74aca91fc0",
                "29622f5feb1e9fcaaa2e276a72889c975f7b16f00e02be1ca34965b18cd85015",
                "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
            ),
        ] {
            let headers = [
                ("host", "ecs.cn-shanghai.aliyuncs.com"),
                ("x-acs-action", "RunInstances"),
                ("x-acs-content-sha256", &content_hash),
                ("x-acs-date", date),
                ("x-acs-signature-nonce", nonce),
                ("x-acs-version", "2014-05-26"),
            ];
            let request = Signable { method: "POST", query: &query, headers: &headers, content_hash: &content_hash };
            let signed = headers.map(|(name, _)| name).join(";");
            assert_eq!(hex(&Sha256::digest(canonical(&request, &signed))), hash);
            let authorization = authorization(&request, &key("YourAccessKeyId", "YourAccessKeySecret"));
            assert_eq!(
                authorization,
                format!("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={signed},Signature={signature}")
            );
        }
    }

    /// Made with the vendor's Python client.
    #[test]
    fn the_token_of_a_temporary_key_is_signed() {
        let query = query(&[
            ("EndOfCreateTime", "2025-10-09T01:00:00Z"),
            ("OrderBy", "CreateTimeAsc"),
            ("PageSize", "100"),
            ("StartOfCreateTime", "2025-10-09T00:00:00Z"),
        ]);
        let content_hash = content_hash(b"");
        let headers = [
            ("host", "ice.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "ListTranscodeJobs"),
            ("x-acs-content-sha256", content_hash.as_str()),
            ("x-acs-date", "2025-10-09T08:53:20Z"),
            ("x-acs-security-token", "token"),
            ("x-acs-signature-nonce", "00000000000000000000000000000001"),
            ("x-acs-version", "2020-11-09"),
        ];
        let request = Signable { method: "POST", query: &query, headers: &headers, content_hash: &content_hash };
        let authorization = authorization(&request, &key("testid", "testsecret"));
        assert!(
            authorization.ends_with("=cddbe0669a94268b029d9c8a19658b40bd6d8fc9893e624b6800dd8e369b1a79"),
            "{authorization}"
        );
    }
}
