//! Whether an event says what the vendor's API says of the same job. No I/O.
//!
//! An event makes claims that consumers act on: what it is about, how it ended, which job it was, where the media and the files
//! are, how each step ended, a moderation's verdict, a watermark, and what the customer had attached to the job. Each is looked
//! for in the answer. One that the answer contradicts makes the event contradicted, one that it does not speak of unverifiable.
//! What is no claim in this sense, such as sizes, texts and the vendor's own fields, is not compared.

use callbacks::{Confirmation, Kind, Media, MediaEvent, Outcome, Output, Product, Step};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use serde_json::value::RawValue;

/// The end of the hosts of Tencent Cloud's storage: `<bucket>.cos.<region>.myqcloud.com`.
const STORAGE: &str = ".myqcloud.com";

/// What an answer makes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// It settles the question.
    Settled(Confirmation),
    /// The vendor says that the job still runs: it has to be asked again.
    NotYet,
}

/// What an answer says of a claim. That of several claims is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// The same; or the event claims nothing.
    Same,
    /// Nothing.
    NotTold,
    /// Something else.
    Otherwise,
}

/// Compares an event with the events that were made of an answer on its job. One of them that says the same is enough.
/// `domains` are those that deliver the media of Alibaba Cloud VOD; none where they are not known.
pub(super) fn compare<'a>(
    event: &MediaEvent,
    answers: impl IntoIterator<Item = &'a MediaEvent>,
    domains: &[String],
) -> Comparison {
    let compared = answers.into_iter().map(|answer| compare_one(event, answer, domains));
    let best = compared.min_by_key(|comparison| match comparison {
        Comparison::Settled(Confirmation::Confirmed) => 0,
        Comparison::NotYet => 1,
        Comparison::Settled(Confirmation::Unverifiable) => 2,
        Comparison::Settled(Confirmation::Contradicted) => 3,
    });
    best.unwrap_or(Comparison::Settled(Confirmation::Unverifiable))
}

fn compare_one(event: &MediaEvent, answer: &MediaEvent, domains: &[String]) -> Comparison {
    let beside = Beside::of(event, domains);
    let job = |event: &MediaEvent| event.job.as_ref().and_then(|job| job.id.clone());
    let run = |event: &MediaEvent| event.workflow.as_ref().and_then(|workflow| workflow.run_id.clone());
    let verdict = |event: &MediaEvent| event.review.as_ref().and_then(|review| review.verdict);
    let user_data = |event: &MediaEvent| event.user_data.as_deref().and_then(parsed);
    let found = [
        same(Some(event.kind), Some(answer.kind)),
        outcome(event.outcome, answer.outcome),
        same(job(event), job(answer)),
        same(run(event), run(answer)),
        media(event, answer, beside),
        files(event, answer, beside),
        steps(&event.steps, &answer.steps),
        same(verdict(event), verdict(answer)),
        same(event.watermark.as_ref(), answer.watermark.as_ref()),
        same(user_data(event), user_data(answer)),
    ]
    .into_iter()
    .max();
    // A job that runs may yet end as the event says, and make its files.
    if answer.outcome == Outcome::Running && found != Some(Found::Same) {
        return Comparison::NotYet;
    }
    Comparison::Settled(match found {
        Some(Found::Same) => Confirmation::Confirmed,
        Some(Found::NotTold) | None => Confirmation::Unverifiable,
        Some(Found::Otherwise) => Confirmation::Contradicted,
    })
}

/// Whether an event says no more of a job than that it runs: an answer that the job runs confirms it.
pub(super) fn is_progress(event: &MediaEvent) -> bool {
    let has_found = event.watermark.is_some() || event.review.as_ref().is_some_and(|review| review.verdict.is_some());
    event.outcome == Outcome::Running && !has_found && outputs(event).next().is_none()
}

