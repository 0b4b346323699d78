//! Compares what was sent with what arrived, and explains duplicates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use emulator::aws::ReceivedMessage;
use emulator::proxy::{COMPLETE, Call, Fault, PUBLISH, SEND, counts};
use emulator::stack::Stack;
use serde_json::Value;

use crate::Sent;
use crate::callbacks::Callback;
use crate::outlet::Outlet;

/// The figures.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    different: usize,
    sent: Sent,
    /// Events of callbacks that were answered 200 once or more.
    stored: usize,
    /// Of these, how many went to the bucket with their data.
    oversized: usize,
    /// Events of callbacks that were never answered 200.
    unanswered: usize,
    /// Different events that arrived, and all that arrived.
    arrived: usize,
    deliveries: usize,
    /// Events that were stored and did not arrive.
    lost: Vec<String>,
    /// Events that arrived with another content.
    changed: Vec<String>,
    /// Events that arrived, though their callback was refused or never sent.
    strangers: Vec<String>,
    /// Events that arrived more than once, how often, and what caused it.
    repeated: Vec<(String, usize, Vec<String>)>,
    dead: usize,
    faults: BTreeMap<String, usize>,
    /// Successful calls on the way to an answer: of the queue, and all others but the bucket's.
    stored_by: usize,
    others: Vec<String>,
    outlet: [usize; 4],
}

impl Tally {
    pub(crate) fn new<'a>(
        callbacks: impl Iterator<Item = (&'a Callback, Sent)>,
        messages: &[ReceivedMessage],
        stack: &Stack,
        intake: &[Call],
        outlet: &Outlet,
    ) -> Self {
        let mut tally =
            Self { outlet: [outlet.runs, outlet.killed, outlet.repeated, outlet.returned], ..Self::default() };
        let mut expected: BTreeMap<String, &str> = BTreeMap::new();
        let (mut stored, mut unanswered) = (BTreeSet::new(), BTreeSet::new());
        for (callback, sent) in callbacks {
            tally.different += 1;
            tally.sent.tries += sent.tries;
            tally.sent.stored += sent.stored;
            tally.sent.not_stored += sent.not_stored;
            tally.sent.refused += sent.refused;
            if callback.forgery.is_none() {
                expected.extend(callback.keys().zip(callback.events.iter().map(String::as_str)));
                if sent.stored > 0 { &mut stored } else { &mut unanswered }.extend(callback.keys());
            }
        }
        tally.stored = stored.len();
        tally.unanswered = unanswered.difference(&stored).count();

        let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
        for message in messages {
            let event: Value = serde_json::from_str(&message.body).unwrap();
            let slug = event["source"].as_str().unwrap().trim_start_matches("mediahook.");
            let key = format!("{slug}/{}", event["detail"]["id"].as_str().unwrap());
            match expected.get(&key) {
                None => tally.strangers.push(key.clone()),
                Some(expected) if !tally.is_whole(&event["detail"], expected, stack) => tally.changed.push(key.clone()),
                Some(_) => {}
            }
            *arrived.entry(key).or_default() += 1;
        }
        tally.arrived = arrived.len();
        tally.deliveries = arrived.values().sum();
        tally.lost = stored.into_iter().filter(|key| !arrived.contains_key(key)).collect();
        let repeated = arrived.into_iter().filter(|(_, times)| *times > 1);
        tally.repeated = repeated.map(|(key, times)| (key.clone(), times, causes(&key, &outlet.calls))).collect();
        tally.dead = stack.aws.drain(&stack.resources.dead_letter_queue).unwrap().len();

        for call in intake.iter().chain(&outlet.calls) {
            if let Some(fault) = &call.fault {
                *tally.faults.entry(format!("{} {fault:?}", call.operation)).or_default() += 1;
            }
        }
        let made: Vec<Call> = intake.iter().filter(|call| call.fault.is_none()).cloned().collect();
        for (operation, count) in counts(&made) {
            match operation {
                SEND => tally.stored_by = count,
                // The one is called at the start, the other for oversized events.
                "sqs:GetQueueAttributes" | "s3:PutObject" => {}
                _ => tally.others.push(operation.to_owned()),
            }
        }
        tally
    }

