//! A run over one product's lists: what ended, less what was published, goes into the intake.

use std::collections::HashSet;
use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey, Product};
use delivery::event_key;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use lookup::{Answer, Ended, Finished, Listed, Marks, Page, Window, job_end, job_ends, listed_ends};
use serde::Serialize;
use tokio::time::Instant;

use super::cursor::{Cursor, Progress};

/// How many jobs are asked about at once.
const AT_ONCE: usize = 10;

/// The most events that are stored with one call, so that dispatch has batches of some events.
const STORED_AT_ONCE: usize = 10;

/// The least time for a page: what is left when the vendor has to have told everything is for storing it.
const PAGE_TIME: Duration = Duration::from_secs(30);
pub(super) const STORE_TIME: Duration = Duration::from_secs(10);

/// The outside.
pub(super) trait Services {
    type Error;

    /// A page of what ended.
    async fn list(&self, window: Window, page: Option<&Page>, deadline: Instant) -> Result<Finished, Self::Error>;

    /// What became of a job.
    async fn job(&self, key: &NaturalKey, deadline: Instant) -> Result<Answer, Self::Error>;

    /// Those of these keys of the ledger whose events are published.
    async fn published(&self, keys: Vec<String>) -> Result<HashSet<String>, Self::Error>;

    /// Stores events in the intake.
    async fn store(&self, events: &[CloudEvent], timeout: Duration) -> Result<(), Self::Error>;

    /// How far the lists were read.
    async fn cursor(&self) -> Result<Option<Cursor>, Self::Error>;

    /// Keeps how far they are.
    async fn keep(&self, cursor: &Cursor) -> Result<(), Self::Error>;

    /// Whether the vendor refuses this one request, and would answer others.
    fn is_refusal(error: &Self::Error) -> bool;
}

/// A run over the lists of a product.
pub(super) struct Search<'a, S> {
    pub(super) services: &'a S,
    pub(super) product: Product,
    /// Which events are looked for, and what is noted on them.
    pub(super) marks: &'a Marks,
    pub(super) grace: Duration,
    pub(super) longest_job: Duration,
    /// The function's name.
    pub(super) function: &'a str,
}

/// What a run found.
#[derive(Debug, Serialize)]
pub(super) struct Report<E> {
    pub(super) product: &'static str,
    /// Jobs that ended, as often as the lists have them.
    pub(super) listed: usize,
    /// Those of them of which an event was published.
    pub(super) known: usize,
    /// Those for which no callback was due, as far as the vendor and the configuration say.
    pub(super) not_due: usize,
    /// Those whose details the vendor does not have, or not yet.
    pub(super) untold: usize,
    /// Those that are asked about again, since the vendor refused.
    pub(super) open: usize,
    /// Events that were stored: of callbacks that did not come.
    pub(super) stored: usize,
    /// Whether everything was looked at that there was.
    pub(super) is_done: bool,
    /// Whether a list was left that has no end.
    pub(super) is_endless: bool,
    #[serde(skip)]
    pub(super) error: Option<E>,
}

/// What a vendor tells of a job that is missing.
enum Told<E> {
    Ended(Ended, Option<Timestamp>, bool),
    Nothing,
    Refused(E),
    Failed(E),
}

impl<E> Report<E> {
    fn new(product: Product) -> Self {
        Self {
            product: product.slug(),
            listed: 0,
            known: 0,
            not_due: 0,
            untold: 0,
            open: 0,
            stored: 0,
            is_done: false,
            is_endless: false,
            error: None,
        }
    }

    /// Whether something has to be looked after.
    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some() || self.is_endless
    }
}