fn same<T: PartialEq>(claim: Option<T>, answer: Option<T>) -> Found {
    match (claim, answer) {
        (None, _) => Found::Same,
        (Some(_), None) => Found::NotTold,
        (Some(claim), Some(answer)) if claim == answer => Found::Same,
        (Some(_), Some(_)) => Found::Otherwise,
    }
}

/// What ran when the event was made may have ended since. A word that we do not know may mean anything.
fn outcome(claim: Outcome, answer: Outcome) -> Found {
    match (claim, answer) {
        (claim, answer) if claim == answer => Found::Same,
        (Outcome::Running, _) => Found::Same,
        (Outcome::Unknown, _) | (_, Outcome::Unknown) => Found::NotTold,
        _ => Found::Otherwise,
    }
}

fn parsed(text: &RawValue) -> Option<Value> {
    serde_json::from_str(text.get()).ok()
}

fn media(event: &MediaEvent, answer: &MediaEvent, beside: Beside<'_>) -> Found {
    let claim = event.media.as_ref().map(Address::from).unwrap_or_default();
    claim.found_at(answer.media.as_ref().map(Address::from).unwrap_or_default(), beside)
}

/// What is known about addresses beside what an answer says of them.
#[derive(Debug, Clone, Copy)]
struct Beside<'k> {
    /// The bucket in which the vendor was asked. Answers of Cloud Infinite on workflows leave it out.
    bucket: Option<&'k str>,
    /// The domains that deliver the media of Alibaba Cloud VOD, whose answers have the host of the storage in place of theirs.
    domains: Option<&'k [String]>,
}

impl<'k> Beside<'k> {
    fn of(event: &'k MediaEvent, domains: &'k [String]) -> Self {
        let bucket = event.media.as_ref().and_then(|media| media.bucket.as_deref());
        Self {
            bucket: bucket.filter(|_| event.product == Product::TencentCi),
            domains: (event.product == Product::AliyunVod).then_some(domains),
        }
    }

    /// Compares two URLs. Both are without what signs them.
    fn url(self, claim: Option<&str>, answer: Option<&str>) -> Found {
        let found = same(claim, answer);
        let (Found::Otherwise, Some(domains)) = (found, self.domains) else { return found };
        let path = |url: Option<&str>| url.and_then(|url| url.split_once('/')).map(|(_, path)| path.to_owned());
        if path(claim) != path(answer) {
            return Found::Otherwise;
        }
        let host = claim.and_then(|url| url.split('/').next()).unwrap_or_default();
        match domains {
            [] => Found::NotTold,
            _ if domains.iter().any(|domain| domain.eq_ignore_ascii_case(host)) => Found::Same,
            _ => Found::Otherwise,
        }
    }
}

/// Each file of the event has to be one of the answer, whichever step made it.
fn files(event: &MediaEvent, answer: &MediaEvent, beside: Beside<'_>) -> Found {
    let made: Vec<Address<'_>> = outputs(answer).map(Address::from).collect();
    let nowhere = if tells_files(event) { Found::Otherwise } else { Found::NotTold };
    let find = |claim: Address<'_>| {
        let same = made.iter().filter(|file| claim.meets(**file, beside));
        let found = same.map(|file| claim.found_at(*file, beside)).min();
        if claim.is_empty() { Found::Same } else { found.unwrap_or(nowhere) }
    };
    outputs(event).map(|file| find(Address::from(file))).max().unwrap_or(Found::Same)
}

fn outputs(event: &MediaEvent) -> impl Iterator<Item = &Output> {
    event.outputs.iter().chain(event.steps.iter().flat_map(|step| &step.outputs))
}

/// Whether the answer on such an event lists its files, so that one that is not listed is none. The run of a workflow of Cloud
/// Infinite comes without its tasks' results, and of files Alibaba Cloud VOD lists the streams of a video only.
fn tells_files(event: &MediaEvent) -> bool {
    match event.product {
        Product::AliyunVod => event.kind == Kind::Transcode,
        Product::TencentCi => event.kind != Kind::Workflow,
        Product::AliyunIms | Product::TencentVod => true,
    }
}

