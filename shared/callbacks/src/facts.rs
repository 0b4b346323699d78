//! What a vendor's module reads from one event, in our vocabulary, before it becomes a [`MediaEvent`].

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::Product;
use crate::event::{Failure, Job, Kind, Media, MediaEvent, Outcome, Output, Review, Step, Workflow, non_empty};

/// What a vendor module found out about one event. What it leaves at the default is absent from the event.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The vendor's name of the event.
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<String>,
    pub(crate) account: Option<String>,
    /// When it happened, as the vendor says.
    pub(crate) time: Option<Timestamp>,
    pub(crate) media: Media,
    pub(crate) job: Job,
    pub(crate) workflow: Workflow,
    pub(crate) steps: Vec<Step>,
    pub(crate) outputs: Vec<Output>,
    /// Ids of the jobs whose own callbacks follow.
    pub(crate) follow_ups: Vec<String>,
    pub(crate) review: Review,
    pub(crate) watermark: Option<String>,
    /// Counts only where something failed: vendors send a code, even an error's, along with success.
    pub(crate) error: Failure,
    pub(crate) user_data: Option<Box<RawValue>>,
}

impl Facts {
    pub(crate) fn into_event(self, product: Product, vendor: Box<RawValue>) -> MediaEvent {
        let mut event = MediaEvent::new(product);
        event.event = self.name;
        event.kind = self.kind;
        event.outcome = self.outcome;
        event.status = self.status;
        event.account = self.account;
        event.media = non_empty(self.media);
        event.job = non_empty(self.job);
        event.workflow = non_empty(self.workflow);
        event.steps = self.steps;
        event.outputs = self.outputs;
        event.follow_ups = self.follow_ups;
        event.review = non_empty(self.review);
        event.watermark = self.watermark;
        event.error = failure_of(self.outcome, self.error);
        event.user_data = self.user_data;
        event.vendor = Some(vendor);
        event
    }
}

/// The error of something with this outcome: none where nothing failed, whatever the vendor sent along.
pub(crate) fn failure_of(outcome: Outcome, error: Failure) -> Option<Failure> {
    match outcome {
        Outcome::Succeeded | Outcome::Running => None,
        Outcome::Failed | Outcome::Partial | Outcome::Canceled | Outcome::Unknown => non_empty(error),
    }
}

/// The files of something with this outcome: none where none were made, whatever the vendor said would be.
pub(crate) fn made(outcome: Outcome, outputs: impl IntoIterator<Item = Output>) -> Vec<Output> {
    match outcome {
        Outcome::Succeeded | Outcome::Partial => outputs.into_iter().collect(),
        Outcome::Failed | Outcome::Canceled | Outcome::Running | Outcome::Unknown => Vec::new(),
    }
}
