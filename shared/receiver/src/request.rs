//! A function URL request, as far as it matters here.
//!
//! Payload format 2.0: <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>. An HTTP API of API Gateway sends the
//! same. `cargo lambda watch` sends `null` for what a request has not, and the time in seconds. It is read with a struct of
//! our own, since that of `aws_lambda_events` keeps only the last of a header that is there twice, and copies the body.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::TEST_HEADER;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Times from this value on (1973) are milliseconds; those below (until the year 5138) are seconds.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// The payload of an invocation. Texts without escapes are borrowed from its JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrlRequest<'r> {
    #[serde(borrow, default)]
    headers: StringMap<'r>,
    #[serde(borrow, default)]
    raw_path: Option<Text<'r>>,
    #[serde(borrow, default)]
    raw_query_string: Option<Text<'r>>,
    #[serde(borrow, default)]
    query_string_parameters: StringMap<'r>,
    #[serde(borrow)]
    request_context: RequestContext<'r>,
    #[serde(borrow, default)]
    body: Option<Text<'r>>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'r> {
    #[serde(borrow)]
    http: Http<'r>,
    #[serde(default)]
    time_epoch: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
struct Http<'r> {
    #[serde(borrow, default)]
    method: Option<Text<'r>>,
}

/// A string that borrows where it can, also inside an `Option` or a list.
#[derive(Debug, Default, Deserialize)]
struct Text<'r>(#[serde(borrow)] Cow<'r, str>);

/// An object of strings. Repeated names are kept, `null` values are left out.
#[derive(Debug, Default)]
struct StringMap<'r>(Vec<(Text<'r>, Text<'r>)>);

impl<'de: 'r, 'r> Deserialize<'de> for StringMap<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = StringMap<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = object.next_entry()? {
                    members.extend(Option::map(value, |value| (name, value)));
                }
                Ok(StringMap(members))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(StringMap::default())
            }
        }
        deserializer.deserialize_any(Object)
    }
}

