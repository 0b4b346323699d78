//! How long an event waits for an answer that settles it. No I/O.

use std::time::Duration;

use callbacks::Confirmation;

/// The pause before the vendor is asked again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The shortest pause: a queue counts whole seconds.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// How long a vendor's API may not know a job whose callback has come. No vendor documents it.
const UNKNOWN_FOR: Duration = Duration::from_mins(2);

/// How long it has to be unknown at least before that says anything. With a shorter bound it is unverifiable.
const UNKNOWN_AT_LEAST: Duration = Duration::from_secs(30);

/// The longest that one question may take, within the bound.
pub(super) const LONGEST_QUESTION: Duration = Duration::from_secs(5);

/// What is kept free before the bound, to store the events.
const STORING: Duration = Duration::from_secs(2);

/// Why an answer does not settle an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// The vendor says that the job still runs.
    Running,
    /// The vendor knows no such job, which it would know if there was one.
    Unknown,
    /// There is no answer.
    Unanswered,
}

/// What to do with an event that is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask again after this.
    AskAgain(Duration),
    /// Settle it, since its time is over.
    Settle(Confirmation),
}

/// How long events wait for an answer at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// From when the event was stored.
    pub(super) within: Duration,
}

impl Patience {
    /// The time for a question about an event of this age. There is none left where the bound has come close: then the vendor is not
    /// asked.
    pub(super) fn time_to_ask(self, age: Duration) -> Option<Duration> {
        let left = self.end_of_questions().checked_sub(age).filter(|left| !left.is_zero());
        left.map(|left| left.min(LONGEST_QUESTION))
    }

    /// The age at which no question is open any more, so that the events are stored within the bound.
    fn end_of_questions(self) -> Duration {
        self.within.saturating_sub(STORING.min(self.within / 4))
    }

    /// What to do with an event of this age that was received so many times, this one included.
    ///
    /// A pause ends early enough for a last question before the bound, though the function is busy with another question then.
    pub(super) fn next(self, open: Open, age: Duration, receives: u32) -> Next {
        let last = self.end_of_questions().saturating_sub((2 * LONGEST_QUESTION).min(self.within / 2));
        let (last, settled) = match open {
            Open::Running | Open::Unanswered => (last, Confirmation::Unverifiable),
            Open::Unknown if last < UNKNOWN_AT_LEAST => (last, Confirmation::Unverifiable),
            Open::Unknown => (last.min(UNKNOWN_FOR), Confirmation::Contradicted),
        };
        let left = last.saturating_sub(age);
        if left < SHORTEST_PAUSE {
            return Next::Settle(settled);
        }
        Next::AskAgain(pause(receives).min(left))
    }
}

/// The pause after so many receives of a message, this one included.
pub(super) fn pause(receives: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(receives.saturating_sub(1))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: [Open; 3] = [Open::Running, Open::Unknown, Open::Unanswered];

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        let pauses = [1, 2, 3, 7, 100].map(|receives| pause(receives).as_secs());
        assert_eq!(pauses, [5, 10, 20, 300, 300]);
    }

    #[test]
    fn what_is_unknown_is_contradicted_after_a_while_and_all_else_is_unverifiable_in_the_end() {
        let patience = Patience { within: seconds(600) };
        for (open, age, expected) in [
            (Open::Running, 0, Next::AskAgain(seconds(5))),
            (Open::Unknown, 0, Next::AskAgain(seconds(5))),
            (Open::Unknown, 118, Next::AskAgain(seconds(2))),
            (Open::Unknown, 120, Next::Settle(Confirmation::Contradicted)),
            (Open::Running, 120, Next::AskAgain(seconds(5))),
            (Open::Unanswered, 586, Next::AskAgain(seconds(2))),
            (Open::Unanswered, 588, Next::Settle(Confirmation::Unverifiable)),
            (Open::Running, 588, Next::Settle(Confirmation::Unverifiable)),
            (Open::Running, 100_000, Next::Settle(Confirmation::Unverifiable)),
        ] {
            assert_eq!(patience.next(open, seconds(age), 1), expected, "{open:?} after {age} s");
        }
    }

    #[test]
    fn a_short_bound_has_time_for_a_pause() {
        let patience = Patience { within: seconds(10) };
        assert_eq!(patience.next(Open::Running, seconds(0), 1), Next::AskAgain(seconds(3)));
        // The vendor may know it soon.
        assert_eq!(patience.next(Open::Unknown, seconds(3), 2), Next::Settle(Confirmation::Unverifiable));
        let longer = Patience { within: seconds(60) };
        assert_eq!(longer.next(Open::Unknown, seconds(48), 4), Next::Settle(Confirmation::Contradicted));
    }

    /// Whatever the vendor answers, and however long each question takes, an event is settled within its bound, after a number
    /// of receives that no queue counts as a dead letter.
    #[test]
    fn no_event_waits_longer_than_its_bound() {
        let mut random = fastrand::Rng::with_seed(1);
        for within in (1..=60).chain([119, 120, 121, 600, 3600, 43_200]).map(seconds) {
            for _ in 0..50 {
                let (patience, mut age, mut receives) = (Patience { within }, Duration::ZERO, 1);
                loop {
                    let Some(time) = patience.time_to_ask(age) else { panic!("{within:?}: not asked at {age:?}") };
                    age += time.mul_f64(random.f64());
                    let Next::AskAgain(pause) = patience.next(random.choice(OPEN).unwrap(), age, receives) else {
                        break;
                    };
                    assert!(pause >= SHORTEST_PAUSE);
                    // A queue counts whole seconds, and is not asked to hide a message for longer.
                    age += seconds(pause.as_secs());
                    receives += 1;
                }
                assert!(age <= patience.end_of_questions() && age < within, "{within:?}: {age:?}");
                assert!(receives < 1000, "{within:?}: {receives}");
            }
        }
    }

    #[test]
    fn what_has_waited_for_its_turn_too_long_is_not_asked_about() {
        let patience = Patience { within: seconds(60) };
        assert_eq!(patience.time_to_ask(seconds(0)), Some(LONGEST_QUESTION));
        assert_eq!(patience.time_to_ask(seconds(55)), Some(seconds(3)));
        assert_eq!(patience.time_to_ask(seconds(58)), None);
        assert_eq!(patience.time_to_ask(seconds(60)), None);
        assert_eq!(patience.time_to_ask(seconds(61)), None);
    }
}
