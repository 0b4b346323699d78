//! The language of the search field: words, and `name:value`, each negated by a minus before it.

use callbacks::CloudEvent;
use jiff::Timestamp;

use crate::entry::Entry;
use crate::summary;

/// What is searched for: all of it has to be there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<Term>);

#[derive(Debug, Clone)]
struct Term {
    is_negated: bool,
    name: Option<String>,
    value: String,
}

const NAMES: [&str; 15] = [
    "type", "product", "kind", "outcome", "status", "media", "job", "id", "vendor", "consumer", "before", "after",
    "group", "via", "is",
];

impl Query {
    /// Parses a query. Everything is one: what is no `name:value` is a word.
    pub(crate) fn parse(text: &str) -> Self {
        let term = |word: &str| {
            let (is_negated, word) = match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                Some(rest) => (true, rest),
                None => (false, word),
            };
            let named = word.split_once(':').filter(|(name, value)| NAMES.contains(name) && !value.is_empty());
            match named {
                Some((name, value)) => Term { is_negated, name: Some(name.to_owned()), value: value.to_lowercase() },
                None => Term { is_negated, name: None, value: word.to_lowercase() },
            }
        };
        Self(text.split_whitespace().map(term).collect())
    }

    /// Parses a query that nobody sees the result of at once: a misspelt name is an error.
    pub(crate) fn strict(text: &str) -> Result<Self, String> {
        let query = Self::parse(text);
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        let misspelt = query.0.iter().filter(|term| term.name.is_none()).find_map(|term| {
            let (name, value) = term.value.split_once(':')?;
            (is_name(name) && !value.starts_with("//")).then_some(name)
        });
        match misspelt {
            None => Ok(query),
            Some(name) => {
                Err(format!("`{name}:` is nothing that can be matched: expected one of {}", NAMES.join(", ")))
            }
        }
    }

    /// Whether a callback has all of it.
    pub(crate) fn matches(&self, entry: &Entry) -> bool {
        self.matches_events(entry, &entry.events)
    }

    /// Whether a callback has all of it, of whose events only these are looked at.
    pub(crate) fn matches_events(&self, entry: &Entry, events: &[CloudEvent]) -> bool {
        self.0.iter().all(|term| term.matches(entry, events) != term.is_negated)
    }
}

impl Term {
    fn matches(&self, entry: &Entry, events: &[CloudEvent]) -> bool {
        let value = self.value.as_str();
        let any = |test: &dyn Fn(&CloudEvent) -> bool| events.iter().any(test);
        match self.name.as_deref() {
            None => word(entry, events, value),
            Some("type") => any(&|event| glob(value, &event.r#type.to_string())),
            Some("product") => glob(value, entry.product.slug()),
            Some("kind") => any(&|event| glob(value, &event.r#type.kind.to_string())),
            Some("outcome") => any(&|event| glob(value, &event.r#type.outcome.to_string())),
            Some("status") => number(value, Some(entry.response.status)),
            Some("media") => any(&|event| crate::media::keys(event).iter().any(|key| glob(value, key))),
            Some("job") => any(&|event| {
                let job = event.data().and_then(|data| data.job.as_ref());
                job.is_some_and(|job| [&job.id, &job.parent_id].into_iter().flatten().any(|id| glob(value, id)))
            }),
            Some("id") => any(&|event| glob(value, &event.id)),
            Some("vendor") => any(&|event| event.vendorevent.as_deref().is_some_and(|name| glob(value, name))),
            Some("consumer") => match value {
                "waiting" => entry.waiting > 0,
                "none" => entry.deliveries.is_empty() && entry.waiting == 0,
                "failed" => entry.deliveries.iter().any(crate::entry::Delivery::has_failed),
                _ => number(value, entry.deliveries.last().and_then(|delivery| delivery.status)),
            },
            Some("before") => time(value).is_some_and(|time| entry.received < time),
            Some("after") => time(value).is_some_and(|time| entry.received > time),
            Some("is") => match value {
                "accepted" => entry.is_accepted(),
                "changed" => entry.before.is_some(),
                "refused" => !entry.is_accepted(),
                _ => false,
            },
            Some("group") => summary::groups(entry).iter().any(|(name, is_in)| *name == value && *is_in),
            Some("via") => format!("{:?}", entry.via).eq_ignore_ascii_case(value),
            Some(_) => false,
        }
    }
}

/// Whether a word is in the body, in a header of the event, or in what the product is called.
fn word(entry: &Entry, events: &[CloudEvent], word: &str) -> bool {
    let contains = |text: &str| text.to_lowercase().contains(word);
    let body = || contains(&String::from_utf8_lossy(&entry.body));
    let event = |event: &CloudEvent| {
        contains(&event.r#type.to_string())
            || contains(&event.id)
            || event.subject.as_deref().is_some_and(contains)
            || event.vendorevent.as_deref().is_some_and(contains)
    };
    contains(entry.product.slug())
        || events.iter().any(event)
        || summary::title(entry).is_some_and(|title| contains(&title))
        || body()
}

/// Whether a text is as a pattern says in which `*` stands for anything. Letters of either case are alike.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// Whether a status is as a pattern says: `401`, `2xx`, `>=500`.
fn number(pattern: &str, status: Option<u16>) -> bool {
    let Some(status) = status else { return false };
    let compared = |text: &str, test: fn(u16, u16) -> bool| text.parse().is_ok_and(|bound| test(status, bound));
    if let Some(bound) = pattern.strip_prefix(">=") {
        compared(bound, |status, bound| status >= bound)
    } else if let Some(bound) = pattern.strip_prefix("<=") {
        compared(bound, |status, bound| status <= bound)
    } else if let Some(bound) = pattern.strip_prefix('>') {
        compared(bound, |status, bound| status > bound)
    } else if let Some(bound) = pattern.strip_prefix('<') {
        compared(bound, |status, bound| status < bound)
    } else if let Some(hundred) = pattern.strip_suffix("xx") {
        hundred.parse() == Ok(status / 100)
    } else {
        pattern.parse() == Ok(status)
    }
}

/// A time, or a time of today: `14:32` is not one, `2026-11-26T14:32:00Z` is.
fn time(text: &str) -> Option<Timestamp> {
    text.to_uppercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, matches) in [
            ("media.*.failed", "media.transcode.failed", true),
            ("media.*.failed", "media.transcode.succeeded", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "aXbYc", true),
            ("abc", "ABC", true),
            ("abc", "abcd", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_status_is_compared() {
        for (pattern, status, matches) in [
            ("401", Some(401), true),
            ("2xx", Some(204), true),
            ("2xx", Some(401), false),
            (">=500", Some(503), true),
            (">=500", Some(499), false),
            ("<300", Some(204), true),
            ("x", Some(204), false),
            ("2xx", None, false),
        ] {
            assert_eq!(number(pattern, status), matches, "{pattern} {status:?}");
        }
    }

    #[test]
    fn a_misspelt_name_is_told() {
        for (text, is_right) in [
            ("type:media.*.failed -product:aliyun-ims word", true),
            ("https://example.com/a:b", true),
            ("type:", false),
            ("typ:media.*", false),
            ("media.*.failed", true),
        ] {
            assert_eq!(Query::strict(text).is_ok(), is_right, "{text}");
        }
    }
}
