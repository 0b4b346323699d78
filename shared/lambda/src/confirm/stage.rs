//! From the confirm queue to the intake: asks the vendor about the events of a message, and stores them with what it says.
//!
//! A message is done, so that Lambda deletes it, only after its events are stored on. Until then it stays in the queue.

use std::time::Duration;

use callbacks::{CloudEvent, Confirmation, Content, MediaEvent, Product};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use lookup::Choice;
use tokio::time::Instant;

use super::patience::{Next, Open, Patience, pause};
use super::rules::{Comparison, compare, is_progress};

/// Time that is kept free at the end of a run, to store events and to answer.
pub(super) const STORE_TIME: Duration = Duration::from_secs(12);

/// How long an event of a job that the vendor does not know is taken for invented. It is the shortest time for which a vendor
/// documents that it keeps jobs, that of Tencent Cloud VOD: three days from when the task was submitted
/// (<https://www.tencentcloud.com/document/product/266/34129>).
///
/// Others document a month (reviews of Cloud Infinite) to a year (transcoding at `ApsaraVideo` VOD), or nothing, by operation and
/// not by product. A longer time would catch nobody, since who invents a job chooses its date, and would contradict true events
/// of media that were deleted since.
const RETENTION: SignedDuration = SignedDuration::from_hours(72);

/// What the stage needs of the outside.
pub(super) trait Services {
    /// Why a call failed, for the log.
    type Error: std::fmt::Display;

    /// The event with its data in it, where it has only a reference to it.
    async fn load(&self, event: &CloudEvent, timeout: Duration) -> Result<CloudEvent, Self::Error>;

    /// Asks the vendor about the job of an event.
    async fn ask(&self, event: &CloudEvent, timeout: Duration) -> Result<Answer, Self::Error>;

    /// Stores events in the intake.
    async fn store(&self, events: &[CloudEvent], trace: Option<&str>) -> Result<(), Self::Error>;

    /// Hides a message of the queue for this long.
    async fn hide(&self, receipt: &str, pause: Duration) -> Result<(), Self::Error>;
}

/// What the vendor says about the job of an event.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// What its callback would have said.
    Told(Vec<CloudEvent>),
    /// It still runs.
    Running,
    /// There is no such job.
    Unknown,
    /// The event has nothing that the vendor can be asked about, or the vendor may not be asked about it.
    NotAsked,
}

/// A message of the queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// Its id, in the response.
    pub(super) id: String,
    /// Events, as an intake stores them.
    pub(super) body: String,
    /// The tracing header of the request.
    pub(super) trace: Option<String>,
    /// The handle of this receive.
    pub(super) receipt: String,
    /// When it was stored.
    pub(super) sent: Timestamp,
    /// How often it was received, this time included.
    pub(super) receives: u32,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate<E> {
    /// Its events are stored on.
    Stored,
    /// The vendor is asked again later.
    AskedAgain(Open),
    /// Its events could not be stored on.
    NotStored(E),
    /// It is no message of events.
    Unreadable,
}

/// The result for a message.
#[derive(Debug)]
pub(super) struct Handled<E> {
    /// The message's id.
    pub(super) message: String,
    /// What became of it.
    pub(super) fate: Fate<E>,
    /// Its events, where they are stored on.
    pub(super) events: Vec<CloudEvent>,
    /// Products whose API did not answer, once for each question.
    pub(super) unanswered: Vec<(Product, E)>,
    /// Why it could not be hidden: it comes back after the time of the queue.
    pub(super) not_hidden: Option<E>,
}

/// What settles an event, or does not.
enum Verdict {
    Settled(Confirmation),
    Open(Open),
}

/// The stage.
pub(super) struct Stage<S> {
    /// The outside.
    pub(super) services: S,
    /// Which events are asked about.
    pub(super) choice: Choice,
    /// How long they wait.
    pub(super) patience: Patience,
    /// The domains that deliver the media of Alibaba Cloud VOD.
    pub(super) domains: Vec<String>,
}

impl<S: Services> Stage<S> {
    /// Handles all messages of a batch at once. `now` is when the run starts.
    pub(super) async fn run(&self, messages: &[Message], now: Timestamp, deadline: Instant) -> Vec<Handled<S::Error>> {
        join_all(messages.iter().map(|message| self.handle(message, now, deadline))).await
    }

