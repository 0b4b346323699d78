//! Bodies that no vendor should send, and what they become: an unreadable or an unknown event, never an error and never
//! nothing.

use super::{event, events, payloads};
use crate::Product;
use crate::event::{CloudEvent, Content, Kind, Outcome};

/// The event of a body that every product finds unreadable, with the body in it.
fn unreadable(product: Product, body: &[u8]) -> CloudEvent {
    let event = event(product, body);
    assert_eq!(event.r#type, "media.unreadable.unknown", "{product}");
    let Content::Unreadable { reason, body: kept } = &event.content else { panic!("{product}: {event:?}") };
    assert_eq!((kept.as_slice(), reason.is_empty()), (body, false), "{product}");
    event
}

fn reason(body: &[u8]) -> String {
    Product::ALL.map(|product| unreadable(product, body).unreadable().unwrap().to_owned())[0].clone()
}

#[test]
fn what_is_not_structured_is_unreadable() {
    for (_, body) in payloads("rejected") {
        for product in Product::ALL {
            unreadable(product, &body);
        }
    }
    for (body, expected) in [
        (&b""[..], "the body is empty"),
        (b" \r\n\t", "the body is empty"),
        (b"\xef\xbb\xbf", "the body is empty"),
        (b"{\"a\":\"\xff\"}", "not UTF-8 at byte 6"),
        (b"[{}]", "expected a JSON object, found an array"),
        (b"-1", "expected a JSON object, found a number"),
        (b"\"{}\"", "expected a JSON object, found a string"),
        (b"null", "expected a JSON object, found null"),
        (b" true ", "expected a JSON object, found a boolean"),
        (b"EventType=X", "expected JSON or XML, found text that starts with neither `{` nor `<`"),
        (b"{\"a\":1,}", "broken JSON at byte 7: trailing comma"),
        (b"{\"a\":1", "broken JSON at byte 6: EOF while parsing an object"),
        (b"{\"a\":01}", "broken JSON at byte 6: invalid number"),
        (
            b"{\"a\":\"\x01\"}",
            "broken JSON at byte 6: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (b"<Response><A>", "broken XML at byte 13: an element is not closed"),
        (
            b"<!DOCTYPE a [<!ENTITY x \"y\">]><Response>&x;</Response>",
            "broken XML at byte 0: document type declarations are not accepted",
        ),
    ] {
        assert_eq!(reason(body), expected);
    }
}

#[test]
fn a_reason_repeats_nothing_from_the_body() {
    for body in [
        "{\"secret-key\":secret-value}",
        "{\"a\":\"secret\\x\"}",
        "<secret-element></other-secret>",
        "<a>&secret;</a>",
        "secret",
        "<Response secret=1/>",
    ] {
        let reason = reason(body.as_bytes());
        assert!(!reason.contains("secret"), "{reason}");
    }
}

#[test]
fn nesting_has_a_limit() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("<a>", "</a>")] {
        let nested = format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        let body = if open == "[" { format!("{{\"a\":{nested}}}") } else { nested };
        assert!(reason(body.as_bytes()).starts_with("nested more than 100 deep at byte "), "{open}");
    }
}

