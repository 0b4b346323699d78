//! Messages of Simple Message Queue (SMQ, formerly MNS) around an event.
//!
//! Both products can deliver to a queue of the customer's. What the queue holds is the event that would have been posted,
//! plain or in Base64: the queue encodes nothing, but some SDKs do. Around it can be what `ReceiveMessage` answers, or what a
//! topic pushes to an HTTP endpoint (as XML or JSON; its `SIMPLIFIED` format is the message itself).
//!
//! <https://www.alibabacloud.com/help/en/mns/developer-reference/receivemessage>,
//! <https://www.alibabacloud.com/help/en/mns/user-guide/topic-messages>

use std::borrow::Cow;

use serde::Deserialize;

use crate::body::{self, Unreadable};
use crate::facts::{Part, few_enough};
use crate::wire::{Many, One, Text, peek};

/// The events of a body: what is in its messages, or the body itself.
///
/// # Errors
/// [`Unreadable::TooMany`] for more messages than a body may hold.
pub(crate) fn split(json: Cow<'_, str>) -> Result<Vec<Part<'_>>, Unreadable> {
    match messages(&json) {
        Some(messages) => few_enough(messages.len()).map(|()| messages),
        None => Ok(vec![Part::whole(json)]),
    }
}

/// The messages in a body; `None` where it is no message.
fn messages(json: &str) -> Option<Vec<Part<'static>>> {
    // Most bodies are an event, and need not be read here.
    // Those of XML begin with their root's name.
    let is_wrapping = json.starts_with(r#"{"Message"#) || json.contains("ReceiptHandle") || json.contains("TopicName");
    if !is_wrapping {
        return None;
    }
    let wrapping: Wrapping = peek(json).ok()?;
    let received: Vec<Message> = wrapping.messages.or_default().message.into_iter().chain(wrapping.message.0).collect();
    if !received.is_empty() {
        let is_whole = received.len() == 1;
        return Some(received.into_iter().map(|message| message.part(is_whole)).collect());
    }
    let notification = match wrapping.notification.0 {
        Some(notification) => *notification,
        None => peek(json).ok()?,
    };
    let is_push = !notification.topic_name.is_absent() && !notification.message.is_absent();
    is_push.then(|| vec![part(notification.message, Text::default(), true)])
}

/// The event in a message's text. What is neither JSON nor Base64 of it stays as it is, and becomes an unreadable event.
fn part(text: Text, handle: Text, is_whole: bool) -> Part<'static> {
    let text = text.0.unwrap_or_default();
    let json = body::to_json(text.as_bytes()).map(Cow::into_owned).unwrap_or(text);
    Part { json: Cow::Owned(json), handle: handle.0, is_whole }
}

/// What can be around messages. The roots of XML are members here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Wrapping {
    /// The answer to `BatchReceiveMessage`.
    messages: One<Messages>,
    /// The answer to `ReceiveMessage`.
    message: Many<Message>,
    /// A topic's push as XML.
    notification: One<Notification>,
}

/// The answer to `BatchReceiveMessage`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Messages {
    /// Up to 16 messages.
    message: Many<Message>,
}

/// A message of a queue.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Message {
    /// What was sent to the queue.
    message_body: Text,
    /// What deletes the message.
    receipt_handle: Text,
}

/// A topic's push.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Notification {
    /// Name of the topic.
    topic_name: Text,
    /// What was sent to the topic.
    message: Text,
}

impl Message {
    fn part(self, is_whole: bool) -> Part<'static> {
        part(self.message_body, self.receipt_handle, is_whole)
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{event, events, normalised, received};
    use crate::{Product, decode};

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
    fn messages_of_a_batch_are_events_with_their_handles() {
        let message = |handle, body| {
            format!("<Message><ReceiptHandle>{handle}</ReceiptHandle><MessageBody>{body}</MessageBody></Message>")
        };
        let body = format!(
            "<Messages>{}{}{}</Messages>",
            message("h1", EVENT),
            message("h2", "no event"),
            message("h3", BASE64)
        );
        let decoded = decode(Product::AliyunIms, body.as_bytes(), received());
        let seen: Vec<(&str, Option<&str>)> =
            decoded.iter().map(|decoded| (decoded.event.r#type.as_str(), decoded.handle.as_deref())).collect();
        assert_eq!(
            seen,
            [
                ("media.upload.succeeded", Some("h1")),
                ("media.unreadable.unknown", Some("h2")),
                ("media.upload.succeeded", Some("h3")),
            ]
        );
    }

    #[test]
    fn an_event_that_speaks_of_messages_is_no_message() {
        let body = r#"{"EventType":"New","Status":"success","Extend":"ReceiptHandle TopicName","Message":"OK"}"#;
        let [event] = events(Product::AliyunVod, body.as_bytes()).try_into().unwrap();
        assert_eq!(event.vendorevent.as_deref(), Some("New"));
    }
}
