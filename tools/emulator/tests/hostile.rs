//! Bodies made to hurt, through the real functions with the memory that Lambda gives them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use emulator::vendor::UNSIGNED;
use emulator::{Emulator, post};
use serde_json::Value;

/// A request with this body, whatever its bytes, and this query string.
fn request(body: &[u8], query: &str) -> String {
    let mut request: Value = serde_json::from_str(&post(b"")).unwrap();
    request["body"] = STANDARD.encode(body).into();
    request["isBase64Encoded"] = true.into();
    request["rawQueryString"] = query.into();
    request.to_string()
}

fn events(function: &mut Emulator, body: &[u8], query: &str) -> Vec<Value> {
    assert_eq!(function.invoke(&request(body, query)).unwrap().status_code, 200);
    function.events().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Small bodies that stand for a lot. Each took hundreds of megabytes once.
#[test]
fn a_small_body_takes_little() {
    let (long, jobs) = ("x".repeat(8_000), vec!["{}"; 25_000].join(","));
    let names = vec![r#""a""#; 50_000].join(",");
    let objects = vec!["{}"; 1_300_000].join(",");
    let deep = vec![format!("{}{}", "[".repeat(90), "]".repeat(90)); 20_000].join(",");
    let snapshot =
        r#"{"SnapshotInfos":[{"SnapshotCount":10000,"SnapshotRegular":"http://a.example.com/{SnapshotCount}.jpg"}]}"#;
    let nodes: Vec<String> = (0..30)
        .map(|node| format!(r#""n{node}":{{"Status":"Succeed","Result":{{"EventType":"SnapshotComplete","MessageBody":{snapshot}}}}}"#))
        .collect();
    for (product, body) in [
        (Product::TencentCi, format!(r#"{{"EventName":"{long}","JobsDetail":[{jobs}]}}"#)),
        (
            Product::TencentCi,
            format!(
                r#"{{"EventName":"TaskFinish","JobsDetail":{{"Tag":"Snapshot","State":"Success","Operation":{{"MediaResult":{{"OutputFile":{{"Bucket":"{0}","Region":"{0}","ObjectPrefix":"{0}","ObjectName":[{names}]}}}}}}}}}}"#,
                "x".repeat(1_000)
            ),
        ),
        (
            Product::AliyunVod,
            format!(
                r#"{{"EventType":"WorkflowTaskComplete","Status":"Succeed","ActivityResults":{{{}}}}}"#,
                nodes.join(",")
            ),
        ),
        (
            Product::AliyunVod,
            format!(r#"{{"EventType":"FileUploadComplete","Status":"success","Extend":[{objects}]}}"#),
        ),
        (Product::TencentVod, format!(r#"{{"EventType":"New","NewEvent":{{"New":[{deep}]}}}}"#)),
        (Product::TencentVod, format!(r#"{{"Response":{{"EventSet":[{objects}]}}}}"#)),
    ] {
        let mut function = Emulator::start(product, UNSIGNED).unwrap();
        assert!(!events(&mut function, b"{}", "").is_empty());
        let before = function.usage().unwrap().peak;
        assert!(!events(&mut function, body.as_bytes(), "").is_empty());
        let peak = function.usage().unwrap().peak - before;
        assert!(peak <= 8 * body.len() + (28 << 20), "{product}: {peak} bytes for a body of {}", body.len());
    }
}

/// What was answered 200 and stored nowhere once, or under the id of another.
#[test]
fn what_is_answered_is_stored() {
    let mut vod = Emulator::start(Product::TencentVod, UNSIGNED).unwrap();
    for body in [
        r#"{"EventSet":null,"FileUploadEvent":{"FileId":"5285890784246869930"}}"#,
        r#"{"Response":{"EventSet":[]},"FileUploadEvent":{"FileId":"5285890784246869930"}}"#,
    ] {
        let stored = events(&mut vod, body.as_bytes(), "");
        assert!(stored.iter().any(|event| event.to_string().contains("5285890784246869930")), "{body}: {stored:?}");
    }
    let mut ims = Emulator::start(Product::AliyunIms, UNSIGNED).unwrap();
    let mut ids = Vec::new();
    for number in 0..2 {
        let body = format!(r#"{{"Message":[{{"EventType":"New","Number":{number}}},{{"EventType":"New"}}]}}"#);
        for event in events(&mut ims, body.as_bytes(), "") {
            assert!(event["data"]["vendor"].to_string().contains("EventType"), "{event}");
            ids.push(event["id"].clone());
        }
    }
    assert_ne!(ids[0], ids[1]);
    let mut ci = Emulator::start(Product::TencentCi, UNSIGNED).unwrap();
    let body =
        r#"<Response><EventName a="kept">TaskFinish</EventName><JobsDetail><JobId>j</JobId></JobsDetail></Response>"#;
    assert!(events(&mut ci, body.as_bytes(), "")[0].to_string().contains("kept"));
}

/// No success over a part that failed, however it is written.
#[test]
fn a_failure_is_no_success() {
    let mut vod = Emulator::start(Product::AliyunVod, UNSIGNED).unwrap();
    for infos in [
        r#"[{\"Status\":\"fail\",\"FileUrl\":\"\\ud83d\"}]"#,
        r#"[{\"Status\":\"fail\"},]"#,
        r#"[{\"Status\":\"fail\",\"JobId\":abc}]"#,
        r#"[{\"Status\":\"fail\",\"JobId\":\"a\nb\"}]"#,
        r#"[{\"Status\":\"fail\""#,
        "not JSON",
    ] {
        let body =
            format!(r#"{{"EventType":"TranscodeComplete","Status":"success","VideoId":"v","StreamInfos":"{infos}"}}"#);
        let stored = events(&mut vod, body.as_bytes(), "");
        assert_ne!(stored[0]["data"]["outcome"], "succeeded", "{infos}");
    }
    let mut ci = Emulator::start(Product::TencentCi, UNSIGNED).unwrap();
    let execution = |state| format!("<WorkflowExecution><RunId>r</RunId><State>{state}</State></WorkflowExecution>");
    let body = format!(
        "<Response><EventName>WorkflowFinish</EventName>{}{}</Response>",
        execution("Success"),
        execution("Failed")
    );
    assert_ne!(events(&mut ci, body.as_bytes(), "")[0]["data"]["outcome"], "succeeded");
}

/// Buses refuse times before 1970, and some JSON readers a number that no double holds and a key that is there twice.
#[test]
fn every_bus_takes_every_event() {
    let mut ims = Emulator::start(Product::AliyunIms, UNSIGNED).unwrap();
    for time in ["-000044-03-15T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
        let body = format!(r#"{{"EventType":"New","EventTime":"{time}","MessageBody":{{"N":1e999,"N":2}}}}"#);
        let stored = events(&mut ims, body.as_bytes(), "");
        assert!(stored[0]["time"].as_str().unwrap().starts_with("20"), "{}", stored[0]);
        let vendor = stored[0]["data"]["vendor"].to_string();
        assert!(vendor.contains(time) && vendor.contains("1e999"), "{vendor}");
    }
}

/// A token that the vendor returns is in no event, and an event has the same id with the next token.
#[test]
fn no_token_is_handed_on() {
    let mut seen = Vec::new();
    for token in ["first/secret+token", "the-next~secret"] {
        let encoded = token.replace('/', "%2F").replace('+', "%2B");
        let mut ims = Emulator::start(Product::AliyunIms, &[(variables::TOKENS, token)]).unwrap();
        let address = format!(r"https://x.example/?a=1&token={encoded}");
        let bodies = [
            format!(
                r#"{{"EventType":"New","MessageBody":{{"UserData":"{{\"NotifyAddress\":\"{address}\"}}","Title":"{token}"}}}}"#
            ),
            format!(
                r#"{{"EventType":"New","MessageBody":{{"UserData":"{{\"a\":\"{{\\\"b\\\":\\\"{}\\\"}}\"}}"}}}}"#,
                token.replace('/', r"\\\\/")
            ),
            format!("no JSON, token={token}"),
            STANDARD.encode(format!(r#"{{"EventType":"New","MessageBody":{{"Title":"{token}"}}}}"#)),
        ];
        let mut ids = Vec::new();
        for body in bodies {
            for event in events(&mut ims, body.as_bytes(), &format!("token={encoded}")) {
                let mut text = event.to_string();
                if let Some(bytes) = event["data_base64"].as_str() {
                    text.push_str(&String::from_utf8(STANDARD.decode(bytes).unwrap()).unwrap());
                }
                assert!(!text.contains(token) && !text.contains(&encoded) && text.contains("REDACTED"), "{text}");
                ids.push(event["id"].clone());
            }
        }
        seen.push(ids);
    }
    assert_eq!(seen[0], seen[1]);
}

/// In Lambda, standard output is the log: a function that nobody told where to store events does not start.
#[test]
fn a_function_without_an_intake_does_not_start_in_lambda() {
    let environment = [UNSIGNED, &[("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")]].concat();
    let function = Emulator::start(Product::TencentCi, &environment).unwrap();
    let answer = function.invoke(&post(b"{}"));
    assert!(answer.is_err(), "{answer:?}");
    assert!(function.log().unwrap().contains(variables::INTAKE));
    let environment = [environment.as_slice(), &[(variables::INTAKE, "stdout")]].concat();
    let function = Emulator::start(Product::TencentCi, &environment).unwrap();
    assert_eq!(function.invoke(&post(b"{}")).unwrap().status_code, 200);
}