#[test]
fn ten_thousand_flat_elements_are_no_trouble() {
    let body = format!("<Response><EventName>New</EventName>{}</Response>", "<a>1</a>".repeat(10_000));
    let event = event(Product::TencentCi, body.as_bytes());
    assert_eq!(event.r#type, "media.unknown.unknown");
    assert_eq!(event.vendorevent.as_deref(), Some("New"));
}

#[test]
fn of_a_key_that_is_there_twice_the_last_one_counts() {
    let body =
        br#"{"EventType":"A","EventType":"FileUploadComplete","MessageBody":{"Status":"Fail","Status":"Success"}}"#;
    let event = event(Product::AliyunIms, body);
    assert_eq!(event.r#type, "media.upload.succeeded");
}

#[test]
fn a_number_may_have_four_hundred_digits() {
    let digits = "9".repeat(400);
    let body = format!(
        r#"{{"EventType":"FileUploadComplete","UserId":{digits},"MessageBody":{{"Status":"Success","Size":{digits}}}}}"#
    );
    let event = event(Product::AliyunIms, body.as_bytes());
    assert_eq!(event.r#type, "media.upload.succeeded");
    let data = event.into_data().unwrap();
    assert_eq!(data.account.as_deref(), Some(digits.as_str()));
    assert!(data.media.is_none());
    assert!(data.vendor.unwrap().get().contains(&digits));
}

#[test]
fn what_has_no_name_here_is_unknown_and_handed_on() {
    for (product, body, name, outcome) in [
        (Product::AliyunVod, r#"{"EventType":"BrandNew","Status":"success"}"#, Some("BrandNew"), Outcome::Succeeded),
        (Product::AliyunVod, "{}", None, Outcome::Unknown),
        (
            Product::AliyunIms,
            r#"{"EventType":"BrandNew","MessageBody":{"Status":"Odd"}}"#,
            Some("BrandNew"),
            Outcome::Unknown,
        ),
        (
            Product::TencentCi,
            r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"BrandNew","State":"Success"}}"#,
            Some("TaskFinish/BrandNew"),
            Outcome::Succeeded,
        ),
        (Product::TencentCi, "<BrandNew><A>1</A></BrandNew>", None, Outcome::Unknown),
        (
            Product::TencentVod,
            r#"{"EventType":"BrandNew","BrandNewEvent":{"Status":"FINISH"}}"#,
            Some("BrandNew"),
            Outcome::Succeeded,
        ),
        (Product::TencentVod, "{}", None, Outcome::Unknown),
    ] {
        let event = event(product, body.as_bytes());
        let data = event.data().unwrap();
        assert_eq!((data.kind, data.outcome), (Kind::Unknown, outcome), "{body}");
        assert_eq!(event.vendorevent.as_deref(), name, "{body}");
        assert!(data.vendor.is_some(), "{body}");
    }
}

/// An event whose "required" fields are missing, null, or of another type keeps its kind; what does not fit is absent.
#[test]
fn no_field_costs_the_event() {
    for value in [
        "null",
        "7",
        "-1.5",
        "true",
        "\"\"",
        "\"text\"",
        "\"{\\\"a\\\":[\"",
        "[]",
        "[[]]",
        "[null,7]",
        "{}",
        "{\"a\":{}}",
    ] {
        for (product, body, expected) in [
            (
                Product::AliyunVod,
                r#"{"EventType":"WorkflowTaskComplete","EventTime":_,"ActivityResults":_,"TaskInput":_,"Status":_,"VideoId":_}"#,
                "media.workflow",
            ),
            (
                Product::AliyunVod,
                r#"{"EventType":"WorkflowTaskComplete","ActivityResults":{"a":{"Result":_,"Status":_},"b":_}}"#,
                "media.workflow",
            ),
            (
                Product::AliyunIms,
                r#"{"EventType":"TranscodeComplete","EventTime":_,"UserId":_,"MessageBody":{"OutFileMeta":{"fileBasicInfo":_,"videoStreamInfoList":_},"Status":_}}"#,
                "media.transcode",
            ),
            (Product::AliyunIms, r#"{"EventType":"SnapshotComplete","MessageBody":_}"#, "media.snapshot"),
            (
                Product::AliyunIms,
                r#"{"EventType":"SnapshotComplete","MessageBody":{"Input":_,"Output":_,"UserData":_}}"#,
                "media.snapshot",
            ),
            (
                Product::TencentCi,
                r#"{"EventName":"WorkflowFinish","WorkflowExecution":{"Tasks":_,"CosHeaders":_,"State":_,"CreateTime":_}}"#,
                "media.workflow",
            ),
            (
                Product::TencentCi,
                r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode","Input":_,"Operation":{"MediaInfo":_,"MediaResult":{"OutputFile":_},"Output":_}}}"#,
                "media.transcode",
            ),
            (
                Product::TencentVod,
                r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"MetaData":_,"MediaProcessResultSet":_,"AiAnalysisResultSet":_,"FileId":_}}"#,
                "media.workflow",
            ),
            (
                Product::TencentVod,
                r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"MediaProcessResultSet":[{"Type":_,"TranscodeTask":{"Input":_,"Output":_,"ErrCode":_}}]}}"#,
                "media.workflow",
            ),
            (
                Product::TencentVod,
                r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":_}"#,
                "media.workflow",
            ),
        ] {
            let body = body.replace('_', value);
            let event = event(product, body.as_bytes());
            assert!(
                event.r#type.to_string().starts_with(expected),
                "{body}: {} {:?}",
                event.r#type,
                event.unreadable()
            );
        }
    }
}