impl FunctionUrlRequest<'_> {
    /// The method, as it was sent. It is empty where there is none, which a function URL never sends.
    #[must_use]
    pub fn method(&self) -> &str {
        self.request_context.http.method.as_ref().map_or("", |method| &method.0)
    }

    /// Names and values of the headers. A function URL joins the values of a repeated one with commas.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.0.iter().map(|(name, value)| (&*name.0, &*value.0)).collect()
    }

    /// Whether it is marked as a test's. Anybody can set the mark, so it means something only of what is authentic.
    #[must_use]
    pub fn is_test(&self) -> bool {
        let mut headers = self.headers.0.iter();
        headers.any(|(name, value)| name.0.eq_ignore_ascii_case(TEST_HEADER) && value.0 == "true")
    }

    /// The decoded parameters in the query string. Requests with parsed parameters and no query string are supported, too.
    #[must_use]
    pub fn parameters(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let query = self.query();
        if query.is_empty() {
            let members = self.query_string_parameters.0.iter();
            return members.map(|(name, value)| (Cow::from(&*name.0), Cow::from(&*value.0))).collect();
        }
        form_urlencoded::parse(query.as_bytes()).collect()
    }

    /// The decoded values of this parameter in the query string.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.parameters().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    /// The URL that it was posted to, from its host, path and query string. `None` where it has no host.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let host =
            self.headers.0.iter().find(|(name, _)| name.0.eq_ignore_ascii_case("host")).map(|(_, host)| &host.0)?;
        let path = self.raw_path.as_ref().map_or("/", |path| &path.0);
        let query = self.query();
        let mark = if query.is_empty() { "" } else { "?" };
        Some(format!("https://{host}{path}{mark}{query}"))
    }

    fn query(&self) -> &str {
        self.raw_query_string.as_ref().map_or("", |query| &query.0)
    }

    /// The bytes that the vendor posted.
    ///
    /// A function URL encodes a body as Base64 unless its content type is text or JSON. If the flag is set and the text is not
    /// Base64, the text itself is the body, so that it becomes an unreadable event and is not lost.
    #[must_use]
    pub fn body(&self) -> Cow<'_, [u8]> {
        let text = self.body.as_ref().map_or("", |body| &body.0);
        if self.is_base64_encoded == Some(true)
            && let Ok(bytes) = STANDARD.decode(text)
        {
            return Cow::Owned(bytes);
        }
        Cow::Borrowed(text.as_bytes())
    }

    /// When the request reached AWS; the current time where that is missing.
    #[must_use]
    pub fn received(&self) -> Timestamp {
        self.time().unwrap_or_else(Timestamp::now)
    }

    /// When the request reached AWS.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        match self.request_context.time_epoch {
            Some(seconds @ 1..FIRST_MILLISECOND) => Timestamp::from_second(seconds).ok(),
            Some(milliseconds @ FIRST_MILLISECOND..) => Timestamp::from_millisecond(milliseconds).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(members: &str) -> String {
        format!(r#"{{{members}"requestContext":{{"http":{{"method":"POST"}},"timeEpoch":1700000000123}}}}"#)
    }

    fn read(json: &str) -> FunctionUrlRequest<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_body_is_what_the_vendor_posted() {
        for (members, expected) in [
            (r#""body":"{}","isBase64Encoded":false,"#, "{}"),
            (r#""body":"PGE+4piDPC9hPg==","isBase64Encoded":true,"#, "<a>☃</a>"),
            (r#""body":"PGEvPg==","isBase64Encoded":false,"#, "PGEvPg=="),
            (r#""body":"not Base64!","isBase64Encoded":true,"#, "not Base64!"),
            (r#""body":"","isBase64Encoded":true,"#, ""),
            (r#""body":"\"\n","#, "\"\n"),
            (r#""body":null,"#, ""),
            ("", ""),
        ] {
            assert_eq!(*read(&with(members)).body(), *expected.as_bytes(), "{members}");
        }
    }

    #[test]
    fn a_body_without_escapes_is_not_copied() {
        let json = with(r#""body":"<a/>","#);
        assert!(matches!(read(&json).body, Some(Text(Cow::Borrowed("<a/>")))));
    }

    #[test]
    fn a_header_that_is_there_twice_is_given_twice() {
        let json = with(r#""headers":{"A":"1","a":"2","A":"3","b":"4,5"},"#);
        assert_eq!(read(&json).headers(), [("A", "1"), ("a", "2"), ("A", "3"), ("b", "4,5")]);
        assert!(read(&with(r#""headers":null,"#)).headers().is_empty());
    }

    #[test]
    fn a_parameter_is_decoded() {
        for (members, expected) in [
            (r#""rawQueryString":"token=a%2Fb+c&x=1","#, &["a/b c"][..]),
            (r#""rawQueryString":"token=a&token=b","queryStringParameters":{"token":"a,b"},"#, &["a", "b"]),
            (r#""rawQueryString":"Token=a&tokens=b","#, &[]),
            (r#""rawQueryString":"token","#, &[""]),
            (r#""rawQueryString":"","queryStringParameters":{"token":"a/b c"},"#, &["a/b c"]),
            ("", &[]),
        ] {
            assert_eq!(read(&with(members)).parameter("token"), expected, "{members}");
        }
    }

    #[test]
    fn the_url_is_the_one_that_was_posted_to() {
        for (members, expected) in [
            (
                r#""rawPath":"/a/","rawQueryString":"x=%2F","headers":{"Host":"h.example"},"#,
                Some("https://h.example/a/?x=%2F"),
            ),
            (r#""rawPath":"/","rawQueryString":"","headers":{"host":"h.example"},"#, Some("https://h.example/")),
            (r#""headers":{"host":"h.example"},"#, Some("https://h.example/")),
            (r#""rawPath":"/","#, None),
        ] {
            assert_eq!(read(&with(members)).url().as_deref(), expected, "{members}");
        }
    }

    #[test]
    fn the_time_of_receipt_is_the_requests() {
        let read_at = |time: &str| {
            let json = format!(r#"{{"requestContext":{{"http":{{}},"timeEpoch":{time}}}}}"#);
            read(&json).received()
        };
        assert_eq!(read_at("1700000000123").to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!(read_at("1700000000").to_string(), "2023-11-14T22:13:20Z");
        let without = read(r#"{"requestContext":{"http":{}}}"#).received();
        for now in [without, read_at("null"), read_at("0"), read_at("-1"), read_at("9223372036854775807")] {
            assert!(now > "2025-01-01T00:00:00Z".parse().unwrap(), "{now}");
        }
    }

    #[test]
    fn null_is_absent() {
        let json = r#"{
            "version": null, "rawPath": null, "rawQueryString": null, "cookies": null, "headers": {"a": null, "b": "1"},
            "queryStringParameters": {"token": null}, "pathParameters": null, "body": null, "isBase64Encoded": null,
            "requestContext": {"http": {"method": null, "path": null}, "timeEpoch": null, "authorizer": null}
        }"#;
        let request = read(json);
        assert_eq!((request.method(), request.headers()), ("", vec![("b", "1")]));
        assert!(request.body().is_empty() && request.parameter("token").is_empty());
        let json = r#"{"headers": null, "queryStringParameters": null, "requestContext": {"http": {}}}"#;
        assert!(read(json).headers().is_empty() && read(json).parameter("token").is_empty());
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    #[test]
    fn a_request_of_an_http_api_is_read() {
        let json = r#"{
            "version": "2.0", "routeKey": "$default", "rawPath": "/my/path", "rawQueryString": "token=a&token=b&x=value",
            "cookies": ["cookie1", "cookie2"],
            "headers": {"content-type": "application/json", "x-vod-timestamp": "1700000000"},
            "queryStringParameters": {"token": "a,b", "x": "value"},
            "requestContext": {
                "accountId": "123456789012", "apiId": "api-id",
                "authentication": {"clientCert": {"subjectDN": "www.example.com", "validity": {"notBefore": "x"}}},
                "authorizer": {"jwt": {"claims": {"claim1": "value1"}, "scopes": ["scope1"]}},
                "domainName": "id.execute-api.us-east-1.amazonaws.com", "domainPrefix": "id",
                "http": {"method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                         "userAgent": "agent"},
                "requestId": "id", "routeKey": "$default", "stage": "$default",
                "time": "14/Nov/2023:22:13:20 +0000", "timeEpoch": 1700000000123
            },
            "body": "eyJFdmVudFR5cGUiOiJOZXcifQ==", "pathParameters": {"parameter1": "value1"}, "isBase64Encoded": true,
            "stageVariables": {"stageVariable1": "value1"}
        }"#;
        let request = read(json);
        assert_eq!((request.method(), request.parameter("token").len()), ("POST", 2));
        assert_eq!(request.url(), None);
        assert_eq!(request.headers()[1], ("x-vod-timestamp", "1700000000"));
        assert_eq!(*request.body(), *br#"{"EventType":"New"}"#);
        assert_eq!(request.received().to_string(), "2023-11-14T22:13:20.123Z");
    }
}
