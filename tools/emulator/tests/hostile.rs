//! Bodies made to hurt, through the real functions with the memory that Lambda gives them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callbacks::Product;
use callbacks::auth::{Signature, sign};
use emulator::vendor::UNSIGNED;
use emulator::{Emulator, post};
use jiff::Timestamp;
use serde_json::Value;

/// A request with this body, whatever its bytes, and this query string.
fn request(body: &[u8], query: &str) -> String {
    let mut request: Value = serde_json::from_str(&post(b"")).unwrap();
    request["body"] = STANDARD.encode(body).into();
    request["isBase64Encoded"] = true.into();
    request["rawQueryString"] = query.into();
    request.to_string()
}

/// The events that a product's function stores, each as a line.
fn lines(function: &mut Emulator, body: &[u8], query: &str) -> Vec<String> {
    assert_eq!(function.invoke(&request(body, query)).unwrap().status_code, 200);
    function.events().unwrap()
}

/// A product's function that takes any callback.
struct Function(Product, Emulator);

impl Function {
    fn start(product: Product) -> Self {
        Self(product, Emulator::start(product, UNSIGNED).unwrap())
    }

    /// The events that it stores, which keep the rules for every body.
    fn events(&mut self, body: &[u8]) -> Vec<Value> {
        let lines = lines(&mut self.1, body, "");
        rules::check(self.0.slug(), body, &lines).unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The only event that it stores.
    fn event(&mut self, body: &str) -> Value {
        let [event] = <[Value; 1]>::try_from(self.events(body.as_bytes())).unwrap();
        event
    }
}

/// Bodies that stand for a lot. Each took hundreds of megabytes once, or minutes.
#[test]
fn a_small_body_takes_little() {
    let (long, jobs) = ("x".repeat(8_000), vec!["{}"; 25_000].join(","));
    let names = vec![r#""a""#; 50_000].join(",");
    let objects = vec!["{}"; 500_000].join(",");
    let deep = vec![format!("{}{}", "[".repeat(90), "]".repeat(90)); 5_000].join(",");
    let files = vec![r#"{"ObjectName":"a","ObjectUrl":"http://a.cos/a"}"#; 30_000].join(",");
    let numbered = |text: &str| (0..60_000).map(|number| text.replace('#', &number.to_string())).collect::<String>();
    let nodes: Vec<String> = (0..30)
        .map(|node| {
            let series = r#"{"SnapshotInfos":[{"SnapshotCount":10000,"SnapshotRegular":"http://a.example.com/{SnapshotCount}.jpg"}]}"#;
            format!(r#""n{node}":{{"Status":"Succeed","Result":{{"EventType":"SnapshotComplete","MessageBody":{series}}}}}"#)
        })
        .collect();
    for (product, head, body, tail) in [
        (Product::TencentCi, r#"{"EventName":""#, format!(r#"{long}","JobsDetail":[{jobs}"#), "]}"),
        (
            Product::TencentCi,
            r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Snapshot","State":"Success","Operation":{"MediaResult":{"OutputFile":"#,
            format!(r#"{{"Bucket":"{0}","Region":"{0}","ObjectPrefix":"{0}","ObjectName":[{names}"#, "x".repeat(1_000)),
            "]}}}}}",
        ),
        (
            Product::TencentCi,
            r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"DocProcess","State":"Success","Operation":"#,
            format!(
                r#"{{"Output":{{"Bucket":"{long}"}},"DocProcessResult":{{"PageInfo":[{}"#,
                vec![r#"{"TgtUri":"a"}"#; 10_000].join(",")
            ),
            "]}}}}",
        ),
        (
            Product::TencentCi,
            r#"{"EventName":"WorkflowFinish","WorkflowExecution":{"State":"Success","BucketId":""#,
            format!(r#"{long}","Tasks":[{{"State":"Success","ResultInfo":{{"ObjectInfo":[{files}"#),
            "]}}]}}",
        ),
        (Product::AliyunVod, r#"{"EventType":"WorkflowTaskComplete","ActivityResults":{"#, nodes.join(","), "}}"),
        (
            Product::AliyunIms,
            r#"{"EventType":"SnapshotComplete","MessageBody":{"Status":"Success","Count":10000,"Output":"{\"Media\":\"http://"#,
            "x".repeat(30_000),
            r#".oss-cn-shanghai.aliyuncs.com/a-{Count}.jpg\"}"}}"#,
        ),
        (
            Product::AliyunVod,
            r#"{"EventType":"FileUploadComplete","Status":"success","Extend":["#,
            objects.clone(),
            "]}",
        ),
        (Product::TencentVod, r#"{"EventType":"New","NewEvent":{"New":["#, deep, "]}}"),
        (Product::TencentVod, r#"{"Response":{"EventSet":["#, objects, "]}}"),
        // JSON in many strings, and many attributes of an element with a long name.
        (Product::AliyunIms, r#"{"EventType":"New","New":["#, vec![r#""{}""#; 600_000].join(","), "]}"),
        (
            Product::TencentCi,
            "<Response>",
            format!("<{name}{}>a</{name}>", numbered(" k#=''"), name = "A".repeat(20_000)),
            "</Response>",
        ),
        (Product::AliyunIms, "<Message", numbered(" k#=''"), "><MessageBody>{}</MessageBody></Message>"),
        // What was looked at again for each of its bytes.
        (Product::AliyunVod, r#"{"EventType":"New","New":""#, r"\\".repeat(100_000), "\"}"),
        (Product::AliyunVod, r#"{"EventType":"New","New":""#, "httptoken=".repeat(50_000), "\"}"),
    ] {
        let body = format!("{head}{body}{tail}");
        let mut function = Emulator::start(product, UNSIGNED).unwrap();
        assert!(!lines(&mut function, b"{}", "").is_empty());
        let before = function.usage().unwrap().peak;
        assert!(!lines(&mut function, body.as_bytes(), "").is_empty());
        let peak = function.usage().unwrap().peak - before;
        assert!(peak <= 8 * body.len() + (28 << 20), "{product}: {peak} bytes for {} of {head}", body.len());
    }
}

/// What was answered 200 and stored nowhere once, or under the id of another. Of each body all texts are in an event.
#[test]
fn what_is_answered_is_stored() {
    for (product, bodies) in [
        (
            Product::TencentVod,
            &[
                r#"{"EventSet":null,"FileUploadEvent":{"FileId":"kept"}}"#,
                r#"{"Response":{"EventSet":[]},"FileUploadEvent":{"FileId":"kept"}}"#,
                r#"{"EventSet":[{"EventType":"New"}],"FileUploadEvent":{"FileId":"kept"}}"#,
                r#"{"EventSet":[{"EventType":"New","A":"kept"}],"EventSet":[{"EventType":"New"}]}"#,
                r#"{"eventList":[{"eventContent":[{"A":1},{"A":"kept"}]}]}"#,
                r#"{"eventList":[{"eventContent":"{\"A\":1} kept"}]}"#,
                r#"{"EventType":"New","Sign":{"A":"kept"},"T":[1]}"#,
            ][..],
        ),
        (
            Product::AliyunIms,
            &[
                r#"{"Message":[{"EventType":"New","A":"kept"},{"EventType":"New"}]}"#,
                r#"{"Message":{"EventType":"New","A":"kept"}}"#,
                r#"{"TopicName":"t","Message":"{}","Message":"{\"A\":\"kept\"}"}"#,
                r#"<Message><MessageBody>{"A":"kept"}</MessageBody><MessageBody>{}</MessageBody></Message>"#,
            ],
        ),
        (
            Product::TencentCi,
            &[
                r#"<Response><EventName a="kept">TaskFinish</EventName><JobsDetail><JobId>j</JobId></JobsDetail></Response>"#,
                r"<Response><EventName>TaskFinish</EventName><JobsDetail><JobId>j</JobId>kept<JobId>k</JobId></JobsDetail></Response>",
                r#"{"EventName":"TaskFinish","JobsDetail":[{"JobId":"j"},"kept",{"JobId":"k"}]}"#,
                r#"{"EventName":"TaskFinish","JobsDetail":[{},{},{"A":"kept"}],"JobsDetail":[{},{}]}"#,
            ],
        ),
    ] {
        let mut function = Function::start(product);
        for body in bodies {
            assert!(!function.events(body.as_bytes()).is_empty(), "{body}");
        }
    }
}

/// An event has the id of no other, and its type whatever stands beside what the type is made of.
#[test]
fn an_event_is_itself() {
    let mut ims = Function::start(Product::AliyunIms);
    let id = |function: &mut Function, body: &str| function.event(body)["id"].clone();
    let list = |number: u8| format!(r#"{{"Message":[{{"EventType":"New","N":{number}}},{{"EventType":"New"}}]}}"#);
    assert_ne!(id(&mut ims, &list(1)), id(&mut ims, &list(2)));
    let beside = r#"{"Message":{"A":1},"EventType":"FileUploadComplete","MessageBody":{"Status":"Success"}}"#;
    assert_eq!(ims.event(beside)["type"], "media.upload.succeeded");
    // What belongs to the delivery of one product does not belong to that of another; only a text or a number does.
    let mut ci = Function::start(Product::TencentCi);
    let mut vod = Function::start(Product::TencentVod);
    for name in ["T", "Sign", "EventHandle"] {
        let body = |value: &str| format!(r#"{{"EventType":"New","{name}":{value}}}"#);
        assert_ne!(id(&mut ims, &body("1")), id(&mut ims, &body("2")), "{name}");
        assert_ne!(id(&mut ci, &body("1")), id(&mut ci, &body("2")), "{name}");
        assert_eq!(id(&mut vod, &body("1")), id(&mut vod, &body("2")), "{name}");
        assert_ne!(id(&mut vod, &body("[1]")), id(&mut vod, &body("[2]")), "{name}");
    }
    // Numbers are told apart as they are written, and JSON from the text of it.
    for (one, other) in [("1", "1.0"), ("{}", r#""{}""#)] {
        let body = |value: &str| format!(r#"{{"EventType":"New","MessageBody":{value}}}"#);
        assert_ne!(id(&mut ims, &body(one)), id(&mut ims, &body(other)), "{one}");
    }
}

/// No success over a part that failed, or that cannot be read, however it is written.
#[test]
fn a_failure_is_no_success() {
    let mut vod = Function::start(Product::AliyunVod);
    let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
    for infos in [
        r#"[{\"Status\":\"fail\",\"FileUrl\":\"\\ud83d\"}]"#,
        r#"[{\"Status\":\"fail\"},]"#,
        r#"[{\"Status\":\"fail\",\"JobId\":abc}]"#,
        r#"[{\"Status\":\"fail\",\"JobId\":\"a\nb\"}]"#,
        r#"[{\"Status\":\"fail\""#,
        "not JSON",
        &deep,
        &format!("[{}{{}}]", "1,".repeat(1_000_000)),
    ] {
        let body =
            format!(r#"{{"EventType":"TranscodeComplete","Status":"success","VideoId":"v","StreamInfos":"{infos}"}}"#);
        assert_ne!(vod.event(&body)["data"]["outcome"], "succeeded", "{infos:.100}");
    }
    for count in [100_000, 100_001] {
        let nodes: Vec<String> = (0..count).map(|node| format!(r#""n{node}":{{"Status":"Failed"}}"#)).collect();
        let nodes = nodes.join(",");
        let body =
            format!(r#"{{"EventType":"WorkflowTaskComplete","Status":"Succeed","ActivityResults":{{{nodes}}}}}"#);
        assert_eq!(vod.event(&body)["data"]["outcome"], "failed", "{count}");
    }
    let mut ci = Function::start(Product::TencentCi);
    let xml = |state| format!("<WorkflowExecution><RunId>r</RunId><State>{state}</State></WorkflowExecution>");
    let json = |state| format!(r#""WorkflowExecution":{{"RunId":"r","State":"{state}"}}"#);
    for (one, other) in [("Success", "Failed"), ("Failed", "Success")] {
        let name = "WorkflowFinish";
        for body in [
            format!("<Response><EventName>{name}</EventName>{}{}</Response>", xml(one), xml(other)),
            format!(r#"{{"EventName":"{name}",{},{}}}"#, json(one), json(other)),
        ] {
            assert_ne!(ci.event(&body)["data"]["outcome"], "succeeded", "{body}");
        }
    }
    let mut tencent = Function::start(Product::TencentVod);
    let body = r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":[{"Status":"FINISH","MediaProcessResultSet":[{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS"}}]},{"Status":"FAIL"}]}"#;
    assert_ne!(tencent.event(body)["data"]["outcome"], "succeeded");
}

/// Buses refuse times before 1970, and some JSON readers a number that no double holds and a key that is there twice.
#[test]
fn every_bus_takes_every_event() {
    let mut ims = Function::start(Product::AliyunIms);
    for time in ["-000044-03-15T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
        let body = format!(r#"{{"EventType":"New","EventTime":"{time}","MessageBody":{{"N":1e999,"N":2,"N#1":3}}}}"#);
        let stored = ims.event(&body);
        assert!(stored["time"].as_str().unwrap().starts_with("20"), "{stored}");
        let vendor = &stored["data"]["vendor"];
        assert_eq!(vendor["EventTime"], time);
        assert_eq!(vendor["MessageBody"], serde_json::json!({"N#1#": "1e999", "N": 2, "N#1": 3}));
    }
}

/// A signature is what the authenticator reads in a body that it understands, or none.
#[test]
fn a_signature_in_what_is_not_understood_is_none() {
    const KEY: &str = "a-key-of-the-test";
    let mut function = Emulator::start(Product::TencentVod, &[(variables::KEYS, KEY)]).unwrap();
    let now = u64::try_from(Timestamp::now().as_second()).unwrap();
    let signature = sign(Product::TencentVod, &KEY.to_owned().into(), None, now).unwrap();
    let Signature::Members { sign, expiry } = signature else { panic!() };
    let members = format!(r#""Sign":"{sign}","T":{expiry}"#);
    assert_eq!(lines(&mut function, format!(r#"{{"EventType":"New",{members}}}"#).as_bytes(), "").len(), 1);
    // A name in GBK.
    let gbk =
        [br#"{"EventType":"New","Name":"#.as_slice(), b"\"\xc4\xe3\xba\xc3\",", members.as_bytes(), b"}"].concat();
    for body in [gbk, format!(r#"["{sign}",{expiry}]"#).into_bytes(), format!("[{{{members}}}]").into_bytes()] {
        assert_eq!(function.invoke(&request(&body, "")).unwrap().status_code, 401, "{}", body.escape_ascii());
        assert!(function.events().unwrap().is_empty());
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
            for line in lines(&mut ims, body.as_bytes(), &format!("token={encoded}")) {
                let event: Value = serde_json::from_str(&line).unwrap();
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

/// A tolerance of a day is the largest: a signature must expire.
#[test]
fn a_tolerance_without_an_end_is_none() {
    for (tolerance, starts) in
        [("86400", true), ("86401", false), ("18446744073709551615", false), ("18446744073709551616", false)]
    {
        let environment = [(variables::KEYS, "key"), (variables::TOLERANCE, tolerance)];
        let function = Emulator::start(Product::TencentVod, &environment).unwrap();
        assert_eq!(function.invoke(&post(b"{}")).is_ok(), starts, "{tolerance}");
        assert_eq!(function.log().unwrap().contains("MEDIAHOOK_TOLERANCE is invalid"), !starts, "{tolerance}");
    }
}
