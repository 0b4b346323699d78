//! What is asked for, and what is answered.

use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey, Outcome};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the vendor says of a job.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It has ended, well or badly.
    Ended(Ended),
    /// It has not ended. The API may be later than the callback: ask again.
    Running,
    /// The vendor knows of no such job, or no longer.
    Unknown,
}

/// A job that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The events that its callback would be. None where the job is of a type that has no callback.
    pub events: Vec<CloudEvent>,
    /// Whether a callback was due for it; `None` where the vendor does not say.
    pub is_due: Option<bool>,
}

/// When jobs ended that [`Lookup::finished`](crate::Lookup::finished) lists.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The first time.
    pub since: Timestamp,
    /// The time after the last.
    pub until: Timestamp,
    /// How long a job runs at most: where the vendor lists by creation time, jobs that began so long before are looked at.
    pub longest_job: Duration,
}

/// A page of jobs that ended.
#[derive(Debug)]
pub struct Finished {
    /// The jobs. One may be listed twice, on two pages.
    pub jobs: Vec<Listed>,
    /// The page that follows, if any.
    pub next: Option<Page>,
}

/// A job of a list.
#[derive(Debug)]
pub struct Listed {
    /// What it is known by.
    pub key: NaturalKey,
    /// When it ended, where the list says.
    pub ended_at: Option<Timestamp>,
    /// What the list tells of it, where that is all there is; otherwise ask for the job.
    pub ended: Option<Ended>,
}

/// Where in the lists a page is. It can be kept, and gone on from later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The number of the list.
    pub(crate) list: usize,
    /// The vendor's own mark.
    pub(crate) token: Option<String>,
    /// The beginning of the window where it is a later one than was asked for: the vendor looks no further back, or gives no more of
    /// one search.
    pub(crate) since: Option<Timestamp>,
}

impl Window {
    /// Since when jobs were created that may have ended in it.
    pub(crate) fn created_since(self) -> Timestamp {
        let reach = SignedDuration::try_from(self.longest_job).unwrap_or(SignedDuration::MAX);
        self.since.saturating_sub(reach).unwrap_or_default()
    }

    /// Whether an event belongs to it, whose job ended at this time as the list says. Some lists do not say, and have the jobs of
    /// before and after, too: of those the event says when the job, or the last part of it, ended. One of which no time is known belongs
    /// to it.
    #[must_use]
    pub fn includes(self, ended_at: Option<Timestamp>, event: &CloudEvent) -> bool {
        self.has(ended_at.or_else(|| end_of(event)))
    }

    /// Whether a job that ended then belongs to it. One of which no time is known does.
    pub(crate) fn has(self, ended_at: Option<Timestamp>) -> bool {
        ended_at.is_none_or(|time| self.since <= time && time < self.until)
    }
}

impl Answer {
    /// What these events mean: that the job runs where one says so, else that it has ended.
    pub(crate) fn of(events: Vec<CloudEvent>) -> Self {
        let is_running = |event: &CloudEvent| event.r#type.outcome == Outcome::Running;
        if events.iter().any(is_running) { Self::Running } else { Self::Ended(Ended { events, is_due: None }) }
    }
}

impl Finished {
    /// A page of the list `page.list` of `lists`, and what follows: the vendor's next page, else the next list.
    pub(crate) fn new(jobs: Vec<Listed>, page: &Page, token: Option<String>, lists: usize) -> Self {
        let token = token.filter(|token| !token.is_empty());
        let next = match token {
            Some(token) => Some(Page { token: Some(token), ..page.clone() }),
            None if page.list + 1 < lists => Some(Page { list: page.list + 1, ..Page::default() }),
            None => None,
        };
        Self { jobs, next }
    }
}

/// When the job of an event ended, or the last part of it.
fn end_of(event: &CloudEvent) -> Option<Timestamp> {
    let data = event.data()?;
    let of_job = data.job.as_ref().and_then(|job| job.finished_at);
    of_job.or_else(|| data.steps.iter().filter_map(|step| step.finished_at).max())
}
