//! Messages of Simple Message Queue (SMQ, formerly MNS) around an event.
//!
//! Both products can deliver to a queue of the customer's. What the queue holds is the event that would have been posted,
//! plain or in Base64: the queue encodes nothing, but some SDKs do. Around it can be what `ReceiveMessage` answers, or what a
//! topic pushes to an HTTP endpoint (as XML or JSON; its `SIMPLIFIED` format is the message itself).
//!
//! <https://www.alibabacloud.com/help/en/mns/developer-reference/receivemessage>,
//! <https://www.alibabacloud.com/help/en/mns/user-guide/topic-messages>

use crate::budget;
use crate::json::{Value, rest};

/// The members of a message of a queue. The answer to `BatchReceiveMessage` has some of them in `Messages`, the one to
/// `ReceiveMessage` one in `Message`; roots of XML are members here.
const MESSAGE: &[&str] = &[
    "MessageId",
    "ReceiptHandle",
    MESSAGE_BODY,
    "MessageBodyMD5",
    "EnqueueTime",
    "NextVisibleTime",
    "FirstDequeueTime",
    "DequeueCount",
    "Priority",
];
const MESSAGE_BODY: &str = "MessageBody";

/// The members of what a topic pushes.
const PUSH: &[&str] = &[
    "TopicOwner",
    TOPIC_NAME,
    "Subscriber",
    "SubscriptionName",
    "MessageId",
    PUSHED,
    "MessageMD5",
    "MessageTag",
    "PublishTime",
    "SigningCertURL",
];
const TOPIC_NAME: &str = "TopicName";
const PUSHED: &str = "Message";

/// What was sent to the queue, of each message in the queue's answer; `None` where a body is no such answer. What a message
/// has besides, if it has anything that is not known, is an event of its own, so that it is not lost.
pub(super) fn answer(body: Value<'_>) -> Option<Vec<String>> {
    let messages = match only(body)? {
        ("Messages", messages) => match only(messages)? {
            ("Message", messages) => messages,
            _ => return None,
        },
        ("Message", messages) => messages,
        _ => return None,
    };
    if !budget::take_events(messages.items().count(), 0) {
        return None;
    }
    let mut texts = Vec::new();
    let items = messages.items().chain((!messages.is_list()).then_some(messages));
    for message in items {
        texts.push(sent(message.get(MESSAGE_BODY)?)?);
        texts.extend(others(message, MESSAGE_BODY, MESSAGE));
    }
    // A queue without messages answers an error: nobody has received an empty list of them.
    Some(texts).filter(|texts| !texts.is_empty())
}

/// What was sent to a topic that pushed this; `None` where a body is no such push.
pub(super) fn unwrap(body: Value<'_>) -> Option<Vec<String>> {
    let push = match only(body) {
        Some(("Notification", push)) => push,
        _ => body,
    };
    push.get(TOPIC_NAME)?;
    let mut texts = vec![sent(push.get(PUSHED)?)?];
    texts.extend(others(push, PUSHED, PUSH));
    Some(texts)
}

/// What an object has besides what was sent, members of the delivery, and attributes of XML.
fn others(object: Value<'_>, sent: &str, delivery: &[&str]) -> Option<String> {
    rest(object, sent, |key| key.starts_with('@') || delivery.contains(&key))
}

/// What was sent: a text, or an object that stands in its place.
fn sent(value: Value<'_>) -> Option<String> {
    let text = value.string().or_else(|| value.is_object().then(|| value.source()));
    text.map(str::to_owned)
}

/// The member of an object that has one, attributes of XML aside.
fn only(object: Value<'_>) -> Option<(&str, Value<'_>)> {
    let mut members = object.members().filter(|(key, _)| !key.starts_with('@'));
    members.next().filter(|_| members.next().is_none())
}

#[cfg(test)]
mod tests {
    use crate::Product;
    use crate::tests::{event, events, normalised};

    const EVENT: &str = r#"{"EventType":"FileUploadComplete","MessageBody":{"Status":"Success","MediaId":"m"}}"#;
    const BASE64: &str = "eyJFdmVudFR5cGUiOiJGaWxlVXBsb2FkQ29tcGxldGUiLCJNZXNzYWdlQm9keSI6eyJTdGF0dXMiOiJTdWNjZXNzIiwiTWVkaWFJZCI6Im0ifX0=";

