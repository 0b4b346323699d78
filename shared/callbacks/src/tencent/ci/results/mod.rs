//! What came of a job, for each tag that has a result besides its files.
//!
//! A field that says what was found stays in the vendor's event: it is `Unused`.

pub(super) mod analysis;
pub(super) mod document;
pub(super) mod picture;
pub(super) mod speech;
pub(super) mod video;

use serde::de::MapAccess;

use super::failure;
use crate::event::{Failure, Outcome};
use crate::status;
use crate::wire::{Head, Text};

/// What a result may say of itself beside what came of the job.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "PascalCase"))]
pub(super) struct ResultHead {
    /// `Success` or `Failed`.
    state: Text,
    /// Error code, or `Success`.
    code: Text,
    /// Error message.
    message: Text,
}

impl Head for ResultHead {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error> {
        match key {
            "State" => self.state = object.next_value()?,
            "Code" => self.code = object.next_value()?,
            "Message" => self.message = object.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The parts of a job whose outcome its state does not include: pages, files, a watermark.
#[derive(Debug, Default)]
pub(super) struct Parts {
    outcomes: Vec<Outcome>,
    /// Why the first one that failed did, where that is told.
    error: Failure,
}

impl Parts {
    /// Adds a part with this state or, where there is none, this error code.
    pub(super) fn add(&mut self, state: &Text, code: &Text, message: &Text) {
        let error = failure(code.clone(), message.clone());
        let outcome = match state.as_deref() {
            Some(word) => status::outcome(word),
            None if error.code.is_some() => Outcome::Failed,
            None => Outcome::Succeeded,
        };
        if outcome == Outcome::Failed && self.error == Failure::default() {
            self.error = error;
        }
        self.outcomes.push(outcome);
    }

    /// Adds a result that failed; one that did not says nothing of its parts.
    pub(super) fn add_result(&mut self, result: &ResultHead) {
        let error = failure(result.code.clone(), result.message.clone());
        let has_failed = match result.state.as_deref() {
            Some(word) => status::outcome(word) == Outcome::Failed,
            None => error.code.is_some(),
        };
        if has_failed {
            self.add(&result.state, &result.code, &result.message);
        }
    }

    /// Adds the file that was made although another part failed.
    pub(super) fn add_made(&mut self) {
        self.outcomes.push(Outcome::Succeeded);
    }

    /// Adds this many parts that succeeded, and this many that failed.
    pub(super) fn add_counts(&mut self, succeeded: Option<u64>, failed: Option<u64>) {
        if failed.is_some_and(|failed| failed > 0) {
            self.outcomes.push(Outcome::Failed);
            if succeeded != Some(0) {
                self.outcomes.push(Outcome::Succeeded);
            }
        }
    }

    /// How a job with these parts ended whose state says `whole`, and why one failed. A job did not succeed over a part that
    /// failed.
    pub(super) fn outcome(self, whole: Outcome) -> (Outcome, Failure) {
        let decides = whole == Outcome::Succeeded && self.outcomes.contains(&Outcome::Failed);
        (if decides { Outcome::of_parts(whole, self.outcomes) } else { whole }, self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    #[test]
    fn a_job_does_not_succeed_over_a_part_that_failed() {
        for (whole, parts, expected) in [
            (Outcome::Succeeded, &[("Success", ""), ("Failed", "E")][..], (Outcome::Partial, Some("E"))),
            (Outcome::Succeeded, &[("", "E")], (Outcome::Failed, Some("E"))),
            (Outcome::Succeeded, &[("", "0"), ("", "Success"), ("", "")], (Outcome::Succeeded, None)),
            (Outcome::Succeeded, &[("Running", "")], (Outcome::Succeeded, None)),
            (Outcome::Failed, &[("Success", "")], (Outcome::Failed, None)),
            (Outcome::Succeeded, &[], (Outcome::Succeeded, None)),
        ] {
            let mut all = Parts::default();
            for (state, code) in parts {
                all.add(&text(state), &text(code), &text(""));
            }
            let (outcome, error) = all.outcome(whole);
            assert_eq!((outcome, error.code.as_deref()), expected, "{whole} {parts:?}");
        }
    }
}
