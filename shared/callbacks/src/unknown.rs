//! Parts of an event that stand where no struct looks.
//!
//! A vendor adds a list of sub-tasks, or an account gets a list that no document has. Such a list is no reason to call a
//! failure a success: whatever in it has a status, an error code or a suggestion counts.

use crate::event::{Failure, Kind, Outcome, Step, Verdict};
use crate::facts::Facts;
use crate::json::{Notes, Value};
use crate::status;

/// How many parts of unknown lists become steps. The others count for the outcome.
const MAX_STEPS: usize = 1_000;

/// Counts what was passed over while an event was read.
pub(crate) fn count(facts: &mut Facts, notes: &Notes<'_>) {
    let mut parts = Parts::default();
    for value in notes.unread() {
        parts.look_into(value, false);
    }
    // What already failed stays so, whatever else there is.
    if let (Outcome::Succeeded | Outcome::Unknown, Some(outcome)) = (facts.outcome, parts.outcome) {
        let known = facts.steps.iter().map(|step| step.outcome);
        facts.outcome = Outcome::of_parts(facts.outcome, known.chain([outcome]));
    }
    facts.steps.append(&mut parts.steps);
    if parts.verdict > facts.review.verdict {
        facts.review.verdict = parts.verdict;
    }
    // Whether a part that cannot be read failed is not known.
    if notes.is_damaged() && facts.outcome == Outcome::Succeeded {
        facts.outcome = Outcome::Unknown;
    }
}

/// The parts that were found.
#[derive(Default)]
struct Parts {
    steps: Vec<Step>,
    outcome: Option<Outcome>,
    verdict: Option<Verdict>,
}

/// What an object says about how something ended.
#[derive(Default)]
struct Signals<'d> {
    status: Option<&'d str>,
    code: Option<&'d str>,
    message: Option<&'d str>,
    verdict: Option<Verdict>,
    name: Option<&'d str>,
}

impl Parts {
    /// Looks for parts in a value, and in everything that is in it.
    fn look_into(&mut self, value: Value<'_>, is_item: bool) {
        value.look_into_embedded(|embedded| self.look_into(embedded, is_item));
        for item in value.items() {
            self.look_into(item, true);
        }
        if value.is_object() {
            self.object(&Signals::of(value), is_item);
            for (_, member) in value.members() {
                self.look_into(member, false);
            }
        }
    }

    /// Counts an object. One that is no item of a list may be a part or anything else that has a status: it counts only
    /// where it plainly failed.
    fn object(&mut self, signals: &Signals<'_>, is_item: bool) {
        self.verdict = self.verdict.max(signals.verdict);
        let Some(outcome) = signals.outcome() else { return };
        if !is_item && outcome != Outcome::Failed {
            return;
        }
        self.outcome = Some(self.outcome.map_or(outcome, |others| others.join(outcome)));
        if self.steps.len() < MAX_STEPS {
            let failure = Failure {
                code: signals.code.filter(|code| !status::is_success_code(code)).map(str::to_owned),
                message: signals.message.map(str::to_owned),
            };
            self.steps.push(Step {
                event: signals.name.map(str::to_owned),
                kind: Kind::Unknown,
                outcome,
                status: signals.status.map(str::to_owned),
                error: crate::facts::failure_of(outcome, failure),
                ..Step::default()
            });
        }
    }
}

impl<'d> Signals<'d> {
    fn of(object: Value<'d>) -> Self {
        let mut signals = Self::default();
        for (key, value) in object.entries() {
            let text = Some(value).filter(|value| !value.is_object() && !value.is_list()).map(Value::text);
            let text = text.filter(|text| !text.trim().is_empty() && *text != "null");
            let Some(text) = text else { continue };
            let key: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
            match key.as_str() {
                "status" | "state" => signals.status = signals.status.or(Some(text)),
                "errcode" | "errorcode" | "code" => signals.code = signals.code.or(Some(text)),
                "errcodeext" => signals.code = Some(text),
                "message" | "errmsg" | "errormessage" | "errmessage" => {
                    signals.message = signals.message.or(Some(text));
                }
                "suggestion" => signals.verdict = signals.verdict.max(status::verdict(text)),
                "type" | "tasktype" | "tag" | "event" | "eventtype" => signals.name = signals.name.or(Some(text)),
                _ => {}
            }
        }
        signals
    }

    /// How the part ended; `None` where it does not say.
    fn outcome(&self) -> Option<Outcome> {
        let failed = self.code.map(|code| !status::is_success_code(code));
        let by_code = failed.map(|failed| if failed { Outcome::Failed } else { Outcome::Succeeded });
        match (self.status.map(status::outcome), by_code) {
            (Some(Outcome::Unknown) | None, Some(by_code)) => Some(by_code),
            (Some(Outcome::Succeeded), Some(Outcome::Failed)) => Some(Outcome::Failed),
            (Some(by_word), _) => Some(by_word),
            (None, None) => self.verdict.map(|_| Outcome::Succeeded),
        }
    }
}
