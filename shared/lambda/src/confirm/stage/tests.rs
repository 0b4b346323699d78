use std::cell::RefCell;

use callbacks::decode;

use super::*;

const NOW: &str = "2026-01-02T03:04:05Z";

/// What a service does for one job or call.
type Told = Result<Answer, &'static str>;

/// The outside: an answer for each job, and what happened.
#[derive(Default)]
struct Fake {
    answers: Vec<(&'static str, Told)>,
    asked: RefCell<Vec<String>>,
    stored: RefCell<Vec<CloudEvent>>,
    hidden: RefCell<Vec<(String, u64)>>,
    is_full: bool,
    is_silent: bool,
}

impl Services for Fake {
    type Error = &'static str;

    async fn load(&self, event: &CloudEvent, _: Duration) -> Result<CloudEvent, &'static str> {
        match &event.content {
            Content::Elsewhere { dataref, .. } if dataref == "s3://bucket/job" => Ok(job("large", "Success")),
            _ => Err("not found"),
        }
    }

    async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Told {
        let id = event.data().and_then(|data| data.job.as_ref()?.id.clone()).unwrap_or_default();
        self.asked.borrow_mut().push(id.clone());
        if self.is_silent {
            tokio::time::sleep(timeout).await;
            return Err("no answer");
        }
        let answer = self.answers.iter().find(|(job, _)| *job == id);
        answer.map_or(Err("no answer"), |(_, answer)| answer.clone())
    }

    async fn store(&self, events: &[CloudEvent], trace: Option<&str>) -> Result<(), &'static str> {
        assert_eq!(trace, Some("Root=1"));
        if self.is_full {
            return Err("full");
        }
        self.stored.borrow_mut().extend_from_slice(events);
        Ok(())
    }

    async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), &'static str> {
        self.hidden.borrow_mut().push((receipt.to_owned(), pause.as_secs()));
        Ok(())
    }
}

fn job(id: &str, state: &str) -> CloudEvent {
    let body = format!(
        r#"{{"EventName":"TaskFinish","JobsDetail":{{"Tag":"Transcode","JobId":"{id}","State":"{state}","CreationTime":"2026-01-02T03:00:00+0000"}}}}"#
    );
    decode(Product::TencentCi, body.as_bytes(), NOW.parse().unwrap()).remove(0)
}

/// A message with events of these jobs, which succeeded, after so many seconds and receives.
fn message(jobs: &[&str], waited: i64, receives: u32) -> Message {
    let events: Vec<CloudEvent> = jobs.iter().map(|id| job(id, "Success")).collect();
    message_of(&events, waited, receives)
}

fn message_of(events: &[CloudEvent], waited: i64, receives: u32) -> Message {
    Message {
        id: "m".to_owned(),
        body: serde_json::to_string(events).unwrap(),
        trace: Some("Root=1".to_owned()),
        receipt: "r".to_owned(),
        sent: NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_secs(waited),
        receives,
    }
}