/// Each step of the event has to have ended as in the answer. Steps without an id are told apart by their place.
fn steps(claims: &[Step], answers: &[Step]) -> Found {
    let find = |(place, claim): (usize, &Step)| {
        let answer = match &claim.id {
            Some(id) => answers.iter().find(|answer| answer.id.as_ref() == Some(id)),
            None => answers.get(place).filter(|answer| answers.len() == claims.len() && answer.kind == claim.kind),
        };
        answer.map_or(Found::NotTold, |answer| outcome(claim.outcome, answer.outcome))
    };
    claims.iter().enumerate().map(find).max().unwrap_or(Found::Same)
}

/// Where a file is. What has both an id and a URL claims both.
#[derive(Debug, Clone, Copy, Default)]
struct Address<'e> {
    id: Option<&'e str>,
    url: Option<&'e str>,
    bucket: Option<&'e str>,
    object: Option<&'e str>,
    region: Option<&'e str>,
}

impl<'e> From<&'e Media> for Address<'e> {
    fn from(media: &'e Media) -> Self {
        let address =
            Self::new(media.id.as_deref(), media.url.as_deref(), media.bucket.as_deref(), media.object.as_deref());
        Self { region: media.region.as_deref(), ..address }
    }
}

impl<'e> From<&'e Output> for Address<'e> {
    fn from(file: &'e Output) -> Self {
        Self::new(file.id.as_deref(), file.url.as_deref(), file.bucket.as_deref(), file.object.as_deref())
    }
}

impl<'e> Address<'e> {
    fn new(id: Option<&'e str>, url: Option<&'e str>, bucket: Option<&'e str>, object: Option<&'e str>) -> Self {
        let object = object.map(|object| object.trim_start_matches('/'));
        Self { id, url: url.map(place), bucket, object, region: None }
    }

    fn is_empty(self) -> bool {
        self.id.is_none() && self.url.is_none() && self.object.is_none()
    }

    /// Whether the two may be the same file: they have an id, a URL or an object in common.
    fn meets(self, other: Self, beside: Beside<'_>) -> bool {
        let is_same = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
        let is_there = self.url.is_some() && other.url.is_some() && beside.url(self.url, other.url) != Found::Otherwise;
        is_same(self.id, other.id) || is_there || is_same(self.object, other.object)
    }

    /// Whether the URL is that of the answer's object in the storage of Tencent Cloud, where the answer has no URL.
    fn object_at(self, answer: Self, beside: Beside<'_>) -> Found {
        let Some((host, path)) = self.url.and_then(|url| url.split_once('/')) else { return same(self.url, None) };
        let claimed = host.strip_suffix(STORAGE).and_then(|host| host.split_once(".cos."));
        let told = answer.bucket.or(beside.bucket).zip(answer.region).zip(answer.object);
        let (Some((bucket, region)), Some((there, object))) = (claimed, told) else { return Found::NotTold };
        let is_there = (bucket, region) == there || (bucket, region) == (there.0, "accelerate");
        let is_it = percent_decode_str(path).decode_utf8().is_ok_and(|path| path == object);
        if is_there && is_it { Found::Same } else { Found::Otherwise }
    }

    /// Where the answer leaves the bucket out, it is the one that was asked.
    fn found_at(self, answer: Self, beside: Beside<'_>) -> Found {
        let bucket = same(self.bucket, answer.bucket.or(beside.bucket));
        let url = match answer.url {
            None => self.object_at(answer, beside),
            url => beside.url(self.url, url),
        };
        let found = [same(self.id, answer.id), url, same(self.object, answer.object), bucket];
        found.into_iter().max().unwrap_or(Found::NotTold)
    }
}

/// A URL without what differs from one signed URL of a file to the next: scheme and query.
fn place(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    rest.split(['?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests;
