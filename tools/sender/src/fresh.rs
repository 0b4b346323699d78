//! Gives a callback the ids and times of now, so that it is another event than the one that it is made from.
//!
//! What is an id and what a time, the parser says: the values that it finds are replaced wherever they stand as a whole, also in JSON in
//! a string, and everything else stays byte for byte.

use std::collections::BTreeMap;

use callbacks::{MediaEvent, Output, Product, decode};
use fastrand::Rng;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// An id with fewer digits would hardly be another one.
const DIGITS: usize = 4;

/// The form of a time in a text: digits for `0`, `T` or a space for ` `.
const FORM: &[u8; 19] = b"0000-00-00 00:00:00";

/// There is neither an id nor a time in the callback that could be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the callback has neither an id nor a time that could be replaced: it would be the same event")]
pub struct NothingToRefresh;

/// The callback with other ids, and with its times moved so that its last event is now.
///
/// # Errors
/// [`NothingToRefresh`] where its events would be the same.
pub fn fresh(product: Product, body: &[u8], now: Timestamp, random: &mut Rng) -> Result<Vec<u8>, NothingToRefresh> {
    let events = decode(product, body, Timestamp::UNIX_EPOCH);
    let mut found = Found::default();
    for event in &events {
        found.time(Some(event.time));
        if let Some(data) = event.data() {
            found.event(data);
        }
    }
    let replacements = found.replacements(now, random);
    let refreshed = replaced(body, &replacements.texts);
    let refreshed = moved(&refreshed, replacements.by);
    let same = |one: &[u8]| {
        decode(product, one, Timestamp::UNIX_EPOCH).iter().map(|event| event.id.clone()).collect::<Vec<_>>()
    };
    if same(&refreshed) == same(body) { Err(NothingToRefresh) } else { Ok(refreshed) }
}

/// The ids and times of a callback.
#[derive(Default)]
struct Found<'e> {
    ids: Vec<&'e str>,
    times: Vec<Timestamp>,
}

/// What takes the place of what.
struct Replacements {
    texts: BTreeMap<Vec<u8>, Vec<u8>>,
    /// How far times are moved.
    by: SignedDuration,
}

impl<'e> Found<'e> {
    fn event(&mut self, data: &'e MediaEvent) {
        let MediaEvent { media, job, workflow, steps, outputs, follow_ups, .. } = data;
        self.ids(media.iter().map(|media| &media.id));
        self.ids(job.iter().flat_map(|job| [&job.id, &job.parent_id]));
        self.ids(workflow.iter().map(|workflow| &workflow.run_id));
        self.ids.extend(follow_ups.iter().map(String::as_str));
        for time in job.iter().flat_map(|job| [job.created_at, job.started_at, job.finished_at]) {
            self.time(time);
        }
        self.outputs(outputs);
        for step in steps {
            self.ids([&step.id]);
            self.time(step.started_at);
            self.time(step.finished_at);
            self.outputs(&step.outputs);
        }
    }

    fn outputs(&mut self, outputs: &'e [Output]) {
        self.ids(outputs.iter().map(|output| &output.id));
    }

    fn ids(&mut self, ids: impl IntoIterator<Item = &'e Option<String>>) {
        self.ids.extend(ids.into_iter().flatten().map(String::as_str));
    }

    fn time(&mut self, time: Option<Timestamp>) {
        // The epoch is what events without a time were given, and no other is that old.
        self.times.extend(time.filter(|time| time.as_second() > 0));
    }

    fn replacements(&self, now: Timestamp, random: &mut Rng) -> Replacements {
        let last = self.times.iter().max();
        let by =
            last.map_or(SignedDuration::ZERO, |last| SignedDuration::from_secs(now.as_second() - last.as_second()));
        let mut texts = BTreeMap::new();
        for time in &self.times {
            let new = *time + by;
            texts.insert(time.as_second().to_string().into(), new.as_second().to_string().into());
            texts.insert(time.as_millisecond().to_string().into(), new.as_millisecond().to_string().into());
        }
        for id in &self.ids {
            if id.bytes().filter(u8::is_ascii_digit).count() >= DIGITS {
                texts.entry(id.as_bytes().to_vec()).or_insert_with(|| another(id, random));
            }
        }
        Replacements { texts, by }
    }
}

/// An id of the same form with other digits. The first character stays, so that a number stays one of its size.
fn another(id: &str, random: &mut Rng) -> Vec<u8> {
    let digits = id.bytes().enumerate();
    digits.map(|(place, byte)| if place > 0 && byte.is_ascii_digit() { b'0' + random.u8(..10) } else { byte }).collect()
}

