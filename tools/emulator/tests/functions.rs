//! The real functions in the runtime interface emulator: their responses, events and logs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use callbacks::{CloudEvent, Content, Product};
use emulator::vendor::UNSIGNED;
use emulator::{Emulator, built, expected_events, post, request_by, requests, root};

/// The runtime logs the request at its lowest level. The level of our log must not turn that on.
#[test]
fn the_request_is_in_no_log() {
    let environment = [UNSIGNED, &[(variables::LOG_LEVEL, "TRACE")]].concat();
    let function = Emulator::start(Product::AliyunIms, &environment).unwrap();
    let body = br#"{"EventType":"SECRET","SECRET":"SECRET","MessageBody":{"MediaId":"SECRET"}}"#;
    let mut request: serde_json::Value = serde_json::from_str(&post(body)).unwrap();
    request["rawQueryString"] = "token=SECRET".into();
    request["headers"]["secret"] = "SECRET".into();
    assert_eq!(function.invoke(&request.to_string()).unwrap().status_code, 200);
    let answer = function.invoke(r#"{"headers":{"SECRET":"x"},"body":"SECRET"}"#).unwrap();
    assert_eq!(answer.status_code, 400);
    assert!(!answer.body.contains("SECRET"));
    let log = function.log().unwrap();
    assert!(log.contains("an event was stored"));
    assert!(!log.contains("SECRET"), "{log}");
}

/// Every request in `events/` is answered 200 and becomes the events that the parser makes of its body.
fn every_sample_is_stored(product: Product) {
    let mut function = Emulator::start(product, UNSIGNED).unwrap();
    let mut sent = 0;
    for (case, request) in requests(product).unwrap() {
        let answer = function.invoke(&request).unwrap();
        let expected = expected_events(product, &request).unwrap();
        assert_eq!(answer.status_code, 200, "{case}");
        assert_eq!(answer.body, format!(r#"{{"stored":{}}}"#, expected.len()), "{case}");
        assert_eq!(function.events().unwrap(), expected, "{case}");
        sent += 1;
    }
    assert!(sent > 0);
    logs_say_nothing_of_the_payload(&function, product);
}

/// The fields of a log line.
const LOGGED: [&str; 11] =
    ["timestamp", "request_id", "level", "message", "product", "id", "type", "vendor_event", "media", "job", "run"];

/// A log line is JSON with an id and a type: no part of a body, no name from it.
fn logs_say_nothing_of_the_payload(function: &Emulator, product: Product) {
    let log = function.log().unwrap();
    let (mut stored, mut counted) = (0, 0);
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line.get("_aws").is_some() {
            assert_eq!(line["Product"], product.slug());
            counted += line["Stored"].as_u64().unwrap();
            continue;
        }
        assert_eq!(line["product"], product.slug(), "{line}");
        stored += u64::from(line["message"] == "an event was stored");
        for key in line.as_object().unwrap().keys() {
            assert!(LOGGED.contains(&key.as_str()), "{key}");
        }
    }
    assert!(stored > 0);
    assert_eq!(counted, stored);
}

/// An HTTP API sends the same requests as a function URL, with some additional members.
#[test]
fn a_request_of_an_http_api_is_that_of_a_function_url() {
    let mut function = Emulator::start(Product::TencentCi, UNSIGNED).unwrap();
    for (case, text) in requests(Product::TencentCi).unwrap() {
        let mut request: serde_json::Value = serde_json::from_str(&text).unwrap();
        request["routeKey"] = "POST /tencent-ci".into();
        request["rawPath"] = "/tencent-ci".into();
        request["requestContext"]["routeKey"] = "POST /tencent-ci".into();
        request["requestContext"]["http"]["path"] = "/tencent-ci".into();
        request["requestContext"]["domainName"] = "hooks.example.com".into();
        request["requestContext"]["authentication"] = serde_json::Value::Null;
        assert_eq!(function.invoke(&request.to_string()).unwrap().status_code, 200, "{case}");
        assert_eq!(function.events().unwrap(), expected_events(Product::TencentCi, &text).unwrap(), "{case}");
    }
}

#[test]
fn every_sample_of_aliyun_vod_is_stored() {
    every_sample_is_stored(Product::AliyunVod);
}

#[test]
fn every_sample_of_aliyun_ims_is_stored() {
    every_sample_is_stored(Product::AliyunIms);
}

#[test]
fn every_sample_of_tencent_ci_is_stored() {
    every_sample_is_stored(Product::TencentCi);
}

#[test]
fn every_sample_of_tencent_vod_is_stored() {
    every_sample_is_stored(Product::TencentVod);
}

#[test]
fn what_cannot_be_read_is_stored_as_it_came() {
    for product in Product::ALL {
        let mut function = Emulator::start(product, UNSIGNED).unwrap();
        for entry in root().join("shared/callbacks/testdata/rejected").read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "snap" || ending == "md") {
                continue;
            }
            let body = std::fs::read(&path).unwrap();
            let answer = function.invoke(&post(&body)).unwrap();
            assert_eq!(answer.status_code, 200, "{product} {path:?}");
            let events = function.events().unwrap();
            let [line] = events.as_slice() else { panic!("{product} {path:?}: {} events", events.len()) };
            let event: CloudEvent = serde_json::from_str(line).unwrap();
            assert_eq!(event.r#type, "media.unreadable.unknown", "{product} {path:?}");
            let Content::Unreadable { body: kept, .. } = event.content else { panic!("{product} {path:?}") };
            assert_eq!(kept, body, "{product} {path:?}");
        }
    }
}

#[test]
fn nothing_but_a_post_is_stored() {
    let mut function = Emulator::start(Product::AliyunIms, UNSIGNED).unwrap();
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let answer = function.invoke(&request_by(method, b"{}")).unwrap();
        assert_eq!(answer.status_code, 405, "{method}");
        assert_eq!(answer.body, r#"{"title":"Method Not Allowed","status":405}"#);
    }
    assert_eq!(function.events().unwrap(), [] as [String; 0]);
}

/// AWS Lambda accepts requests of up to 6 MB.
#[test]
fn a_body_at_the_limit_is_stored() {
    const LIMIT: usize = 6 * 1024 * 1024;
    let fill = |head: &str, item: &str, tail: &str, limit: usize| {
        format!("{head}{}{tail}", item.repeat((limit - head.len() - tail.len() - 1200) / item.len()))
    };
    let json = fill(r#"{"EventType":"New","MessageBody":{"Status":"Success","List":[7"#, ",7", "]}}", LIMIT);
    // In the request, a quote takes two bytes and Base64 four for three.
    let members =
        fill(r#"{"EventType":"New","MessageBody":{"Status":"Success"},"A":0"#, r#","A":{"B":"C"}"#, "}", LIMIT * 2 / 3);
    let xml = fill("<Response><EventName>New</EventName>", "<A><B>C</B></A>", "</Response>", LIMIT);
    for (product, body) in [(Product::AliyunIms, &json), (Product::AliyunIms, &members), (Product::TencentCi, &xml)] {
        let mut function = Emulator::start(product, UNSIGNED).unwrap();
        let request = post(body.as_bytes());
        assert!((LIMIT * 9 / 10..=LIMIT).contains(&request.len()), "{} bytes", request.len());
        assert_eq!(function.invoke(&request).unwrap().status_code, 200);
        let events = function.events().unwrap();
        assert_eq!(events, expected_events(product, &request).unwrap());
        assert!(events[0].contains(r#""vendorevent":"New""#));
    }
}

#[test]
fn a_body_over_the_configured_limit_is_refused() {
    for product in Product::ALL {
        let environment = [UNSIGNED, &[(variables::BODY_LIMIT, "1000")]].concat();
        let mut function = Emulator::start(product, &environment).unwrap();
        // The limit is that of the body itself, not of the Base64 that it may come in.
        for (body, expected) in
            [([b'x'; 1000].to_vec(), 200), (vec![0xff; 1000], 200), (vec![b'x'; 1001], 413), (vec![0xff; 1001], 413)]
        {
            let answer = function.invoke(&post(&body)).unwrap();
            assert_eq!(answer.status_code, expected, "{product} {} bytes", body.len());
        }
        assert_eq!(function.events().unwrap().len(), 2, "{product}");
    }
}

#[test]
fn a_function_that_nothing_protects_does_not_start() {
    for product in Product::ALL {
        for (environment, expected) in [
            (&[][..], "MEDIAHOOK_ALLOW_UNSIGNED=true"),
            (&[], variables::TOKENS),
            (&[(variables::ALLOW_UNSIGNED, "yes")], "MEDIAHOOK_ALLOW_UNSIGNED is invalid: expected `true` or `false`"),
            (
                &[(variables::ALLOW_UNSIGNED, "true"), (variables::INTAKE, "kafka")],
                "MEDIAHOOK_INTAKE is invalid: expected `stdout` or `sqs:<queue URL>`",
            ),
        ] {
            let output = Command::new(built(product.slug()).unwrap())
                .env_clear()
                .envs(environment.iter().copied())
                .output()
                .unwrap();
            let log = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success());
            assert!(log.contains(expected), "{product}: {log}");
            assert!(output.stdout.is_empty());
        }
    }
}

/// The system reuses process ids.
#[test]
fn a_stranger_with_the_functions_number_is_not_killed() {
    let function = Emulator::start(Product::AliyunIms, UNSIGNED).unwrap();
    let mut stranger = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    std::fs::write(function.folder().join("process"), stranger.id().to_string()).unwrap();
    function.killer().kill();
    drop(function);
    // It ends by itself with its input.
    drop(stranger.stdin.take());
    assert!(stranger.wait().unwrap().success());
}
