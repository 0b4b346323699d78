//! How things are put into words, without secrets.

use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
const HIDDEN: &str = "••••";

/// Characters of a text that is shown, at most.
const LONGEST: usize = 200;

/// A secret that is shorter is in too many texts by chance.
const SHORTEST: usize = 4;

/// A text from a request: on one line, without what a terminal would obey, and without secrets.
pub(super) fn plain<'s>(text: &str, secrets: impl Iterator<Item = &'s SecretString>) -> String {
    let mut text = text.to_owned();
    for secret in secrets.map(ExposeSecret::expose_secret).filter(|secret| secret.len() >= SHORTEST) {
        text = text.replace(secret, HIDDEN);
    }
    let mut shown: String =
        text.chars().take(LONGEST).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A URL with the names of its parameters and without their values, of which any may be a secret.
pub(super) fn url<'s>(url: &str, secrets: impl Iterator<Item = &'s SecretString>) -> String {
    let shown = match url.split_once('?') {
        None => url.to_owned(),
        Some((address, query)) => {
            let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
                Some((name, _)) => format!("{name}={HIDDEN}"),
                None if parameter.is_empty() => String::new(),
                None => HIDDEN.to_owned(),
            });
            format!("{address}?{}", parameters.collect::<Vec<_>>().join("&"))
        }
    };
    plain(&shown, secrets)
}

/// `1 key`, `2 keys`.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// `key 1`, `one of 2 keys`.
pub(super) fn one_of(count: usize, what: &str) -> String {
    if count == 1 { format!("{what} 1") } else { format!("one of {}", counted(count, what)) }
}

/// A number of seconds, in the largest unit that says it well.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..=599 => format!("{seconds} s"),
        600..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How far a time is from now.
pub(super) fn ago(time: u64, now: u64) -> String {
    let distance = span(time.abs_diff(now));
    if time > now { format!("{distance} ahead") } else { format!("{distance} ago") }
}