/// Where it is not even known which event it is, nothing is taken for a success.
#[test]
fn an_event_without_its_status_is_no_success() {
    for (product, body) in [
        (Product::AliyunIms, r#"{"EventType":"TranscodeComplete","MessageBody":{}}"#),
        (Product::AliyunVod, r#"{"EventType":"WorkflowTaskComplete"}"#),
        (Product::TencentCi, r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode"}}"#),
        (Product::TencentCi, r#"{"EventName":"WorkflowFinish","WorkflowExecution":{}}"#),
        (Product::TencentVod, r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{}}"#),
    ] {
        assert_eq!(event(product, body.as_bytes()).into_data().unwrap().outcome, Outcome::Unknown, "{body}");
    }
}

#[test]
fn a_broken_part_of_a_pull_response_costs_no_other() {
    let body =
        br#"{"Response":{"EventSet":[{"EventHandle":"a","EventType":"New"},7,{"EventHandle":"b","EventType":"New"}]}}"#;
    let types: Vec<String> =
        events(Product::TencentVod, body).into_iter().map(|event| event.r#type.to_string()).collect();
    assert_eq!(types, ["media.unknown.unknown", "media.unreadable.unknown", "media.unknown.unknown"]);
}

/// A small body must not become a large heap: of a very long list only the first items are read into structs. The others
/// count for the outcome all the same.
#[test]
fn what_is_beyond_the_limit_of_a_list_counts() {
    let last = |ending: &str| match ending {
        "" => Outcome::Succeeded,
        _ => Outcome::Partial,
    };
    for failed in ["", r#",{"Type":"Transcode","TranscodeTask":{"Status":"FAIL","ErrCode":1}}"#] {
        let item = r#"{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS","ErrCode":0}}"#;
        let items = vec![item; 100_001].join(",");
        let body = format!(
            r#"{{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{{"Status":"FINISH","MediaProcessResultSet":[{items}{failed}]}}}}"#
        );
        assert_eq!(event(Product::TencentVod, body.as_bytes()).r#type.outcome, last(failed), "{failed}");
    }
    let nodes: Vec<String> = (0..100_001).map(|node| format!(r#""n{node}":{{"Status":"Failed"}}"#)).collect();
    let body = format!(
        r#"{{"EventType":"WorkflowTaskComplete","Status":"Succeed","ActivityResults":{{{}}}}}"#,
        nodes.join(",")
    );
    assert_eq!(event(Product::AliyunVod, body.as_bytes()).r#type.outcome, Outcome::Failed);
}

#[test]
fn offsets_are_those_of_the_body() {
    for (body, expected) in [
        ("\u{feff} \n{\"a\":1,}", "broken JSON at byte 12: trailing comma"),
        ("\u{feff} \n<a></b>", "broken XML at byte 8: an end tag that does not match its start tag"),
    ] {
        assert_eq!(reason(body.as_bytes()), expected);
    }
}

/// What CloudEvents forbids in an attribute is only in the data.
#[test]
fn attributes_have_no_control_characters() {
    let body = br#"{"EventType":"A\nB","MessageBody":{"MediaId":"x\ty"}}"#;
    let event = event(Product::AliyunIms, body);
    assert_eq!((&event.subject, &event.vendorevent), (&None, &None));
    let data = event.into_data().unwrap();
    assert_eq!(data.event.as_deref(), Some("A\nB"));
    assert_eq!(data.media.unwrap().id.as_deref(), Some("x\ty"));
}

/// An envelope has to fit every queue and bus, and its texts the `String` type of CloudEvents.
#[test]
fn attributes_are_neither_long_nor_noncharacters() {
    for (id, is_attribute) in [
        ("x".repeat(2048), true),
        ("x".repeat(2049), false),
        ("\u{fffd}".to_owned(), true),
        ("\u{ffff}".to_owned(), false),
        ("\u{fdd0}".to_owned(), false),
        ("\u{10fffe}".to_owned(), false),
    ] {
        let body = format!(r#"{{"EventType":"{id}","MessageBody":{{"MediaId":"{id}"}}}}"#);
        let event = event(Product::AliyunIms, body.as_bytes());
        assert_eq!(event.subject.is_some(), is_attribute, "{id:?}");
        assert_eq!(event.vendorevent.is_some(), is_attribute, "{id:?}");
        assert_eq!(event.into_data().unwrap().media.unwrap().id, Some(id));
    }
}
