use super::*;

const EVENT: &str = r#"{"EventHandle":"h1","EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["1"]}}"#;

fn answered(status: u16, body: &str) -> Result<Vec<Message>, ApiError> {
    messages(&Response { status, body: body.to_owned() }, "2026-01-02T03:04:05Z".parse().unwrap())
}

fn refused(code: &str) -> String {
    format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"SECRET"}},"RequestId":"r-1"}}}}"#)
}

#[test]
fn no_event_is_told_in_several_ways() {
    for body in [
        r#"{"Response":{"EventSet":[],"RequestId":"r"}}"#,
        r#"{"Response":{"EventSet":null,"RequestId":"r"}}"#,
        r#"{"Response":{"RequestId":"r"}}"#,
        &refused("ResourceNotFound"),
    ] {
        assert!(answered(200, body).unwrap().is_empty(), "{body}");
    }
}

#[test]
fn every_entry_is_a_message_whatever_is_in_it() {
    let body = format!(r#"{{"Response":{{"EventSet":[{EVENT},{{"EventHandle":"h2","New":1}},7],"RequestId":"r"}}}}"#);
    let messages = answered(200, &body).unwrap();
    let seen: Vec<_> = messages
        .iter()
        .map(|message| {
            (message.handle.as_deref(), message.events.iter().map(|event| event.r#type.to_string()).collect())
        })
        .collect::<Vec<(Option<&str>, Vec<String>)>>();
    assert_eq!(
        seen,
        [
            (Some("h1"), vec!["media.asset.succeeded".to_owned()]),
            (Some("h2"), vec!["media.unknown.unknown".to_owned()]),
            (None, vec!["media.unreadable.unknown".to_owned()]),
        ]
    );
}

#[test]
fn an_event_is_one_event_even_where_it_looks_like_an_answer() {
    for member in [
        r#""EventSet":[]"#,
        r#""EventSet":null"#,
        r#""EventSet":[{"EventHandle":"h2","EventType":"FileDeleted"},{"EventHandle":"h3"}]"#,
        r#""Response":{"EventSet":[]}"#,
    ] {
        let body = format!(
            r#"{{"Response":{{"EventSet":[{{"EventHandle":"h1","EventType":"New",{member}}}],"RequestId":"r"}}}}"#
        );
        let [message] = answered(200, &body).unwrap().try_into().unwrap();
        assert_eq!(message.handle.as_deref(), Some("h1"), "{member}");
        let [event] = message.events.as_slice() else { panic!("{} events: {member}", message.events.len()) };
        assert_eq!(event.vendorevent.as_deref(), Some("New"), "{member}");
    }
}

/// An event that blocks the queue would be worse than one that cannot be read.
#[test]
fn an_unreadable_event_can_be_confirmed() {
    let deep = format!("{}1{}", r#"{"A":"#.repeat(150), "}".repeat(150));
    for event in [format!(r#"{{"EventHandle":"h1","X":{deep}}}"#), r#"{"A":"\ud800","EventHandle":"h1"}"#.to_owned()] {
        let body = format!(r#"{{"Response":{{"EventSet":[{event}],"RequestId":"r"}}}}"#);
        let [message] = answered(200, &body).unwrap().try_into().unwrap();
        assert_eq!(message.handle.as_deref(), Some("h1"), "{event}");
        assert_eq!(message.events[0].r#type, "media.unreadable.unknown", "{event}");
        let again = body.replace("h1", "another handle");
        let [again] = answered(200, &again).unwrap().try_into().unwrap();
        assert_eq!(again.events[0].id, message.events[0].id, "{event}");
    }
    let body = r#"{"Response":{"EventSet":[{"EventHandle":"h1","EventHandle":"h2"}],"RequestId":"r"}}"#;
    assert_eq!(answered(200, body).unwrap()[0].handle.as_deref(), Some("h2"));
}

#[test]
fn errors_are_told_apart_by_their_code() {
    for (status, code, expected) in [
        (200, "RequestLimitExceeded", "Throttled"),
        (200, "RequestLimitExceeded.UinLimitExceeded", "Throttled"),
        (200, "InternalError", "Fault"),
        (200, "InternalError.UnknownError", "Fault"),
        (200, "FailedOperation", "Fault"),
        (200, "FailedOperation.InvalidVodUser", "Refused"),
        (200, "AuthFailure.SignatureExpire", "Clock"),
        (200, "AuthFailure.SignatureFailure", "Denied"),
        (200, "AuthFailure.SecretIdNotFound", "Denied"),
        (200, "UnauthorizedOperation", "Denied"),
        (200, "InvalidParameterValue", "Refused"),
        (200, "InvalidParameterValue.SubAppId", "Refused"),
        (503, "Brand.New", "Fault"),
        (200, "Brand.New", "Refused"),
    ] {
        let error = answered(status, &refused(code)).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
        assert!(error.to_string().contains(code) && error.to_string().contains("r-1"), "{error}");
        assert!(!format!("{error:?} {error}").contains("SECRET"));
    }
}

#[test]
fn an_answer_that_is_none_is_an_error() {
    for (status, body, expected) in [
        (502, "<html>Bad Gateway</html>", "Fault"),
        (429, "", "Throttled"),
        (200, "", "Response"),
        (200, "<html/>", "Response"),
        (200, "[]", "Response"),
        (200, r#"{"Response":{"EventSet":"none","RequestId":"r"}}"#, "Response"),
        (200, r#"{"Response":{"EventSet":[{"EventHandle":"h1"}"#, "Response"),
        (403, r#"{"Response":{"RequestId":"r"}}"#, "Refused"),
    ] {
        let error = answered(status, body).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{body}: {error:?}");
    }
}
