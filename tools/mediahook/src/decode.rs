//! `mediahook decode`: prints the events of a callback.

use std::collections::BTreeSet;

use callbacks::{CloudEvent, Kind, Outcome, Product, Recognised, decode, recognise};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::input;
use crate::output::{BAD, BOLD, DIM, GOOD, UNSURE, is_for_people, message, print_line, print_note, styled};

#[derive(Debug, Args)]
pub(crate) struct DecodeOptions {
    /// Print each event as one line of JSON, as without a terminal.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    strict: Strict,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Strict {
    /// End with exit code 3 where the body is another product's or has an event that is not known.
    #[arg(long)]
    pub(crate) strict: bool,
}

impl Strict {
    /// Tells by a note what is odd about a body.
    pub(crate) fn check(self, product: Product, body: &[u8]) -> Result<(), Failure> {
        let note = match recognise(product, body) {
            Recognised::Event | Recognised::Unreadable => return Ok(()),
            Recognised::Other(other) => format!("this looks like a callback of {other}, not of {product}"),
            Recognised::Unknown(Some(name)) => {
                format!("the event {:?} of {product} is not known: it is published as media.unknown.*", short(&name))
            }
            Recognised::Unknown(None) => {
                format!("this is no event of {product} that is known: it is published as media.unknown.*")
            }
        };
        if self.strict {
            return Err(Failure::Unexpected(note));
        }
        print_note(note);
        Ok(())
    }
}

/// A name that is part of a body, for a note.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

/// Prints the events of a callback. An unreadable body is a failure, with its reason.
pub(crate) fn run(product: Product, callback: &str, options: &DecodeOptions) -> Result<(), Failure> {
    let body = input::find(product, callback).map_err(message)?.bytes;
    let is_for_people = is_for_people() && !options.json;
    let problems = if is_for_people { print_for_people(product, &body)? } else { print_lines(product, &body)? };
    if !problems.is_empty() {
        return Err(Failure::Failed(problems.join("; ")));
    }
    options.strict.check(product, &body)
}

/// Prints the events of a body, one per line, and returns the reasons of unreadable ones.
pub(crate) fn print_lines(product: Product, body: &[u8]) -> Result<Vec<String>, Failure> {
    print_each(product, body, serde_json::to_string)
}

fn print_for_people(product: Product, body: &[u8]) -> Result<Vec<String>, Failure> {
    let mut count = 0;
    let problems = print_each(product, body, |event| {
        count += 1;
        let text = for_people(event)?;
        Ok(if count > 1 { format!("\n{text}") } else { text })
    })?;
    if count == 0 {
        print_note("there is no event in it");
    }
    Ok(problems)
}

fn print_each(
    product: Product,
    body: &[u8],
    mut text: impl FnMut(&CloudEvent) -> serde_json::Result<String>,
) -> Result<Vec<String>, Failure> {
    let mut problems = Vec::new();
    for event in decode(product, body, Timestamp::now()) {
        print_line(&text(&event).map_err(message)?)?;
        problems.extend(event.unreadable().map(|reason| format!("unreadable: {reason}")));
    }
    Ok(problems)
}

/// The event's type, and its members one per line, under their paths. The vendor's event is counted.
pub(crate) fn for_people(event: &CloudEvent) -> serde_json::Result<String> {
    let style = match (event.r#type.outcome, event.r#type.kind) {
        (_, Kind::Unknown | Kind::Unreadable) | (Outcome::Partial | Outcome::Running | Outcome::Unknown, _) => UNSURE,
        (Outcome::Failed | Outcome::Canceled, _) => BAD,
        (Outcome::Succeeded, _) => GOOD,
    };
    let mut lines = vec![format!("{}  {}", styled(style, event.r#type), styled(BOLD, event.source))];
    let event = serde_json::to_value(event)?;
    let mut members = Vec::new();
    leaves(&event, String::new(), &mut members);
    // What the first line has, or is the same in each event.
    let known = BTreeSet::from([
        "type",
        "source",
        "specversion",
        "datacontenttype",
        "dataschema",
        "data.product",
        "data.kind",
        "data.outcome",
    ]);
    members.retain(|(path, _)| !known.contains(path.as_str()));
    let width = members.iter().map(|(path, _)| path.chars().count()).max().unwrap_or_default();
    lines.extend(members.iter().map(|(path, value)| {
        let path = path.strip_prefix("data.").unwrap_or(path);
        format!("  {}  {value}", styled(DIM, format!("{path:width$}")))
    }));
    Ok(lines.join("\n"))
}

/// The paths and texts of all values.
fn leaves(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if path == "data.vendor" => {
            found.push((path, format!("{} members; --json has them", members.len())));
        }
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, path, found);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                leaves(value, format!("{path}[{place}]"), found);
            }
        }
        // A terminal must not obey what a vendor sends.
        Value::String(text) => {
            let plain = text.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one });
            found.push((path, plain.collect()));
        }
        other => found.push((path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_the_members_and_not_the_envelope() {
        let body = br#"{"EventType":"FileUploadComplete","EventTime":"2022-07-15T08:48:14Z",
            "MessageBody":{"Status":"Success","MediaId":"c321b3a0041a71eda1590674a2ce0001\u001b[2J"}}"#;
        let [event] = &decode(Product::AliyunIms, body, Timestamp::UNIX_EPOCH)[..] else { panic!() };
        let text = anstream::adapter::strip_str(&for_people(event).unwrap()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "media.upload.succeeded  aliyun-ims");
        let has = |path: &str, value: &str| {
            lines
                .iter()
                .any(|line| line.split_once("  ").is_some() && line.trim().starts_with(path) && line.ends_with(value))
        };
        assert!(has("media.id", "c321b3a0041a71eda1590674a2ce0001\u{fffd}[2J"), "{text}");
        assert!(has("status", "Success") && has("vendor", "3 members; --json has them"), "{text}");
        assert!(!text.contains("specversion") && !text.contains("FileUploadComplete\","), "{text}");
    }
}