fn fake(answers: Vec<(&'static str, Told)>) -> Fake {
    Fake { answers, ..Fake::default() }
}

async fn handled(services: Fake, message: Message) -> (Handled<&'static str>, Fake) {
    handled_until(services, message, Duration::from_mins(1)).await
}

async fn handled_until(services: Fake, message: Message, left: Duration) -> (Handled<&'static str>, Fake) {
    let choice = "tencent-ci:transcode".parse().unwrap();
    let patience = Patience { within: Duration::from_mins(10) };
    let stage = Stage { services, choice, patience, domains: Vec::new() };
    let mut handled = stage.run(&[message], NOW.parse().unwrap(), Instant::now() + left).await;
    (handled.remove(0), stage.services)
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a vendor answers")]
fn told(id: &str, state: &str) -> Told {
    Ok(Answer::Told(vec![job(id, state)]))
}

/// What is stored of each event, and what became of the message.
fn confirmations(fake: &Fake) -> Vec<Option<Confirmation>> {
    fake.stored.borrow().iter().map(|event| event.confirmation).collect()
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn an_answer_settles_an_event() {
    for (answer, waited, expected) in [
        (told("j", "Success"), 0, Confirmation::Confirmed),
        (told("j", "Failed"), 0, Confirmation::Contradicted),
        (Ok(Answer::Told(Vec::new())), 0, Confirmation::Unverifiable),
        (Ok(Answer::NotAsked), 0, Confirmation::Unverifiable),
        (Ok(Answer::Unknown), 300, Confirmation::Contradicted),
        (Ok(Answer::Running), 596, Confirmation::Unverifiable),
        (told("j", "Running"), 596, Confirmation::Unverifiable),
        (Err("denied"), 596, Confirmation::Unverifiable),
    ] {
        let (handled, fake) = handled(fake(vec![("j", answer.clone())]), message(&["j"], waited, 1)).await;
        assert_eq!(handled.fate, Fate::Stored, "{answer:?}");
        assert_eq!(confirmations(&fake), [Some(expected)], "{answer:?}");
        assert_eq!(handled.unanswered.len(), usize::from(answer.is_err()));
        // Nothing else of the event has changed.
        let (before, after) = (job("j", "Success"), fake.stored.borrow()[0].clone());
        let after = CloudEvent { confirmation: None, ..after };
        assert_eq!(serde_json::to_string(&after).unwrap(), serde_json::to_string(&before).unwrap());
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn what_may_yet_be_settled_is_asked_about_again() {
    for (answer, open) in [
        (Ok(Answer::Running), Open::Running),
        (told("j", "Running"), Open::Running),
        (Ok(Answer::Unknown), Open::Unknown),
        (Err("denied"), Open::Unanswered),
    ] {
        for (receives, pause) in [(1, 5), (2, 10), (3, 20)] {
            let (handled, fake) = handled(fake(vec![("j", answer.clone())]), message(&["j"], 0, receives)).await;
            assert_eq!(handled.fate, Fate::AskedAgain(open), "{answer:?}");
            assert_eq!(confirmations(&fake), []);
            assert_eq!(*fake.hidden.borrow(), [("r".to_owned(), pause)]);
        }
    }
}

/// A job that the vendor has forgotten since is no forged one.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_job_from_before_the_vendors_memory_is_unverifiable() {
    let old = |body: &str| decode(Product::TencentCi, body.as_bytes(), NOW.parse().unwrap()).remove(0);
    for event in [
        old(
            r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode","JobId":"j","State":"Success","CreationTime":"2025-12-29T03:00:00+0000"}}"#,
        ),
        old(
            r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode","JobId":"j","State":"Success","EndTime":"2025-12-29T03:00:00+0000"}}"#,
        ),
    ] {
        let (handled, fake) = handled(fake(vec![("j", Ok(Answer::Unknown))]), message_of(&[event], 0, 1)).await;
        assert_eq!((handled.fate, confirmations(&fake)), (Fate::Stored, vec![Some(Confirmation::Unverifiable)]));
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn an_event_that_is_not_chosen_passes() {
    let snapshot = r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Snapshot","JobId":"s","State":"Success"}}"#;
    let snapshot = decode(Product::TencentCi, snapshot.as_bytes(), NOW.parse().unwrap()).remove(0);
    let events = [snapshot, job("j", "Success"), job("t", "Success").into_test()];
    let (handled, fake) = handled(fake(vec![("j", told("j", "Success"))]), message_of(&events, 0, 1)).await;
    assert_eq!(handled.fate, Fate::Stored);
    // A test is no job of the vendor's.
    assert_eq!(confirmations(&fake), [None, Some(Confirmation::Confirmed), Some(Confirmation::Unverifiable)]);
    assert_eq!(*fake.asked.borrow(), ["j"]);
    assert_eq!(handled.events.len(), 3);
}

/// The events of a message are stored together: none is published before the last is settled.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn one_open_event_keeps_the_message() {
    let answers = vec![("a", told("a", "Success")), ("b", Ok(Answer::Running)), ("c", told("c", "Success"))];
    let (handled, fake) = handled(fake(answers), message(&["a", "b", "c"], 0, 1)).await;
    assert_eq!(handled.fate, Fate::AskedAgain(Open::Running));
    assert_eq!(confirmations(&fake), []);
    // The rest is asked about when it may be settled.
    assert_eq!(*fake.asked.borrow(), ["a", "b"]);
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn what_cannot_be_stored_stays() {
    let services = Fake { is_full: true, ..fake(vec![("j", told("j", "Success"))]) };
    let (handled, fake) = handled(services, message(&["j"], 0, 2)).await;
    assert_eq!(handled.fate, Fate::NotStored("full"));
    assert_eq!(*fake.hidden.borrow(), [("r".to_owned(), 10)]);
    assert!(handled.events.is_empty());
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn what_is_no_message_of_events_is_left_to_the_dead_letters() {
    let message = Message { body: "[{}]".to_owned(), ..message(&[], 0, 1) };
    let (handled, fake) = handled(fake(Vec::new()), message).await;
    assert_eq!(handled.fate, Fate::Unreadable);
    assert!(fake.hidden.borrow().is_empty());
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_vendor_that_hangs_costs_no_event_its_time() {
    let services = Fake { is_silent: true, ..Fake::default() };
    let (first, _) = handled(services, message(&["j", "k"], 0, 1)).await;
    assert_eq!(first.fate, Fate::AskedAgain(Open::Unanswered));
    // The last question ends before the bound, and then each event is settled.
    let services = Fake { is_silent: true, ..Fake::default() };
    let (last, fake) = handled(services, message(&["j", "k"], 596, 9)).await;
    assert_eq!(confirmations(&fake), [Some(Confirmation::Unverifiable); 2]);
    assert_eq!((last.fate, fake.asked.borrow().as_slice()), (Fate::Stored, ["j".to_owned()].as_slice()));
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn what_waited_for_longer_than_its_bound_is_not_asked_about() {
    let (handled, fake) = handled(fake(vec![("j", told("j", "Success"))]), message(&["j"], 600, 1)).await;
    assert_eq!((handled.fate, confirmations(&fake)), (Fate::Stored, vec![Some(Confirmation::Unverifiable)]));
    assert!(fake.asked.borrow().is_empty());
}

/// Lambda ends a run at its deadline, and what it has asked by then would be lost.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn nothing_is_asked_when_the_run_is_about_to_end() {
    let services = fake(vec![("j", told("j", "Success"))]);
    let (handled, fake) = handled_until(services, message(&["j"], 0, 1), STORE_TIME).await;
    assert_eq!(handled.fate, Fate::AskedAgain(Open::Unanswered));
    assert!(fake.asked.borrow().is_empty());
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn the_data_of_a_large_event_is_asked_about() {
    for (reference, expected, fate) in [
        ("s3://bucket/job", vec![Some(Confirmation::Confirmed)], Fate::Stored),
        ("s3://bucket/other", vec![], Fate::AskedAgain(Open::Unanswered)),
    ] {
        let large = job("large", "Success").referring_to(reference.to_owned());
        let (handled, fake) =
            handled(fake(vec![("large", told("large", "Success"))]), message_of(&[large], 0, 1)).await;
        assert_eq!((handled.fate, confirmations(&fake)), (fate, expected));
        // The reference is what is stored on.
        assert!(fake.stored.borrow().iter().all(|event| matches!(event.content, Content::Elsewhere { .. })));
    }
}
