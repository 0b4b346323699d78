//! The vendor's SDK against the parser and the schemas: events, fields, words and values of which the one knows and the other does not.
//!
//! The SDK is the one in `.venv`, at the version of `requirements/test.txt`; `make drift` installs the newest one and has Python
//! prefer it. `tests/drift/tencent_vod.py` makes bodies of it in which every field is set.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use super::EVENTS;
use crate::event::{CloudEvent, Kind, Outcome};
use crate::tests::vendor_schemas::{Validators, validators};
use crate::tests::{events, normalised, unread};
use crate::{Product, status};

/// What the tool writes.
#[derive(Deserialize)]
struct Sdk {
    /// Its version.
    sdk: String,
    events: Vec<Event>,
    /// Words for how something ended, and where the SDK has each.
    status_words: BTreeMap<String, String>,
}

/// An event of the SDK. One of which it is not said where its payload is has no key and no bodies.
#[derive(Deserialize)]
struct Event {
    name: Option<String>,
    key: Option<String>,
    success: Option<Sample>,
    failure: Option<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    body: Value,
    /// What the body tells that the event has to tell, too.
    tells: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    path: String,
    what: String,
    value: Value,
}

/// Parts of paths whose values stay in the vendor's event, and why.
const LEFT_TO_VENDOR: &[(&str, &str)] = &[
    (".Input.", "what was asked for: an event has the media and the template of it"),
    (".EnhanceConfig.", "settings, which this event has in the place of an input"),
    (".VideoStreamSet.", "the streams of a file, which has a size, a bitrate and dimensions as a whole"),
    (".AudioStreamSet.", "as the video streams"),
    (".SubStreamSet.", "the encodings in a package, which has one address and one size"),
    (".ImageSpriteTask.Output.Height", "that of the small pictures in a large one"),
    (".ImageSpriteTask.Output.Width", "that of the small pictures in a large one"),
    (".PicUrlExpireTimeStamp", "deprecated: the same as PicUrlExpireTime"),
    (".PullCompleteEvent.MediaBasicInfo.SourceInfo.SourceContext", "SessionContext counts before it"),
    (".PullCompleteEvent.MediaBasicInfo.MediaUrl", "the same as FileUrl"),
    (".FileInfoSet.Output.MediaBasicInfo.SourceInfo.", "where a part of a file came from: the event says it"),
    (".SourceInfo.TrtcRecordInfo.", "the call that was recorded, which is no media and no job here"),
    (".SourceInfo.WebPageRecordInfo.", "the page that was recorded, which is no media and no job here"),
    (".WechatUrl", "a page of another service, which no program can fetch"),
];

/// Words that are no outcome, and why.
const NO_OUTCOME: &[(&str, &str)] = &[
    ("Stopped", "a cast that ended or was stopped: it is not said which"),
    ("NOTTRIGGERED", "a publication that has not begun, of a task that ended"),
    ("AUDITNOTPASS", "a word for the publication, read with it"),
    ("Pass", "a word for the publication, read with it; elsewhere it is a verdict"),
    ("Rejected", "a word for the publication, read with it; elsewhere it is a verdict"),
    ("Normal", "whether a file may be fetched, which is no outcome"),
    ("Forbidden", "whether a file may be fetched, which is no outcome"),
];

/// Events that only report a fact and have no status: they say nothing of failures.
const ALWAYS_SUCCESS: &[&str] =
    &["NewFileUpload", "FileDeleted", "PersistenceComplete", "ProcessImageAsyncCompleteEvent"];

#[test]
fn the_sdk_has_nothing_that_is_not_known() {
    let sdk = sdk();
    let validators = validators();
    let mut news = News { lines: Vec::new(), needed: BTreeSet::new(), validators: &validators };
    sdk.events.iter().for_each(|event| news.event(event));
    sdk.status_words.iter().for_each(|(word, place)| news.word(word, place));
    news.needless_exceptions();
    let News { lines, .. } = news;
    assert!(lines.is_empty(), "tencentcloud-sdk-python-vod {} has:\n{}", sdk.sdk, lines.join("\n"));
    println!("tencentcloud-sdk-python-vod {}: nothing new", sdk.sdk);
}

