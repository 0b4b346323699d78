//! What happens in a schedule, in words.

use super::parts::Request;
use super::step::{Outcome, Step};
use super::table::{Item, read};
use super::world::World;

impl World {
    pub(super) fn tells(&mut self, text: impl FnOnce(&Self) -> String) {
        if self.story.is_some() {
            let line = format!("{:>9.1} s  {}", self.now().as_secs_f64(), text(self));
            self.story.get_or_insert_default().push(line);
        }
    }

    /// A step in words.
    pub(super) fn tell(&self, step: Step) -> String {
        let run = |run: usize| format!("run {}", run + 1);
        match step {
            Step::Answer { call, outcome } => {
                let call = &self.calls[call];
                let what = Self::describe(&call.request);
                let how = match outcome {
                    Outcome::Fine => "is answered".to_owned(),
                    Outcome::Refused => "is refused".to_owned(),
                    Outcome::Throttled => "is throttled".to_owned(),
                    Outcome::LostBefore => "is lost, and has had no effect".to_owned(),
                    Outcome::LostAfter => "takes effect, and its answer is lost".to_owned(),
                    Outcome::Late => "gets no answer, and is still on its way".to_owned(),
                    Outcome::Repeated => "takes effect twice, since the SDK sends it again, and is answered".to_owned(),
                    Outcome::RepeatedLate => {
                        "is answered when the SDK sends it again; the first is on its way".to_owned()
                    }
                    Outcome::ThenThrottled => "takes effect; the SDK sends it again, and is throttled".to_owned(),
                    Outcome::Entry(entry) => format!("is answered: entry {entry} is refused"),
                };
                format!("{} {what}, which {how}", run(call.run))
            }
            Step::Report { run: number } => {
                format!("{} tells the queue that messages {:?} have failed", run(number), self.runs[number].failed)
            }
            Step::Wake { run: number } => format!("{} waits before it tries again", run(number)),
            Step::Start { message, clock, used } => {
                let messages = message.map_or_else(|| self.visible(), |message| vec![message]);
                format!(
                    "{} is given messages {messages:?}; its clock is {clock} s ahead, used of its time: {used:?}",
                    run(self.runs.len())
                )
            }
            Step::Arrive { late } => {
                let (number, request) = &self.late[late];
                format!("what was on its way arrives: {} {}", run(*number), Self::describe(request))
            }
            Step::Wait => "time passes".to_owned(),
            Step::Expire { event } => format!("the table removes what it knows of event {event}"),
            Step::Kill { run: number } => format!("{} is killed", run(number)),
            Step::VendorAgain => "the vendor sends the first callback again".to_owned(),
            Step::QueueAgain { message } => format!("the queue gives message {message} again"),
            Step::Months => "45 days pass".to_owned(),
            Step::Redrive => "the dead letters go back to the queue".to_owned(),
            Step::End => "nothing more happens".to_owned(),
        }
    }

    pub(super) fn describe(request: &Request) -> String {
        let of = |input: &Item| format!("{:?}", input.get("id"));
        match request {
            Request::Claim(input) => format!("claims {}", of(&read(input.item()))),
            Request::Complete(input) => format!("completes {}", of(&read(input.key()))),
            Request::Release(input) => format!("releases {}", of(&read(input.key()))),
            Request::Put(ids) => format!("publishes {ids:?}"),
        }
    }
}