impl<S: Services> Search<'_, S> {
    /// Reads the lists until there is nothing more, or too little time. Where it ends, the next run goes on.
    pub(super) async fn run(&self, now: Timestamp, deadline: Instant) -> Report<S::Error> {
        let mut report = Report::new(self.product);
        if let Err(error) = self.read(now, deadline, &mut report).await {
            report.error = Some(error);
        }
        report
    }

    async fn read(&self, now: Timestamp, deadline: Instant, report: &mut Report<S::Error>) -> Result<(), S::Error> {
        let kept = self.services.cursor().await?.filter(|cursor| cursor.is_of(self.function));
        let mut cursor = kept.unwrap_or_else(|| Cursor::new(self.function, now));
        if cursor.choose(self.marks.reconciled.of(self.product), now) {
            self.services.keep(&cursor).await?;
        }
        let mut is_resumed = true;
        while let Some((window, page)) = cursor.window(self.grace, self.longest_job, now) {
            if deadline.saturating_duration_since(Instant::now()) < PAGE_TIME {
                return Ok(());
            }
            let until = deadline.checked_sub(STORE_TIME).unwrap_or(deadline);
            let finished = match self.services.list(window, page.as_ref(), until).await {
                // A page that an earlier run has left for this one.
                Err(error) if is_resumed && page.is_some() && S::is_refusal(&error) => {
                    cursor.start_again();
                    is_resumed = false;
                    continue;
                }
                finished => finished?,
            };
            is_resumed = false;
            let is_settled = self.settle(finished.jobs, &cursor, window, until, deadline, report).await?;
            let progress = cursor.read(finished.next, is_settled);
            self.services.keep(&cursor).await?;
            match progress {
                Progress::More | Progress::Done => {}
                Progress::Open => return Ok(()),
                Progress::Endless => {
                    report.is_endless = true;
                    return Ok(());
                }
            }
        }
        report.is_done = true;
        Ok(())
    }

    /// Stores the events of those jobs that are missing. Gives whether there is none that has to be asked about again.
    async fn settle(
        &self,
        jobs: Vec<Listed>,
        cursor: &Cursor,
        window: Window,
        until: Instant,
        deadline: Instant,
        report: &mut Report<S::Error>,
    ) -> Result<bool, S::Error> {
        let mut seen = HashSet::new();
        let is_looked_for = |job: &Listed| {
            listed_ends(self.product).contains(&job.key.end()) && self.marks.reconciled.may_look_for(&job.key)
        };
        let jobs = jobs.into_iter().filter(|job| is_looked_for(job) && seen.insert(job.key.to_string()));
        let jobs: Vec<Listed> = jobs.collect();
        report.listed += jobs.len();
        let published = self.services.published(jobs.iter().flat_map(names).collect()).await?;
        let (known, missing): (Vec<Listed>, Vec<Listed>) =
            jobs.into_iter().partition(|job| names(job).iter().any(|name| published.contains(name)));
        report.known += known.len();

        let told: Vec<_> = stream::iter(missing).map(|job| self.told(job, until)).buffered(AT_ONCE).collect().await;
        let (mut events, mut failure, mut is_settled) = (Vec::new(), None, true);
        for told in told {
            match told {
                Told::Ended(ended, ended_at, is_asked) => {
                    let found = due(ended, ended_at, cursor, window, report);
                    events.extend(found.into_iter().map(|event| (event, is_asked)));
                }
                Told::Nothing => report.untold += 1,
                Told::Refused(error) => {
                    report.open += 1;
                    is_settled = false;
                    report.error.get_or_insert(error);
                }
                Told::Failed(error) => failure = failure.or(Some(error)),
            }
        }
        let mut events = self.unpublished(events, report).await?;
        self.marks.mark(&mut events);
        for events in events.chunks(STORED_AT_ONCE) {
            let timeout = deadline.saturating_duration_since(Instant::now()).min(STORE_TIME);
            self.services.store(events, timeout).await?;
            report.stored += events.len();
        }
        failure.map_or(Ok(is_settled), Err)
    }

    /// What a job came to: as the list says, else as the vendor says who is asked.
    async fn told(&self, job: Listed, until: Instant) -> Told<S::Error> {
        if let Some(ended) = job.ended {
            return Told::Ended(ended, job.ended_at, false);
        }
        match self.services.job(&job.key, until).await {
            Ok(Answer::Ended(ended)) => Told::Ended(ended, job.ended_at, true),
            Ok(Answer::Running | Answer::Unknown) => Told::Nothing,
            Err(error) if S::is_refusal(&error) => Told::Refused(error),
            Err(error) => Told::Failed(error),
        }
    }

    /// The events without those that were published before they were known by the end of their job: of most jobs the vendor's
    /// answer has the callback's id. Where only the list was read, that is known by now.
    async fn unpublished(
        &self,
        events: Vec<(CloudEvent, bool)>,
        report: &mut Report<S::Error>,
    ) -> Result<Vec<CloudEvent>, S::Error> {
        let asked: Vec<String> = events.iter().filter(|(_, is_asked)| *is_asked).map(|(event, _)| id(event)).collect();
        let published = if asked.is_empty() { HashSet::new() } else { self.services.published(asked).await? };
        let (published, missing): (Vec<_>, Vec<_>) =
            events.into_iter().map(|(event, _)| event).partition(|event| published.contains(&id(event)));
        report.known += published.len();
        Ok(missing)
    }
}

/// The events for which a callback was due.
fn due<E>(
    ended: Ended,
    ended_at: Option<Timestamp>,
    cursor: &Cursor,
    window: Window,
    report: &mut Report<E>,
) -> Vec<CloudEvent> {
    let mut events = ended.events;
    events.retain(|event| cursor.looked_for(ended_at, event) && job_end(event).is_some());
    if ended.is_due == Some(false) || events.is_empty() {
        report.not_due += 1;
        return Vec::new();
    }
    events.retain(|event| window.includes(ended_at, event));
    events
}

/// The names that the ledger may have for the events of a job.
fn names(job: &Listed) -> Vec<String> {
    match &job.ended {
        Some(ended) => ended.events.iter().flat_map(|event| job_end(event).into_iter().chain([id(event)])).collect(),
        // How it ended is not known yet.
        None => job_ends(&job.key),
    }
}

fn id(event: &CloudEvent) -> String {
    event_key(event.source, &event.id)
}

#[cfg(test)]
mod tests;