/// What the installed SDK says.
fn sdk() -> Sdk {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = folder.join("../../.venv/bin/python");
    assert!(python.exists(), "no Python in .venv: run `make setup`");
    let output = Command::new(python).arg(folder.join("tests/drift/tencent_vod.py")).env("PYTHONUTF8", "1").output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What the SDK has and the parser, or the schema of the event, does not know.
struct News<'v> {
    validators: &'v Validators,
    lines: Vec<String>,
    /// The exceptions that something needed.
    needed: BTreeSet<&'static str>,
}

impl News<'_> {
    fn event(&mut self, event: &Event) {
        let Event { name, key, success, failure } = event;
        let label = name.as_deref().or(key.as_deref()).unwrap();
        let is_known = |(known, _, known_key, _): &super::Event| {
            name.as_deref() == Some(*known) || key.as_deref() == Some(*known_key)
        };
        if !EVENTS.iter().any(is_known) {
            self.lines.push(format!("event {label}"));
        }
        if let Some(success) = success {
            let events = self.sample(label, success, |outcome| outcome == Outcome::Succeeded);
            self.lost(success, &events, |_| true);
        }
        if let Some(failure) = failure {
            let is_right = |outcome| outcome != Outcome::Succeeded || ALWAYS_SUCCESS.contains(&label);
            let events = self.sample(label, failure, is_right);
            self.lost(failure, &events, |told| told.what == "error");
        }
    }

    /// The events of a body, which are the same when it is pulled.
    fn sample(&mut self, label: &str, sample: &Sample, is_right: impl Fn(Outcome) -> bool) -> Vec<CloudEvent> {
        let body = sample.body.to_string();
        let unread = unread::keys(Product::TencentVod, body.as_bytes());
        self.lines.extend(unread.into_iter().map(|path| format!("field {path} of {label}")));
        let posted = events(Product::TencentVod, body.as_bytes());
        for event in &posted {
            let data = event.data().unwrap();
            if data.kind == Kind::Unknown || !is_right(data.outcome) {
                self.lines.push(format!("{} of {label}", event.r#type));
            }
            let problems = self.validators.problems(event).unwrap_or_else(|| vec!["no schema".to_owned()]);
            self.lines
                .extend(problems.into_iter().map(|problem| format!("value of {label} beside its schema: {problem}")));
        }
        let answer = json!({"Response": {"EventSet": [sample.body], "RequestId": "r"}}).to_string();
        let pulled = events(Product::TencentVod, answer.as_bytes());
        assert!(posted.iter().map(normalised).eq(pulled.iter().map(normalised)), "{label}");
        posted
    }

    /// What a body tells and its events do not.
    fn lost(&mut self, sample: &Sample, events: &[CloudEvent], is_expected: impl Fn(&Told) -> bool) {
        let mut said = BTreeSet::new();
        for event in events {
            leaves(&normalised(event), &mut said);
        }
        for told in sample.tells.iter().filter(|told| is_expected(told)) {
            let mut value = BTreeSet::new();
            leaves(&told.value, &mut value);
            if value.is_disjoint(&said) {
                self.unless_excepted(
                    LEFT_TO_VENDOR,
                    |part| format!(".{}", told.path).contains(part),
                    || format!("lost: {} ({})", told.path, told.what),
                );
            }
        }
    }

    fn word(&mut self, word: &str, place: &str) {
        if status::outcome(word) == Outcome::Unknown {
            self.unless_excepted(NO_OUTCOME, |known| known == word, || format!("word {word} of {place}"));
        }
    }

    fn unless_excepted(
        &mut self,
        exceptions: &[(&'static str, &str)],
        is_it: impl Fn(&str) -> bool,
        line: impl Fn() -> String,
    ) {
        match exceptions.iter().find(|(exception, _)| is_it(exception)) {
            Some((exception, _)) => drop(self.needed.insert(exception)),
            None if self.lines.contains(&line()) => {}
            None => self.lines.push(line()),
        }
    }

    fn needless_exceptions(&mut self) {
        let exceptions = LEFT_TO_VENDOR.iter().chain(NO_OUTCOME).map(|(exception, _)| exception);
        let needless = exceptions.filter(|exception| !self.needed.contains(**exception));
        self.lines.extend(needless.map(|exception| format!("nothing for the exception {exception}")));
    }
}

/// The text of every value in a JSON value.
fn leaves(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| leaves(member, texts)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Number(number) => drop(texts.insert(number.as_f64().unwrap().to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}
