//! `q-sign-algorithm=sha1`, the signature of requests to Cloud Object Storage and Cloud Infinite.
//!
//! <https://cloud.tencent.com/document/product/436/7778>

use std::time::Duration;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use sha1::{Digest, Sha1};

use super::{encode, hex, hmac_sha1};
use crate::access_key::AccessKey;

/// The signed parts of a request.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'r> {
    /// The method, in lower case.
    pub method: &'r str,
    /// The path, not encoded.
    pub path: &'r str,
    /// Names and values of the query, not encoded, in any order.
    pub parameters: &'r [(&'r str, &'r str)],
    /// Names and values of the headers to sign, not encoded, in any order.
    pub headers: &'r [(&'r str, &'r str)],
}

/// The value of the `Authorization` header, valid from `start` for `validity`, both in whole seconds.
#[must_use]
pub fn authorization(request: &Signable<'_>, credentials: &AccessKey, start: Timestamp, validity: Duration) -> String {
    let start = start.as_second();
    let time = format!("{start};{}", start.saturating_add_unsigned(validity.as_secs()));
    let (parameters, names) = canonical(request.parameters);
    let (headers, header_names) = canonical(request.headers);
    let hash = hex(&Sha1::digest(http_string(request, &parameters, &headers)));
    // The hexadecimal digits are the key, and not the bytes that they stand for.
    let key = hex(&hmac_sha1(credentials.key.expose_secret().as_bytes(), time.as_bytes()));
    let signature = hex(&hmac_sha1(key.as_bytes(), format!("sha1\n{time}\n{hash}\n").as_bytes()));
    let id = credentials.id.expose_secret();
    format!(
        "q-sign-algorithm=sha1&q-ak={id}&q-sign-time={time}&q-key-time={time}&q-header-list={header_names}\
         &q-url-param-list={names}&q-signature={signature}"
    )
}

fn http_string(request: &Signable<'_>, parameters: &str, headers: &str) -> String {
    let Signable { method, path, .. } = request;
    format!("{method}\n{path}\n{parameters}\n{headers}\n")
}

/// The pairs as they are signed, and the list of their names.
fn canonical(pairs: &[(&str, &str)]) -> (String, String) {
    let mut pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (encode(name).to_lowercase(), encode(value))).collect();
    pairs.sort();
    let signed: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let names: Vec<String> = pairs.into_iter().map(|(name, _)| name).collect();
    (signed.join("&"), names.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The access key of the vendor's examples, which today's page masks.
    fn credentials() -> AccessKey {
        let id = "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q".to_owned();
        AccessKey::new(&id.into(), &"BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz".to_owned().into(), None).unwrap()
    }

    /// Upload and download of the vendor's page; the third was made with its Python client.
    #[test]
    fn the_vendors_examples_are_signed_as_it_signs_them() {
        let put = [
            ("Content-Type", "text/plain"),
            ("Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="),
            ("Content-Length", "13"),
            ("Date", "Thu, 16 May 2019 06:45:51 GMT"),
            ("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"),
            ("x-cos-acl", "private"),
            ("x-cos-grant-read", "uin=\"100000000011\""),
        ];
        let get = [
            ("Date", "Thu, 16 May 2019 06:55:53 GMT"),
            ("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"),
        ];
        let jobs = [("host", "examplebucket-1250000000.ci.ap-beijing.myqcloud.com")];
        let as_it_is =
            [("response-content-type", "application/octet-stream"), ("response-cache-control", "max-age=600")];
        let of_tag = [
            ("tag", "Transcode"),
            ("queueId", "p1"),
            ("states", "Success,Failed"),
            ("size", "100"),
            ("startCreationTime", "2025-10-09T00:00:00+0800"),
        ];
        for (request, (start, seconds), names, hash, signature) in [
            (
                Signable { method: "put", path: "/exampleobject(腾讯云)", parameters: &[], headers: &put },
                (1_557_989_151, 7200),
                "",
                Some("8b2751e77f43a0995d6e9eb9477f4b685cca4172"),
                "3b8851a11a569213c17ba8fa7dcf2abec6935172",
            ),
            (
                Signable { method: "get", path: "/exampleobject(腾讯云)", parameters: &as_it_is, headers: &get },
                (1_557_989_753, 7200),
                "response-cache-control;response-content-type",
                Some("54ecfe22f59d3514fdc764b87a32d8133ea611e6"),
                "01681b8c9d798a678e43b685a9f1bba0f6c0e012",
            ),
            (
                Signable { method: "get", path: "/jobs", parameters: &of_tag, headers: &jobs },
                (1_760_000_000, 600),
                "queueid;size;startcreationtime;states;tag",
                None,
                "014a826e55a2506eaa1ce9c12f588c85a529c45c",
            ),
        ] {
            let text = http_string(&request, &canonical(request.parameters).0, &canonical(request.headers).0);
            assert!(hash.is_none_or(|hash| hex(&Sha1::digest(text)) == hash));
            let start = Timestamp::from_second(start).unwrap();
            let authorization = authorization(&request, &credentials(), start, Duration::from_secs(seconds));
            assert!(
                authorization.ends_with(&format!("&q-url-param-list={names}&q-signature={signature}")),
                "{authorization}"
            );
        }
    }
}
