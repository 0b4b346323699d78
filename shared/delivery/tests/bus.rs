//! What publishing sends to `EventBridge`, and how it handles the responses.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_sdk_eventbridge::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::StatusCode;
use delivery::{Aws, Bus, BusTarget, Dispatcher, Fate, Ledger, LedgerTarget, Limit, PublishError, Record, Report};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";

/// The status of a response, and an error code for each entry, empty for success.
type Reply = (u16, Vec<String>);

/// Publishes this many events of one message on a bus that gives these replies, and then accepts all. Returns the report, and
/// the entries of each call.
async fn publish(events: usize, answers: &[(u16, &[&str])]) -> (Report, Vec<Vec<Value>>) {
    let mut answers: VecDeque<Reply> = answers
        .iter()
        .map(|(status, codes)| (*status, codes.iter().map(|code| (*code).to_owned()).collect()))
        .collect();
    publish_on(events, move |entries| answers.pop_front().unwrap_or_else(|| all_taken(entries))).await
}

fn all_taken(entries: &[Value]) -> Reply {
    (200, vec![String::new(); entries.len()])
}

/// The same on a bus whose answers depend on the entries.
async fn publish_on(
    events: usize,
    answers: impl FnMut(&[Value]) -> Reply + Send + 'static,
) -> (Report, Vec<Vec<Value>>) {
    publish_after(Duration::ZERO, events, answers).await
}

/// The same on a bus that takes this long for an answer.
async fn publish_after(
    time: Duration,
    events: usize,
    answers: impl FnMut(&[Value]) -> Reply + Send + 'static,
) -> (Report, Vec<Vec<Value>>) {
    let calls = Arc::<Mutex<Vec<Vec<Value>>>>::default();
    let answers = Arc::new(Mutex::new(answers));
    let noted = Arc::clone(&calls);
    let answer = async move |body: String| {
        let call: Value = serde_json::from_str(&body).unwrap();
        let entries = call["Entries"].as_array().unwrap().clone();
        let (status, codes) = (answers.lock().unwrap())(&entries);
        noted.lock().unwrap().push(entries);
        tokio::time::sleep(time).await;
        let results: Vec<Value> = codes
            .iter()
            .map(|code| if code.is_empty() { json!({"EventId": "1"}) } else { json!({"ErrorCode": code}) })
            .collect();
        (StatusCode::from_u16(status).unwrap(), json!({"FailedEntryCount": 0, "Entries": results}).to_string())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let report = dispatch(events, address).await;
    let calls = calls.lock().unwrap().clone();
    (report, calls)
}

/// Publishes so many events of one message on the bus at this address.
async fn dispatch(events: usize, address: SocketAddr) -> Report {
    let aws = Aws::default()
        .configuration()
        .await
        .unwrap()
        .to_builder()
        .endpoint_url(format!("http://{address}"))
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test")))
        .build()
        .into();
    let bus = Bus::connect(BusTarget::EventBridge("media".to_owned()), &aws).await.unwrap();
    let ledger = Ledger::connect(LedgerTarget::Memory, &aws).await.unwrap();
    let dispatcher = Dispatcher::new(ledger, bus, Limit::default());
    let events: Vec<String> = (0..events).map(event).collect();
    let body = format!("[{}]", events.join(","));
    let records = [Record { message: "m1".to_owned(), body, trace: Some(TRACE.to_owned()) }];
    let deadline = Instant::now() + Duration::from_mins(1);
    dispatcher.run(&records, "one", "2026-01-02T03:04:06Z".parse().unwrap(), deadline).await
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
async fn an_event_is_an_entry_without_a_time() {
    let (report, calls) = publish(1, &[]).await;
    assert_eq!(fates(&report), [Fate::Published]);
    let expected = json!({
        "EventBusName": "media",
        "Source": "mediahook.tencent-ci",
        "DetailType": "media.snapshot.failed",
        "Detail": event(0),
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

/// If the result lacks an entry, it is unknown whether that event was published.
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
    let (report, calls) = publish_on(2, |_| (403, Vec::new())).await;
    assert!(
        fates(&report)
            .iter()
            .all(|fate| matches!(fate, Fate::NotPublished(PublishError::Call(error)) if error.is_refusal()))
    );
    let sizes: Vec<usize> = calls.iter().map(Vec::len).collect();
    assert_eq!((&sizes[..], &report.failed[..]), (&[2, 1, 1][..], &["m1".to_owned()][..]));
}

/// One that the bus cannot read makes it refuse the others with it. Without them, it is the only one that stays.
#[tokio::test(flavor = "current_thread")]
async fn an_entry_for_which_a_call_is_refused_takes_no_other_along() {
    let bad = event(1);
    let (report, calls) = publish_on(3, move |entries| {
        if entries.iter().any(|entry| entry["Detail"] == bad) { (400, Vec::new()) } else { all_taken(entries) }
    })
    .await;
    assert!(matches!(
        &fates(&report)[..],
        [Fate::Published, Fate::NotPublished(PublishError::Call(error)), Fate::Published] if error.is_refusal()
    ));
    assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1, 1]);
}

#[tokio::test(flavor = "current_thread")]
async fn entries_that_are_too_large_together_are_sent_apart() {
    let (report, calls) =
        publish_on(2, |entries| if entries.len() > 1 { (413, Vec::new()) } else { all_taken(entries) }).await;
    assert_eq!((fates(&report), calls.len()), (vec![Fate::Published; 2], 3));
}

/// A throttled bus gets no additional calls.
#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_throttled_is_not_sent_in_parts() {
    let (report, calls) = publish_on(3, |_| (429, Vec::new())).await;
    assert!(
        fates(&report)
            .iter()
            .all(|fate| matches!(fate, Fate::NotPublished(PublishError::Call(error)) if error.is_refusal()))
    );
    assert!(calls.iter().all(|entries| entries.len() == 3), "{calls:?}");
}

/// Neither what is refused one by one nor what is refused together: the run has other events, too.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_slow_bus_is_not_asked_again() {
    for (status, code) in [(200, "InternalFailure"), (413, "")] {
        let answer = move |entries: &[Value]| (status, vec![code.to_owned(); entries.len()]);
        let (report, calls) = publish_after(Duration::from_millis(4500), 2, answer).await;
        assert!(fates(&report).iter().all(|fate| matches!(fate, Fate::NotPublished(_))), "{status}");
        assert_eq!(calls.len(), 1, "{status}");
    }
}

/// All attempts of a call have to fit the run.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_call_without_an_answer_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dispatched = dispatch(1, listener.local_addr().unwrap());
    let report = tokio::time::timeout(Duration::from_secs(9), dispatched).await.unwrap();
    assert!(matches!(
        &fates(&report)[..],
        [Fate::NotPublished(PublishError::Call(error))] if !error.is_refusal()
    ));
}

#[tokio::test(flavor = "current_thread")]
async fn a_call_that_failed_is_repeated() {
    let (report, calls) = publish(1, &[(500, &[]), (503, &[])]).await;
    assert_eq!(fates(&report), [Fate::Published]);
    assert_eq!(calls.len(), 3);
}
