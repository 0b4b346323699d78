//! What `PullEvents` answers.

use crate::budget;
use crate::json::{Value, rest};

const RESPONSE: &str = "Response";
/// The list of the API of 2018.
const EVENT_SET: &str = "EventSet";
/// The list of the API of 2017.
const EVENT_LIST: &str = "eventList";

/// Members of an answer beside the list of its events. That of the API of 2017 has the last three; a signature is there where
/// an answer is posted.
const BESIDE: &[&str] = &["RequestId", "Sign", "T", "code", "codeDesc", "message"];

/// Members of an event. One to come may have a list of these names.
const EVENT: &[&str] = &["EventType", "eventType", "EventHandle"];

/// The events in an answer; `None` where a body is no answer. What stands beside the list, if anything does, is an event of
/// its own, so that it is not lost.
///
/// The API of 2018 answers `{"Response":{"EventSet":[…],"RequestId":"…"}}`
/// (<https://www.tencentcloud.com/document/product/266/34185>), that of 2017 `{"code":0,"eventList":[{"eventContent":{…},
/// "msgHandle":"…"}],…}`. Without an event the list is empty or null.
pub(crate) fn answer(body: Value<'_>) -> Option<Vec<String>> {
    let inner = body.get(RESPONSE).filter(|response| response.is_object());
    let response = inner.unwrap_or(body);
    if EVENT.iter().any(|key| response.get(key).is_some()) {
        return None;
    }
    let is_list = |key: &str| matches!(key, EVENT_SET | EVENT_LIST);
    let is_beside = |key: &str| BESIDE.contains(&key);
    let (key, list) = response.entries().filter(|(key, _)| is_list(key)).last()?;
    if !budget::take_events(list.items().count(), 0) {
        return None;
    }
    let event = |item: Value<'_>| if key == EVENT_SET { Some(item.source().to_owned()) } else { content(item) };
    let mut events: Vec<String> = if list.is_list() {
        list.items().map(event).collect::<Option<_>>()?
    } else if list.is_object() {
        vec![event(list)?]
    } else if list.is_null() {
        Vec::new()
    } else {
        return None;
    };
    events.extend(rest(response, key, is_beside));
    if inner.is_some() {
        events.extend(rest(body, RESPONSE, is_beside));
    }
    Some(events)
}

/// The event of an item of `eventList`.
fn content(item: Value<'_>) -> Option<String> {
    let mut content = None;
    for (key, value) in item.entries() {
        match key {
            "eventContent" => content = Some(value),
            "msgHandle" => {}
            _ if value.is_null() => {}
            _ => return None,
        }
    }
    let content = content?;
    let mut items = content.items();
    // A text is handed on as it is, whatever it is. A list of several holds no one event.
    let event = items.next().filter(|_| items.next().is_none()).unwrap_or(content);
    (event.is_object() || event.string().is_some()).then(|| event.source().to_owned())
}

#[cfg(test)]
mod tests {
    use crate::json::{Document, Notes, Value};

    fn answer(text: &str) -> Option<Vec<String>> {
        let document = Document::parse(text).unwrap();
        let notes = Notes::default();
        super::answer(Value::root(&document, &notes))
    }

    #[test]
    fn an_answer_holds_any_number_of_events() {
        for (text, expected) in [
            (
                r#"{"Response": {"EventSet": [{"EventHandle": "h1", "A": 1.50}, {"B": 2}, null, 7], "RequestId": "r"}}"#,
                &[r#"{"EventHandle": "h1", "A": 1.50}"#, r#"{"B": 2}"#, "null", "7"][..],
            ),
            (r#"{"EventSet":[{"EventHandle":"h1"}]}"#, &[r#"{"EventHandle":"h1"}"#]),
            (r#"{"Response":{"EventSet":{"EventHandle":7}}}"#, &[r#"{"EventHandle":7}"#]),
            (r#"{"Response":{"EventSet":[],"RequestId":"r"}}"#, &[]),
            (r#"{"Response":{"EventSet": null ,"RequestId":"r"}}"#, &[]),
            (
                r#"{"code":0,"codeDesc":"Success","eventList":[{"msgHandle":"h","eventContent":{"a":1}}]}"#,
                &[r#"{"a":1}"#],
            ),
            (r#"{"eventList":[{"eventContent":"{\"a\":1}"}]}"#, &[r#"{"a":1}"#]),
        ] {
            assert_eq!(answer(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn another_body_is_one_event() {
        for text in [
            r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{}}"#,
            r#"{"EventType":"X","XEvent":{"SessionContext":"{\"EventSet\":[]}"}}"#,
            r#"{"EventType":"X","EventSet":[]}"#,
            r#"{"EventHandle":"h","EventSet":[{"A":1}]}"#,
            r#"{"Response":{"Error":{"Code":"InternalError","Message":"no EventSet"},"RequestId":"r"}}"#,
            r#"{"Response":{"EventSet":"none"}}"#,
            r#"{"Response":["EventSet"]}"#,
            r#"{"eventList":[{"msgHandle":"h"}]}"#,
        ] {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
