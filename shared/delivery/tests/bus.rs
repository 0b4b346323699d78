//! What publishing sends to `EventBridge`, and what it makes of the answers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_eventbridge::config::Credentials;
use axum::Router;
use axum::http::StatusCode;
use delivery::{Bus, BusTarget, Dispatcher, Fate, Ledger, LedgerTarget, Limit, PublishError, Record, Report};
use serde_json::{Value, json};

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

/// Publishes so many events of one message on a bus that gives these answers, each a status and the codes with which it
/// refuses entries (an empty one takes the entry). Returns what came of it, and the entries of each call.
async fn publish(events: usize, answers: &[(u16, &[&str])]) -> (Report, Vec<Vec<Value>>) {
    let calls = Arc::<Mutex<Vec<Vec<Value>>>>::default();
    let answers: VecDeque<(u16, Vec<String>)> = answers
        .iter()
        .map(|(status, codes)| (*status, codes.iter().map(|code| (*code).to_owned()).collect()))
        .collect();
    let answers = Arc::new(Mutex::new(answers));
    let noted = Arc::clone(&calls);
    let answer = async move |body: String| {
        let call: Value = serde_json::from_str(&body).unwrap();
        let entries = call["Entries"].as_array().unwrap().clone();
        let (status, codes) =
            answers.lock().unwrap().pop_front().unwrap_or_else(|| (200, vec![String::new(); entries.len()]));
        noted.lock().unwrap().push(entries);
        let results: Vec<Value> = codes
            .iter()
            .map(|code| if code.is_empty() { json!({"EventId": "1"}) } else { json!({"ErrorCode": code}) })
            .collect();
        (StatusCode::from_u16(status).unwrap(), json!({"FailedEntryCount": 0, "Entries": results}).to_string())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let aws = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .load()
        .await;
    let bus = Bus::connect(BusTarget::EventBridge("media".to_owned()), &aws);
    let dispatcher = Dispatcher::new(Ledger::connect(LedgerTarget::Memory, &aws), bus, Limit::default());
    let events: Vec<String> = (0..events).map(event).collect();
    let body = format!("[{}]", events.join(","));
    let records = [Record { message: "m1".to_owned(), body, trace: Some(TRACE.to_owned()) }];
    let report = dispatcher.run(&records, "one", "2026-01-02T03:04:06Z".parse().unwrap()).await;
    let calls = calls.lock().unwrap().clone();
    (report, calls)
}

fn event(number: usize) -> String {
    let id = format!("{number:032x}");
    format!(r#"{{"id":"{id}","source":"/tencent/ci","type":"media.snapshot.failed","time":"2026-01-02T03:04:05Z"}}"#)
}

fn fates(report: &Report) -> Vec<Fate> {
    report.events.iter().map(|event| event.fate.clone()).collect()
}

fn refused(code: &str) -> Fate {
    Fate::NotPublished(PublishError::Refused { code: code.to_owned() })
}

#[tokio::test(flavor = "current_thread")]
async fn an_event_is_an_entry() {
    let (report, calls) = publish(1, &[]).await;
    assert_eq!(fates(&report), [Fate::Published]);
    let expected = json!({
        "EventBusName": "media",
        "Source": "mediahook.tencent-ci",
        "DetailType": "media.snapshot.failed",
        "Detail": event(0),
        "Time": 1_767_323_045,
        "TraceHeader": TRACE,
    });
    assert_eq!(calls, [[expected]]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_has_at_most_ten_entries() {
    let (report, calls) = publish(25, &[]).await;
    assert_eq!(fates(&report), vec![Fate::Published; 25]);
    let mut sizes: Vec<usize> = calls.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
}

#[tokio::test(flavor = "current_thread")]
async fn an_entry_that_is_refused_is_sent_again_alone() {
    let (report, calls) = publish(3, &[(200, &["", "ThrottlingException", ""])]).await;
    assert_eq!(fates(&report), vec![Fate::Published; 3]);
    assert!(report.failed.is_empty());
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1], [calls[0][1].clone()]);
}

#[tokio::test(flavor = "current_thread")]
async fn what_stays_refused_comes_back() {
    let (report, calls) =
        publish(2, &[(200, &["", "InternalFailure"]), (200, &["InternalFailure"]), (200, &["MalformedDetail"])]).await;
    assert_eq!(fates(&report), [Fate::Published, refused("MalformedDetail")]);
    assert_eq!(report.failed, ["m1"]);
    assert_eq!(calls.len(), 3);
}

/// A result that has no entry for an event says nothing of it.
#[tokio::test(flavor = "current_thread")]
async fn an_entry_without_a_result_is_not_published() {
    let (report, calls) = publish(2, &[(200, &[""]), (200, &[]), (200, &[])]).await;
    assert!(
        matches!(&fates(&report)[..], [Fate::Published, Fate::NotPublished(PublishError::Call(error))] if !error.is_refusal())
    );
    assert_eq!((calls.len(), &report.failed[..]), (3, &["m1".to_owned()][..]));
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_refused_as_a_whole_comes_back() {
    let (report, calls) = publish(2, &[(403, &[])]).await;
    assert!(
        fates(&report)
            .iter()
            .all(|fate| matches!(fate, Fate::NotPublished(PublishError::Call(error)) if error.is_refusal()))
    );
    assert_eq!((calls.len(), &report.failed[..]), (1, &["m1".to_owned()][..]));
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_failed_is_repeated() {
    let (report, calls) = publish(1, &[(500, &[]), (503, &[])]).await;
    assert_eq!(fates(&report), [Fate::Published]);
    assert_eq!(calls.len(), 3);
}