    async fn handle(&self, message: &Message, now: Timestamp, deadline: Instant) -> Handled<S::Error> {
        let started = Instant::now();
        let mut handled = Handled {
            message: message.id.clone(),
            fate: Fate::Unreadable,
            events: Vec::new(),
            unanswered: Vec::new(),
            not_hidden: None,
        };
        let Ok(mut events) = serde_json::from_str::<Vec<CloudEvent>>(&message.body) else { return handled };
        let waited = Duration::try_from(now.duration_since(message.sent)).unwrap_or_default();
        let until = self
            .patience
            .time_to_ask(waited)
            .map(|time| (started + time).min(deadline.checked_sub(STORE_TIME).unwrap_or(started)));
        for event in events.iter_mut().filter(|event| self.choice.includes(event)) {
            let verdict = match until {
                Some(until) => self.judge(event, now, until, &mut handled.unanswered).await,
                None => Verdict::Open(Open::Unanswered),
            };
            let confirmation = match verdict {
                Verdict::Settled(confirmation) => confirmation,
                Verdict::Open(open) => match self.patience.next(open, waited + started.elapsed(), message.receives) {
                    Next::Settle(confirmation) => confirmation,
                    Next::AskAgain(pause) => {
                        handled.fate = Fate::AskedAgain(open);
                        handled.not_hidden = self.services.hide(&message.receipt, pause).await.err();
                        return handled;
                    }
                },
            };
            event.confirmation = Some(confirmation);
            if confirmation == Confirmation::Contradicted {
                // It must not stand for the end of the job, of which a true event may come yet.
                event.jobend = None;
            }
        }
        match self.services.store(&events, message.trace.as_deref()).await {
            Ok(()) => {
                handled.fate = Fate::Stored;
                handled.events = events;
            }
            Err(error) => {
                handled.fate = Fate::NotStored(error);
                handled.not_hidden = self.services.hide(&message.receipt, pause(message.receives)).await.err();
            }
        }
        handled
    }

    /// What the vendor says of an event.
    async fn judge(
        &self,
        event: &CloudEvent,
        now: Timestamp,
        until: Instant,
        unanswered: &mut Vec<(Product, S::Error)>,
    ) -> Verdict {
        // What a test has sent is no job, and what could not be read names none.
        if event.test || event.unreadable().is_some() {
            return Verdict::Settled(Confirmation::Unverifiable);
        }
        match self.asked(event, now, until).await {
            Some(Ok(verdict)) => verdict,
            Some(Err(error)) => {
                unanswered.push((event.source, error));
                Verdict::Open(Open::Unanswered)
            }
            None => Verdict::Open(Open::Unanswered),
        }
    }

    /// What the vendor's answer comes to; `None` where no time is left to ask.
    async fn asked(&self, event: &CloudEvent, now: Timestamp, until: Instant) -> Option<Result<Verdict, S::Error>> {
        let left = || Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero());
        let loaded;
        let event = if let Content::Elsewhere { .. } = event.content {
            loaded = match self.services.load(event, left()?).await {
                Ok(event) => event,
                Err(error) => return Some(Err(error)),
            };
            &loaded
        } else {
            event
        };
        let answer = match self.services.ask(event, left()?).await {
            Ok(answer) => answer,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(judged(event.data()?, event.time, answer, &self.domains, now)))
    }
}

fn judged(event: &MediaEvent, time: Timestamp, answer: Answer, domains: &[String], now: Timestamp) -> Verdict {
    match answer {
        Answer::Told(events) => match compare(event, events.iter().filter_map(CloudEvent::data), domains) {
            Comparison::Settled(confirmation) => Verdict::Settled(confirmation),
            Comparison::NotYet => Verdict::Open(Open::Running),
        },
        Answer::Running if is_progress(event) => Verdict::Settled(Confirmation::Confirmed),
        Answer::Running => Verdict::Open(Open::Running),
        Answer::Unknown if is_kept(event, time, now) => Verdict::Open(Open::Unknown),
        Answer::Unknown | Answer::NotAsked => Verdict::Settled(Confirmation::Unverifiable),
    }
}

/// Whether the vendor would still know the job of an event of this time.
fn is_kept(event: &MediaEvent, time: Timestamp, now: Timestamp) -> bool {
    let began = event.job.as_ref().and_then(|job| job.created_at.or(job.started_at)).unwrap_or(time);
    now.duration_since(began) < RETENTION
}

#[cfg(test)]
mod tests;