    /// Each wrapping of the event, plain and in Base64.
    fn wrapped() -> Vec<String> {
        let quoted = serde_json::to_string(EVENT).unwrap();
        let (one, other) = BASE64.split_at(76);
        let mut bodies = vec![BASE64.to_owned(), format!(" {one}\r\n{other}\n")];
        for (json, xml) in [(quoted.as_str(), EVENT), (&format!("\"{BASE64}\""), BASE64)] {
            bodies.push(format!(
                r#"{{"TopicOwner":"o","TopicName":"t","Subscriber":"s","SubscriptionName":"n","MessageId":"i","Message":{json},"MessageMD5":"5","MessageTag":"g","PublishTime":"1479277840000"}}"#
            ));
            bodies.push(format!(
                r#"<?xml version="1.0" encoding="utf-8"?><Notification xmlns="http://mns.aliyuncs.com/doc/v1/"><TopicOwner>o</TopicOwner><TopicName>t</TopicName><Message>{xml}</Message><PublishTime>1479277840000</PublishTime></Notification>"#
            ));
            bodies.push(format!(
                r#"<?xml version="1.0"?><Message xmlns="http://mns.aliyuncs.com/doc/v1/"><MessageId>i</MessageId><ReceiptHandle>h</ReceiptHandle><MessageBody>{xml}</MessageBody></Message>"#
            ));
        }
        bodies
    }

    #[test]
    fn a_wrapped_event_is_the_posted_one() {
        let posted = normalised(&event(Product::AliyunIms, EVENT.as_bytes()));
        for body in wrapped() {
            for product in [Product::AliyunIms, Product::AliyunVod] {
                assert_eq!(normalised(&event(product, body.as_bytes())), posted, "{product}: {body}");
            }
        }
    }

    #[test]
    fn messages_of_a_batch_are_events() {
        let message = |handle, body| {
            format!("<Message><ReceiptHandle>{handle}</ReceiptHandle><MessageBody>{body}</MessageBody></Message>")
        };
        let body = format!(
            "<Messages>{}{}{}</Messages>",
            message("h1", EVENT),
            message("h2", "no event"),
            message("h3", BASE64)
        );
        let types: Vec<String> =
            events(Product::AliyunIms, body.as_bytes()).iter().map(|event| event.r#type.to_string()).collect();
        assert_eq!(types, ["media.upload.succeeded", "media.unreadable.unknown", "media.upload.succeeded"]);
    }

    #[test]
    fn what_is_beside_a_message_is_an_event() {
        for (body, beside) in [
            (r#"{"Message":{"MessageBody":"{}","New":"x"}}"#, r#"{"New":"x"}"#),
            (r#"{"TopicName":"t","Message":"{}","EventType":"New"}"#, r#"{"EventType":"New"}"#),
        ] {
            let [_, event] = events(Product::AliyunVod, body.as_bytes()).try_into().unwrap();
            assert_eq!(event.into_data().unwrap().vendor.unwrap().get(), beside);
        }
    }

    #[test]
    fn what_holds_no_message_is_no_answer() {
        for body in [
            r#"{"Message":[{"EventType":"New"},{"EventType":"New"}]}"#,
            r#"{"Message":{"EventType":"New"}}"#,
            r#"{"Message":{"MessageBody":"{}"},"EventType":"New"}"#,
            r#"{"Messages":{"Message":[{"ReceiptHandle":"h"}]}}"#,
        ] {
            let [event] = events(Product::AliyunVod, body.as_bytes()).try_into().unwrap();
            let vendor = event.into_data().unwrap().vendor.unwrap();
            assert_eq!(vendor.get(), body);
        }
    }

    #[test]
    fn an_event_that_speaks_of_messages_is_no_message() {
        let body = r#"{"EventType":"New","Status":"success","Extend":"ReceiptHandle TopicName","Message":"OK"}"#;
        let [event] = events(Product::AliyunVod, body.as_bytes()).try_into().unwrap();
        assert_eq!(event.vendorevent.as_deref(), Some("New"));
    }
    #[test]
    fn an_empty_list_of_messages_is_not_lost() {
        for body in [r#"{"Message":[]}"#, r#"{"Messages":{"Message":[]}}"#, r#"{"Messages":{"Message":[],"@a":1}}"#] {
            for product in [Product::AliyunVod, Product::AliyunIms] {
                assert_eq!(events(product, body.as_bytes()).len(), 1, "{product} {body}");
            }
        }
    }
}
