//! A change of a vendor's setting.

use sender::token::without_values;

/// What one setting is, and what it is to be. It may have a secret in it, so that it cannot be printed but by what is shown.
pub(super) struct Change {
    /// The vendor's name of the setting.
    pub(super) name: &'static str,
    to: String,
    /// Both as they are shown: without secrets.
    shown: [String; 2],
    is_change: bool,
}

impl Change {
    /// Of a setting that is no secret.
    pub(super) fn shown(name: &'static str, from: &str, to: &str) -> Self {
        Self { name, to: to.to_owned(), shown: [or_none(from), or_none(to)], is_change: from != to }
    }

    /// Of a URL, whose token is not shown.
    pub(super) fn url(name: &'static str, from: &str, to: &str) -> Self {
        let shown = [or_none(&without_values(from)), or_none(&without_values(to))];
        Self { name, to: to.to_owned(), shown, is_change: from != to }
    }

    /// Of a key. `from` says what is known of the one that is there.
    pub(super) fn hidden(name: &'static str, from: &str, to: &str) -> Self {
        let shown = [from.to_owned(), "the newest key in the secret".to_owned()];
        Self { name, to: to.to_owned(), shown, is_change: true }
    }

    /// Of a key that stays as it is.
    pub(super) fn kept(name: &'static str, value: &str) -> Self {
        Self { name, to: value.to_owned(), shown: [String::new(), String::new()], is_change: false }
    }

    /// Whether anything changes.
    pub(super) fn is_change(&self) -> bool {
        self.is_change
    }

    /// The value to set.
    pub(super) fn value(&self) -> &str {
        &self.to
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [from, to] = &self.shown;
        write!(formatter, "{}: {from} -> {to}", self.name)
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text.to_owned() }
}
