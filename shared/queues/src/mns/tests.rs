use super::*;

const EVENT: &str = r#"{"EventType":"FileUploadComplete","MessageBody":{"Status":"Success","MediaId":"a&b"}}"#;

fn answered(status: u16, body: &str) -> Result<Vec<Message>, ApiError> {
    messages(&Response { status, body: body.to_owned() }, "2026-01-02T03:04:05Z".parse().unwrap())
}

fn message(handle: &str, body: &str) -> String {
    format!(
        "<Message><MessageId>5F2</MessageId>{handle}<MessageBody>{body}</MessageBody><MessageBodyMD5>5</MessageBodyMD5>\
         <EnqueueTime>1250700979248</EnqueueTime><NextVisibleTime>1250700799348</NextVisibleTime>\
         <FirstDequeueTime>1250700779318</FirstDequeueTime><DequeueCount>1</DequeueCount><Priority>8</Priority></Message>"
    )
}

fn document(content: &str) -> String {
    let namespace = r#"<Messages xmlns="http://mns.aliyuncs.com/doc/v1/">"#;
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{namespace}\n{content}\n</Messages>\n")
}

fn failure(code: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><Error xmlns="http://mns.aliyuncs.com/doc/v1/"><Code>{code}</Code><Message>SECRET</Message><RequestId>r-1</RequestId><HostId>http://h</HostId></Error>"#
    )
}

#[test]
fn every_message_is_one_whatever_is_in_it() {
    let base64 = "eyJFdmVudFR5cGUiOiJGaWxlVXBsb2FkQ29tcGxldGUiLCJNZXNzYWdlQm9keSI6eyJTdGF0dXMiOiJTdWNjZXNzIiwiTWVkaWFJZCI6ImEmYiJ9fQ==";
    let handle = |text: &str| format!("<ReceiptHandle>{text}</ReceiptHandle>");
    let content = [
        message(&handle("1-h=="), &EVENT.replace('"', "&quot;").replace('&', "&amp;").replace("&amp;quot;", "&quot;")),
        message(&handle("2-h"), base64),
        message(&handle("3-h"), "no event &lt;at&gt; all"),
        message(&handle("4-h"), ""),
        message("", r#"{"EventType":"New","VideoId":"v"}"#),
    ];
    let messages = answered(200, &document(&content.concat())).unwrap();
    let seen: Vec<(Option<&str>, String)> = messages
        .iter()
        .map(|message| {
            let [event] = message.events.as_slice() else { panic!("{} events", message.events.len()) };
            (message.handle.as_deref(), event.r#type.to_string())
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some("1-h=="), "media.upload.succeeded".to_owned()),
            (Some("2-h"), "media.upload.succeeded".to_owned()),
            (Some("3-h"), "media.unreadable.unknown".to_owned()),
            (Some("4-h"), "media.unreadable.unknown".to_owned()),
            (None, "media.unknown.unknown".to_owned()),
        ]
    );
    assert_eq!(messages[0].events[0].id, messages[1].events[0].id);
    assert_eq!(messages[0].events[0].subject.as_deref(), Some("a&b"));
    assert_eq!(messages[4].events[0].source, Product::AliyunVod);
}

#[test]
fn an_unreadable_message_has_the_id_that_it_would_have_had_if_posted() {
    let text = "no event at all";
    let posted = callbacks::decode(Product::AliyunIms, text.as_bytes(), Timestamp::UNIX_EPOCH);
    for handle in ["<ReceiptHandle>1</ReceiptHandle>", "<ReceiptHandle>2</ReceiptHandle>"] {
        let [message] = answered(200, &document(&message(handle, text))).unwrap().try_into().unwrap();
        assert_eq!(message.events[0].id, posted[0].id);
    }
}

#[test]
fn a_message_with_an_unknown_entity_costs_no_other() {
    let content = ["{}", "a &nbsp; b &unknown;", "{}"].map(|body| message("<ReceiptHandle>h</ReceiptHandle>", body));
    let messages = answered(200, &document(&content.concat())).unwrap();
    assert_eq!(messages.len(), 3);
    let callbacks::Content::Unreadable { body, .. } = &messages[1].events[0].content else { panic!() };
    assert_eq!(body, b"a &nbsp; b &unknown;");
}

#[test]
fn a_poll_for_one_message_is_understood() {
    let messages = answered(200, &message("<ReceiptHandle>h</ReceiptHandle>", "{}")).unwrap();
    assert_eq!(messages[0].handle.as_deref(), Some("h"));
}

#[test]
fn no_message_is_an_error_of_its_own() {
    assert!(answered(404, &failure("MessageNotExist")).unwrap().is_empty());
    assert!(answered(200, &document("")).unwrap().is_empty());
}

#[test]
fn errors_are_told_apart_by_their_code() {
    for (status, code, expected) in [
        (408, "TimeExpired", "Clock"),
        (403, "AccessDenied", "Denied"),
        (403, "InvalidAccessKeyId", "Denied"),
        (403, "SignatureDoesNotMatch", "Denied"),
        (400, "QpsLimitExceeded", "Throttled"),
        (500, "InternalError", "Fault"),
        (503, "New", "Fault"),
        (404, "QueueNotExist", "Refused"),
        (400, "InvalidArgument", "Refused"),
    ] {
        let error = answered(status, &failure(code)).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
        assert!(error.to_string().contains(code) && error.to_string().contains("r-1"), "{error}");
        assert!(!format!("{error:?} {error}").contains("SECRET"));
    }
}

#[test]
fn an_answer_that_is_none_is_an_error() {
    for (status, body, expected) in [
        (502, "<html>Bad Gateway</html>", "Fault"),
        (503, "", "Fault"),
        (200, "", "Response"),
        (200, "<html/>", "Response"),
        (200, "{}", "Response"),
        (200, "<Messages><Message><ReceiptHandle>h</ReceiptHandle>", "Response"),
        (200, "<Errors/>", "Response"),
    ] {
        let error = answered(status, body).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{body}: {error:?}");
    }
}

#[test]
fn handles_fail_one_by_one() {
    let error = "<Error><ErrorCode>MessageNotExist</ErrorCode><ErrorMessage>m</ErrorMessage><ReceiptHandle>h</ReceiptHandle></Error>";
    let errors = |count: usize| format!("<?xml version=\"1.0\"?><Errors>{}</Errors>", error.repeat(count));
    for (status, body, refused) in [
        (204, String::new(), Some(0)),
        (200, String::new(), Some(0)),
        (404, errors(2), Some(2)),
        (404, errors(9), Some(3)),
        (404, failure("MessageNotExist"), Some(3)),
        (400, failure("ReceiptHandleError"), Some(3)),
        (403, failure("AccessDenied"), None),
        (404, document(""), None),
        (500, String::new(), None),
    ] {
        assert_eq!(refused_of(&Response { status, body: body.clone() }, 3).ok(), refused, "{status} {body}");
    }
}

#[test]
fn handles_are_escaped() {
    let body = receipt_handles(&["1-a==".to_owned(), "<&>".to_owned()]);
    assert!(body.ends_with(
        "<ReceiptHandle>1-a==</ReceiptHandle><ReceiptHandle>&lt;&amp;&gt;</ReceiptHandle></ReceiptHandles>"
    ));
}

#[test]
fn a_queue_is_named() {
    for (text, is_name) in [
        ("ice-callback-demo", true),
        ("q", true),
        ("", false),
        ("-q", false),
        ("a/b", false),
        ("a?b", false),
        ("a b", false),
        (&"q".repeat(121), false),
    ] {
        assert_eq!(text.parse::<QueueName>().is_ok(), is_name, "{text}");
    }
}