    /// Whether the event arrived as it was stored: in full, or with all of its data in the bucket.
    fn is_whole(&mut self, event: &Value, expected: &str, stack: &Stack) -> bool {
        let mut expected: Value = serde_json::from_str(expected).unwrap();
        let Some(reference) = event["dataref"].as_str() else { return *event == expected };
        self.oversized += 1;
        let key = reference.strip_prefix(&format!("s3://{}/", stack.resources.bucket)).unwrap();
        let data: Value = serde_json::from_slice(&stack.aws.object(&stack.resources.bucket, key).unwrap()).unwrap();
        let is_same = data == expected["data"];
        expected.as_object_mut().unwrap().remove("data");
        expected["dataref"] = reference.into();
        is_same && *event == expected
    }

    /// Nothing is lost or changed, nothing refused arrives, and what arrives twice is rare and has a cause.
    pub(crate) fn check(&self) {
        assert!(self.lost.is_empty(), "lost: {:?}", self.lost);
        assert!(self.changed.is_empty(), "changed: {:?}", self.changed);
        assert!(self.strangers.is_empty(), "refused or never sent: {:?}", self.strangers);
        assert_eq!(self.dead, 0, "dead letters");
        for (key, _, causes) in &self.repeated {
            assert!(!causes.is_empty(), "{key} arrived more than once for no reason");
        }
        assert!((self.deliveries - self.arrived) * 1000 < self.arrived.max(1), "too many arrived more than once");
        assert!(self.stored > 0 && self.oversized > 0 && self.sent.refused > 0 && self.sent.not_stored > 0);
        assert!(self.stored_by <= self.sent.tries, "more than one call for a callback");
        assert!(self.others.is_empty(), "called on the way to an answer: {:?}", self.others);
    }
}

/// What happened to an event that had been published, so that nobody knew that it was.
fn causes(key: &str, calls: &[Call]) -> Vec<String> {
    let mut causes = Vec::new();
    for call in calls {
        let is_lost = match (call.operation.as_str(), &call.fault) {
            (PUBLISH, Some(Fault::Silence { is_made: true, .. })) => published(call).any(|published| published == key),
            (COMPLETE, Some(Fault::Silence { is_made: false, .. })) => call.json()["Key"]["id"]["S"] == key,
            _ => false,
        };
        if let (true, Some(fault)) = (is_lost, &call.fault) {
            causes.push(format!("{} {fault:?}", call.operation));
        }
    }
    causes
}

/// The keys of the events that a call publishes.
fn published(call: &Call) -> impl Iterator<Item = String> {
    let body = call.json();
    let entries = body["Entries"].as_array().cloned().unwrap_or_default();
    entries.into_iter().map(|entry| {
        let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap_or_default()).unwrap_or_default();
        let slug = entry["Source"].as_str().unwrap_or_default().trim_start_matches("mediahook.").to_owned();
        format!("{slug}/{}", detail["id"].as_str().unwrap_or_default())
    })
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sent { tries, stored, not_stored, refused } = self.sent;
        let [runs, killed, repeated, returned] = self.outlet;
        writeln!(formatter, "{} callbacks, sent {tries} times", self.different)?;
        writeln!(
            formatter,
            "  answered 200           {stored:>7}   {} messages accepted by the queue",
            self.stored_by
        )?;
        writeln!(formatter, "  answered 503           {not_stored:>7}   and sent again")?;
        writeln!(formatter, "  refused                {refused:>7}   401 or 405")?;
        writeln!(formatter, "events of callbacks answered 200 at least once")?;
        writeln!(formatter, "  stored                 {:>7}", self.stored)?;
        writeln!(formatter, "  lost                   {:>7}", self.lost.len())?;
        writeln!(formatter, "  in the dead-letter queue {:>5}", self.dead)?;
        writeln!(formatter, "events at the target")?;
        writeln!(
            formatter,
            "  different              {:>7}   {} with their data in the bucket",
            self.arrived, self.oversized
        )?;
        writeln!(formatter, "  changed                {:>7}", self.changed.len())?;
        writeln!(formatter, "  refused or never sent  {:>7}", self.strangers.len())?;
        writeln!(formatter, "  of callbacks never answered 200, at most {}", self.unanswered)?;
        writeln!(formatter, "  more than once         {:>7}", self.repeated.len())?;
        for (key, times, causes) in &self.repeated {
            writeln!(formatter, "    {key} {times} times: {}", causes.join(", "))?;
        }
        writeln!(
            formatter,
            "dispatch ran {runs} times: killed {killed}, batches repeated {repeated}, messages back {returned}"
        )?;
        writeln!(formatter, "what was made to go wrong")?;
        for (fault, count) in &self.faults {
            writeln!(formatter, "  {count:>5}  {fault}")?;
        }
        Ok(())
    }
}
