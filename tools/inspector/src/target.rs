//! The user's consumer, and what waits for it.

use std::str::FromStr;

use callbacks::CloudEvent;
use jiff::Timestamp;
use reqwest::Url;
use serde::Serialize;

use crate::entry::Delivery;
use crate::error::StartError;
use crate::search::Query;

/// How many events may wait for the consumer.
pub(crate) const QUEUE: usize = 1_000;

/// In which form the consumer gets an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As EventBridge hands it to a target.
    #[default]
    EventBridge,
    /// As a `CloudEvent` in structured mode.
    CloudEvents,
}

/// The text is not the name of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `eventbridge` or `cloudevents`")]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "eventbridge" => Ok(Self::EventBridge),
            "cloudevents" => Ok(Self::CloudEvents),
            _ => Err(UnknownForm),
        }
    }
}

/// The user's consumer.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) form: Form,
    /// Which events it gets, as a search.
    pub(crate) r#match: String,
    pub(crate) query: Query,
}

impl Target {
    pub(crate) fn new(url: &str, form: Form, r#match: String) -> Result<Self, StartError> {
        let url = Url::parse(url).map_err(|_| StartError::Consumer)?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(StartError::Consumer);
        }
        let query = Query::strict(&r#match).map_err(StartError::Match)?;
        Ok(Self { url, form, r#match, query })
    }
}

/// An event on its way to the consumer.
pub(crate) struct Handed {
    pub(crate) seq: u64,
    pub(crate) event: CloudEvent,
}

/// What is noted of an event that found the consumer's queue full.
pub(crate) fn full(event: String) -> Delivery {
    Delivery {
        at: Timestamp::now(),
        event,
        to: String::new(),
        status: None,
        error: Some(format!("not handed on: {QUEUE} events wait already")),
        millis: 0.0,
        body: String::new(),
    }
}
