//! URLs.

use std::borrow::Cow;

/// Parameters that sign a URL, in lower case. The same file has others each time that its URL is signed.
///
/// - Alibaba Cloud OSS: <https://www.alibabacloud.com/help/doc-detail/31952.html> and, with version 4 of the signature,
///   <https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls>
/// - Alibaba Cloud VOD: <https://www.alibabacloud.com/help/en/vod/user-guide/url-signing>
/// - Tencent Cloud COS: <https://www.tencentcloud.com/document/product/436/7778>
/// - Tencent Cloud VOD: <https://www.tencentcloud.com/document/product/266/33986>
const SIGNATURE: &[&str] = &[
    "expires",
    "ossaccesskeyid",
    "signature",
    "security-token",
    "x-oss-signature",
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-security-token",
    "auth_key",
    "q-sign-algorithm",
    "q-ak",
    "q-sign-time",
    "q-key-time",
    "q-header-list",
    "q-url-param-list",
    "q-signature",
    "x-cos-security-token",
    "sign",
    "t",
    "us",
];

/// The URL without its signature, to compare it by.
pub(crate) fn unsigned(url: &str) -> Cow<'_, str> {
    let Some((path, query)) = url.split_once('?') else { return Cow::Borrowed(url) };
    let is_signature = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or(parameter);
        SIGNATURE.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let kept: Vec<&str> = query.split('&').filter(|parameter| !is_signature(parameter)).collect();
    if kept.is_empty() { Cow::Borrowed(path) } else { Cow::Owned(format!("{path}?{}", kept.join("&"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_no_part_of_what_a_url_names() {
        for (url, expected) in [
            ("http://a/b.jpg", "http://a/b.jpg"),
            ("http://a/b.jpg?Expires=1&OSSAccessKeyId=k&Signature=s%3D", "http://a/b.jpg"),
            ("http://a/b.jpg?auth_key=1-0-0-f", "http://a/b.jpg"),
            (
                "http://a/b.jpg?x-oss-process=image/resize,w_1&Expires=1",
                "http://a/b.jpg?x-oss-process=image/resize,w_1",
            ),
            ("https://a/b.mp4?q-sign-algorithm=sha1&q-signature=f&versionId=2", "https://a/b.mp4?versionId=2"),
            ("https://a/b.mp4?t=1&us=r&sign=s", "https://a/b.mp4"),
            ("http://a/b?c&d=", "http://a/b?c&d="),
        ] {
            assert_eq!(unsigned(url), expected);
        }
    }
}