/// The text with its replacements, where they stand as whole words.
fn replaced(text: &[u8], replacements: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let mut out = Vec::with_capacity(text.len());
    let mut position = 0;
    while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
        let is_inside = is_word(position.checked_sub(1).and_then(|before| text.get(before)));
        // The longest first: an id may begin with another.
        let found = replacements.iter().rev().find(|(old, _)| rest.starts_with(old) && !is_word(rest.get(old.len())));
        if let Some((old, new)) = found.filter(|_| !is_inside) {
            out.extend_from_slice(new);
            position += old.len();
        } else {
            out.extend(rest.first());
            position += 1;
        }
    }
    out
}

/// The text with every time in it moved, whatever its zone is.
fn moved(text: &[u8], by: SignedDuration) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let time = rest.get(..FORM.len()).and_then(|time| later(time, by));
        if let Some(time) = time {
            out.extend_from_slice(&time);
            rest = rest.get(FORM.len()..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// The time, moved; `None` where the text is none.
fn later(text: &[u8], by: SignedDuration) -> Option<Vec<u8>> {
    let has_form = text.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        _ => byte == form,
    });
    let text = std::str::from_utf8(text).ok().filter(|_| has_form)?;
    let time: DateTime = text.parse().ok()?;
    let separator = if text.contains('T') { "T" } else { " " };
    Some(time.checked_add(by).ok()?.strftime(&format!("%Y-%m-%d{separator}%H:%M:%S")).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-26T10:00:00Z";

    fn refreshed(product: Product, body: &str) -> Result<String, NothingToRefresh> {
        let now = NOW.parse().unwrap();
        fresh(product, body.as_bytes(), now, &mut Rng::with_seed(7)).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn ids_and_times_are_new_and_the_rest_stays() {
        let body = r#"{"EventType":"FileUploadComplete","UserId":1234567890,"EventTime":"2022-07-15T08:48:14Z",
            "MessageBody":{"Status":"Success","MediaId":"c321b3a0041a71eda1590674a2ce0001",
            "FileURL":"https://bucket.example/c321b3a0041a71eda1590674a2ce0001.mp4",
            "UserData":"{\"id\":\"c321b3a0041a71eda1590674a2ce0001\",\"at\":\"2022-07-15 08:00:00\",\"n\":42}"}}"#;
        let new = refreshed(Product::AliyunIms, body).unwrap();
        let event = &decode(Product::AliyunIms, new.as_bytes(), Timestamp::UNIX_EPOCH)[0];
        let id = event.subject.clone().unwrap();
        assert!(id != "c321b3a0041a71eda1590674a2ce0001" && id.len() == 32, "{id}");
        assert_eq!(event.time, NOW.parse().unwrap());
        assert_eq!(event.r#type, "media.upload.succeeded");
        let old =
            new.replace(&id, "c321b3a0041a71eda1590674a2ce0001").replace("2026-11-26T10:00:00", "2022-07-15T08:48:14");
        assert_eq!(old.replace("2026-11-26 09:11:46", "2022-07-15 08:00:00"), body);
    }

    #[test]
    fn what_has_neither_id_nor_time_is_told() {
        for body in ["{}", "no JSON", r#"{"EventType":"FileUploadComplete","MessageBody":{"MediaId":"abc"}}"#] {
            assert_eq!(refreshed(Product::AliyunIms, body), Err(NothingToRefresh), "{body}");
        }
    }

    #[test]
    fn a_word_is_replaced_as_a_whole() {
        let replacements = BTreeMap::from([(b"a1".to_vec(), b"b2".to_vec()), (b"a1-2".to_vec(), b"c".to_vec())]);
        let text = replaced(b"a1 xa1 a1x \"a1\" a1-2 a1-3", &replacements);
        assert_eq!(String::from_utf8(text).unwrap(), "b2 xa1 a1x \"b2\" c b2-3");
    }

    #[test]
    fn a_time_is_moved_whatever_its_zone() {
        let by = SignedDuration::from_hours(25);
        let text = moved(b"2026-02-27T23:30:00+0800 2026-02-27 23:30:00.5 2026-02-30 00:00:00 2026-02-27", by);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "2026-03-01T00:30:00+0800 2026-03-01 00:30:00.5 2026-02-30 00:00:00 2026-02-27"
        );
    }
}
