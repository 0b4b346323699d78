//! The vendors' words for how something ended.

use crate::event::{Outcome, Verdict};

/// The words that are known. A word that is in none of the lists is `Unknown`, never a success.
const WORDS: &[(Outcome, &[&str])] = &[
    (Outcome::Succeeded, &["success", "succeed", "finished", "finish", "complete", "analyzesuccess"]),
    (Outcome::Failed, &["fail", "failed", "error", "analyzefailed"]),
    (Outcome::Canceled, &["cancel", "canceled", "cancelled", "skip", "skipped", "deleted"]),
    (
        Outcome::Running,
        &[
            "processing",
            "running",
            "submitted",
            "pause",
            "auditing",
            "snapshoting",
            "init",
            "inited",
            "created",
            "waiting",
            "queuing",
            "working",
            "executing",
            "analyzing",
            "analysing",
            "scheduled",
            "idle",
            "record_started",
            "record_paused",
            "record_resumed",
        ],
    ),
];

/// The outcome that a vendor's status word stands for, whatever its letter case.
pub(crate) fn outcome(word: &str) -> Outcome {
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .map_or(Outcome::Unknown, |(outcome, _)| *outcome)
}

/// The outcome where the vendor may give a status word, an error code, or both. The word counts; without one, a code of 0
/// means success and any other code a failure.
pub(crate) fn outcome_or_code(word: Option<&str>, code: Option<i64>) -> Outcome {
    match (word, code) {
        (Some(word), _) => outcome(word),
        (None, Some(0)) => Outcome::Succeeded,
        (None, Some(_)) => Outcome::Failed,
        (None, None) => Outcome::Unknown,
    }
}

/// Whether an error code, a number or a word, says that there was no error.
pub(crate) fn is_success_code(code: &str) -> bool {
    code == "0" || outcome(code) == Outcome::Succeeded
}

/// What the word of a suggestion advises, whatever its letter case; `None` for any other word.
pub(crate) fn verdict(word: &str) -> Option<Verdict> {
    match word.to_ascii_lowercase().as_str() {
        "pass" => Some(Verdict::Pass),
        "review" => Some(Verdict::Review),
        "block" => Some(Verdict::Block),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_letter_case_are_known() {
        for (word, expected) in [
            ("Success", Outcome::Succeeded),
            ("succeed", Outcome::Succeeded),
            ("FINISH", Outcome::Succeeded),
            ("AnalyzeSuccess", Outcome::Succeeded),
            ("Fail", Outcome::Failed),
            ("AnalyzeFailed", Outcome::Failed),
            ("Cancelled", Outcome::Canceled),
            ("Skip", Outcome::Canceled),
            ("WAITING", Outcome::Running),
            ("Analysing", Outcome::Running),
            ("PROCESSING", Outcome::Running),
            ("record_paused", Outcome::Running),
            ("WAITING", Outcome::Running),
            ("Inited", Outcome::Running),
            ("Created", Outcome::Running),
            ("Executing", Outcome::Running),
            ("Analyzing", Outcome::Running),
            ("Analysing", Outcome::Running),
            ("Skip", Outcome::Canceled),
        ] {
            assert_eq!(outcome(word), expected, "{word}");
        }
    }

    #[test]
    fn other_words_are_never_a_success() {
        for word in ["", "successful", "succeeded?", "ok", "done", " success", "Normal"] {
            assert_eq!(outcome(word), Outcome::Unknown, "{word:?}");
        }
    }

    #[test]
    fn a_code_counts_only_where_there_is_no_word() {
        assert_eq!(outcome_or_code(None, Some(0)), Outcome::Succeeded);
        assert_eq!(outcome_or_code(None, Some(-7)), Outcome::Failed);
        assert_eq!(outcome_or_code(Some("FAIL"), Some(0)), Outcome::Failed);
        assert_eq!(outcome_or_code(Some("odd"), Some(0)), Outcome::Unknown);
        assert_eq!(outcome_or_code(None, None), Outcome::Unknown);
    }
}
