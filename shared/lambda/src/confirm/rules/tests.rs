use std::path::{Path, PathBuf};

use callbacks::{Failure, Job, Review, Role, Verdict, decode};
use jiff::Timestamp;

use super::*;

const CONFIRMED: Comparison = Comparison::Settled(Confirmation::Confirmed);
const UNVERIFIABLE: Comparison = Comparison::Settled(Confirmation::Unverifiable);
const CONTRADICTED: Comparison = Comparison::Settled(Confirmation::Contradicted);

/// Compares without knowing which domains deliver.
fn compare<'a>(event: &MediaEvent, answers: impl IntoIterator<Item = &'a MediaEvent>) -> Comparison {
    super::compare(event, answers, &[])
}

/// The events of all payloads of the test data, by their files.
fn samples() -> Vec<(PathBuf, MediaEvent)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../callbacks/testdata");
    let mut found = Vec::new();
    for product in Product::ALL {
        let mut paths = vec![data.join(product.slug())];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|ending| ending == "json" || ending == "xml") {
                let events = decode(product, &std::fs::read(&path).unwrap(), Timestamp::UNIX_EPOCH);
                found.extend(events.into_iter().filter_map(|event| Some((path.clone(), event.into_data()?))));
            }
        }
    }
    assert!(found.len() > 300, "{}", found.len());
    found
}

/// An event with one of every claim.
fn event() -> MediaEvent {
    let body = r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode","JobId":"j1","State":"Success","Code":"Success",
        "Input":{"BucketId":"b-1","Object":"in.mp4"},
        "Operation":{"UserData":"order 7","Output":{"Bucket":"b-1","Object":"out.mp4"}}}}"#;
    let mut event = decode(Product::TencentCi, body.as_bytes(), Timestamp::UNIX_EPOCH).remove(0).into_data().unwrap();
    assert_eq!((event.outcome, event.outputs.len()), (Outcome::Succeeded, 1));
    event.outputs.push(Output { url: Some("https://cdn.example.com/a.jpg?sign=1".to_owned()), ..Output::default() });
    event.review = Some(Review { verdict: Some(Verdict::Pass), ..Review::default() });
    event.watermark = Some("owner 1".to_owned());
    event.steps = vec![step("s1", Outcome::Succeeded), Step { id: None, ..step("", Outcome::Succeeded) }];
    event
}

fn step(id: &str, outcome: Outcome) -> Step {
    Step { id: Some(id.to_owned()), kind: Kind::Transcode, outcome, ..Step::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what fields of events are")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The event after a change.
fn changed(change: impl FnOnce(&mut MediaEvent)) -> MediaEvent {
    let mut event = event();
    change(&mut event);
    event
}

#[test]
fn what_the_vendor_says_itself_is_confirmed() {
    for (path, event) in samples() {
        assert_eq!(compare(&event, [&event]), CONFIRMED, "{}", path.display());
    }
}

/// Each claim by itself: another one is contradicted, one that the answer does not speak of is unverifiable.
#[test]
fn every_claim_counts() {
    type Change = fn(&mut MediaEvent);
    let claims: [(&str, Change, Change); 11] = [
        ("job", |event| event.job.as_mut().unwrap().id = text("j2"), |event| event.job = None),
        (
            "run",
            |event| event.workflow = Some(callbacks::Workflow { run_id: text("r2"), ..Default::default() }),
            |event| event.workflow = None,
        ),
        ("media", |event| event.media.as_mut().unwrap().object = text("x.mp4"), |event| event.media = None),
        (
            "media's URL",
            |event| event.media.as_mut().unwrap().url = text("https://x/"),
            |event| {
                event.media.as_mut().unwrap().url = None;
            },
        ),
        ("object", |event| event.outputs[0].object = text("x.mp4"), |event| event.outputs[0].object = None),
        ("bucket", |event| event.outputs[0].bucket = text("x-1"), |event| event.outputs[0].object = None),
        (
            "URL",
            |event| event.outputs[1].url = text("https://x.example.com/a.jpg"),
            |event| event.outputs[1].url = None,
        ),
        (
            "step",
            |event| event.steps[0].outcome = Outcome::Failed,
            |event| {
                event.steps.clear();
            },
        ),
        ("verdict", |event| event.review.as_mut().unwrap().verdict = Some(Verdict::Block), |event| event.review = None),
        ("watermark", |event| event.watermark = text("owner 2"), |event| event.watermark = None),
        (
            "user data",
            |event| event.user_data = Some(RawValue::from_string("\"order 8\"".to_owned()).unwrap()),
            |event| event.user_data = None,
        ),
    ];
    let mut event = event();
    event.workflow = Some(callbacks::Workflow { run_id: text("r1"), ..Default::default() });
    event.media.as_mut().unwrap().url = text("https://b-1.cos.example.com/in.mp4");
    for (name, other, silent) in claims {
        let after = |change: Change| {
            let mut answer = event.clone();
            change(&mut answer);
            answer
        };
        assert_eq!(compare(&event, [&after(other)]), CONTRADICTED, "{name}");
        // A file that is not listed is none.
        let is_file = ["object", "bucket", "URL"].contains(&name);
        let expected = if is_file { CONTRADICTED } else { UNVERIFIABLE };
        assert_eq!(compare(&event, [&after(silent)]), expected, "{name}");
        assert_eq!(compare(&after(silent), [&event]), CONFIRMED, "{name} is not claimed");
    }
    let mut answer = event.clone();
    answer.kind = Kind::Moderation;
    assert_eq!(compare(&event, [&answer]), CONTRADICTED);
}

#[test]
fn another_outcome_contradicts_and_one_that_may_yet_come_does_not() {
    use Outcome::{Canceled, Failed, Partial, Running, Succeeded, Unknown};
    for (claim, answer, expected) in [
        (Succeeded, Failed, CONTRADICTED),
        (Succeeded, Partial, CONTRADICTED),
        (Succeeded, Canceled, CONTRADICTED),
        (Failed, Succeeded, CONTRADICTED),
        (Succeeded, Unknown, UNVERIFIABLE),
        (Unknown, Succeeded, UNVERIFIABLE),
        (Unknown, Unknown, CONFIRMED),
        (Running, Succeeded, CONFIRMED),
        (Running, Running, CONFIRMED),
        (Succeeded, Running, Comparison::NotYet),
        (Failed, Running, Comparison::NotYet),
    ] {
        let with = |outcome| changed(|event| event.outcome = outcome);
        assert_eq!(compare(&with(claim), [&with(answer)]), expected, "{claim} against {answer}");
    }
    let running = changed(|event| event.outcome = Running);
    let without_files = changed(|event| (event.outcome, event.outputs) = (Running, Vec::new()));
    assert_eq!(compare(&running, [&without_files]), Comparison::NotYet);
}

#[test]
fn a_file_that_is_not_listed_is_none_where_files_are_listed() {
    let invented = |event: &mut MediaEvent| {
        event.outputs.push(Output { role: Role::Video, object: text("invented.mp4"), ..Output::default() });
    };
    assert_eq!(compare(&changed(invented), [&event()]), CONTRADICTED);
    let none = changed(|event| event.outputs.clear());
    assert_eq!(compare(&event(), [&none]), CONTRADICTED);
    let workflow = |mut event: MediaEvent| {
        event.kind = Kind::Workflow;
        event
    };
    assert_eq!(compare(&workflow(event()), [&workflow(none)]), UNVERIFIABLE);
    // In a step or beside it is the same.
    let moved = changed(|event| event.steps[0].outputs = std::mem::take(&mut event.outputs));
    assert_eq!(compare(&event(), [&moved]), CONFIRMED);
    assert_eq!(compare(&moved, [&event()]), CONFIRMED);
}

/// A URL is signed anew for each answer. Nothing else about it may differ.
#[test]
fn an_address_is_one_without_its_signature() {
    let with = |url: &str| changed(|event| event.outputs[1].url = text(url));
    for (url, expected) in [
        ("http://cdn.example.com/a.jpg", CONFIRMED),
        ("cdn.example.com/a.jpg#t=1", CONFIRMED),
        ("https://cdn.example.com/a.jpg?sign=2&x=https://y/", CONFIRMED),
        ("https://cdn.example.com.x.org/a.jpg", CONTRADICTED),
        ("https://x@cdn.example.com/a.jpg", CONTRADICTED),
        ("https://cdn.example.com:8443/a.jpg", CONTRADICTED),
        ("https://cdn.example.com/a.jpg/", CONTRADICTED),
        ("https://cdn.example.com/A.jpg", CONTRADICTED),
    ] {
        assert_eq!(compare(&with(url), [&event()]), expected, "{url}");
    }
    // A true object does not make a URL beside it true.
    let both = changed(|event| event.outputs[0].url = text("https://x.example.com/out.mp4"));
    assert_eq!(compare(&both, [&event()]), UNVERIFIABLE);
    // A bucket that the answer leaves out is the one that was asked, and no other.
    let silent = changed(|event| event.outputs[0].bucket = None);
    assert_eq!(compare(&event(), [&silent]), CONFIRMED);
    let other = changed(|event| event.outputs[0].bucket = text("x-1"));
    assert_eq!(compare(&other, [&silent]), CONTRADICTED);
}

/// Alibaba Cloud VOD tells where a file is in the storage. It is delivered from the same path of a domain.
#[test]
fn where_the_answer_has_the_storage_the_domains_count() {
    let with = |url: &str| {
        let body = format!(
            r#"{{"EventType":"StreamTranscodeComplete","VideoId":"v1","JobId":"j1","Status":"success","FileUrl":"{url}"}}"#
        );
        decode(Product::AliyunVod, body.as_bytes(), Timestamp::UNIX_EPOCH).remove(0).into_data().unwrap()
    };
    let uploaded = |url: &str| {
        changed(|event| {
            (event.product, event.kind) = (Product::AliyunVod, Kind::Upload);
            event.outputs.clear();
            event.media = Some(Media { url: text(url), ..Media::default() });
        })
    };
    let (domains, storage) = (["vod.example.com".to_owned()], "http://outin-1.oss-cn-shanghai.aliyuncs.com/v1/a.mp4");
    for (url, unknown, known) in [
        (storage, CONFIRMED, CONFIRMED),
        ("https://VOD.example.com/v1/a.mp4?auth_key=1", UNVERIFIABLE, CONFIRMED),
        ("https://vod.example.com.x.org/v1/a.mp4", UNVERIFIABLE, CONTRADICTED),
        ("https://vod.example.com/v1/b.mp4", CONTRADICTED, CONTRADICTED),
        ("https://vod.example.com", CONTRADICTED, CONTRADICTED),
    ] {
        for of in [&with as &dyn Fn(&str) -> MediaEvent, &uploaded] {
            assert_eq!(compare(&of(url), [&of(storage)]), unknown, "{url}");
            assert_eq!(super::compare(&of(url), [&of(storage)], &domains), known, "{url}");
        }
    }
    // Of any other product the host is told.
    let other = |url: &str| changed(|event| event.outputs[1].url = text(url));
    let compared = super::compare(&other("https://vod.example.com/v1/a.mp4"), [&other(storage)], &domains);
    assert_eq!(compared, CONTRADICTED);
}

/// A short callback of a review has the address of the object, and the answer its bucket, region and name.
#[test]
fn an_address_in_the_storage_of_tencent_cloud_is_an_object() {
    let answer = changed(|event| {
        event.media = Some(Media {
            bucket: text("b-1"),
            region: text("ap-beijing"),
            object: text("in/视频 1.mp4"),
            ..Media::default()
        });
    });
    for (url, expected) in [
        ("https://b-1.cos.ap-beijing.myqcloud.com/in/%E8%A7%86%E9%A2%91%201.mp4?q-sign-time=1", CONFIRMED),
        ("https://b-1.cos.ap-beijing.myqcloud.com/in/other.mp4", CONTRADICTED),
        ("https://b-2.cos.ap-beijing.myqcloud.com/in/%E8%A7%86%E9%A2%91%201.mp4", CONTRADICTED),
        ("https://b-1.cos.ap-guangzhou.myqcloud.com/in/%E8%A7%86%E9%A2%91%201.mp4", CONTRADICTED),
        // Whose domain that is, nobody knows.
        ("https://media.example.com/in/%E8%A7%86%E9%A2%91%201.mp4", UNVERIFIABLE),
    ] {
        let event = changed(|event| event.media = Some(Media { url: text(url), ..Media::default() }));
        assert_eq!(compare(&event, [&answer]), expected, "{url}");
    }
}

#[test]
fn what_only_runs_is_told_from_what_has_made_something() {
    let running = |change: fn(&mut MediaEvent)| {
        changed(|event| {
            (event.outcome, event.review, event.watermark) = (Outcome::Running, None, None);
            event.outputs.clear();
            change(event);
        })
    };
    assert!(is_progress(&running(|_| ())));
    assert!(!is_progress(&running(|event| event.outcome = Outcome::Succeeded)));
    assert!(!is_progress(&running(|event| event.steps[0].outputs.push(Output::default()))));
    assert!(!is_progress(&running(|event| event.watermark = text("owner 1"))));
    assert!(!is_progress(&running(|event| {
        event.review = Some(Review { verdict: Some(Verdict::Pass), ..Review::default() });
    })));
}

#[test]
fn one_of_several_answers_is_enough() {
    let other = changed(|event| event.job = Some(Job { id: text("j2"), ..Job::default() }));
    assert_eq!(compare(&event(), [&other, &event()]), CONFIRMED);
    assert_eq!(compare(&event(), [&other]), CONTRADICTED);
    assert_eq!(compare(&event(), []), UNVERIFIABLE);
    let runs = changed(|event| event.outcome = Outcome::Running);
    assert_eq!(compare(&event(), [&other, &runs]), Comparison::NotYet);
}

/// What is no claim makes no difference.
#[test]
fn details_are_not_compared() {
    let other = changed(|event| {
        event.status = text("SUCCESS");
        event.account = text("1");
        event.error = Some(Failure { code: text("x"), ..Failure::default() });
        event.outputs[0].size = Some(7);
        event.media.as_mut().unwrap().title = text("x");
        event.vendor = None;
    });
    assert_eq!(compare(&event(), [&other]), CONFIRMED);
}

/// Over all payloads: what claims less is no worse, and what claims something else is not confirmed.
#[test]
fn no_payload_is_confirmed_with_something_else_in_it() {
    for (path, answer) in samples() {
        let path = path.display();
        let less = |change: fn(&mut MediaEvent)| {
            let mut event = answer.clone();
            change(&mut event);
            assert_eq!(compare(&event, [&answer]), CONFIRMED, "{path}");
            // The other way round the answer is silent: that contradicts only where files or an outcome are told otherwise.
            let silent = compare(&answer, [&event]);
            assert!(silent != CONTRADICTED || outputs(&event).count() < outputs(&answer).count(), "{path}");
        };
        less(|event| event.user_data = None);
        less(|event| event.media = None);
        less(|event| event.outputs.clear());
        less(|event| event.review = None);
        less(|event| event.job = None);
        let otherwise = |change: fn(&mut MediaEvent)| {
            let mut event = answer.clone();
            change(&mut event);
            assert_ne!(compare(&event, [&answer]), CONFIRMED, "{path}");
            compare(&event, [&answer])
        };
        otherwise(|event| event.user_data = Some(RawValue::from_string("\"forged\"".to_owned()).unwrap()));
        otherwise(|event| event.media.get_or_insert_default().url = text("https://forged.example.com/a.mp4"));
        otherwise(|event| event.job.get_or_insert_default().id = text("forged"));
        let forged = |event: &mut MediaEvent| {
            event.outputs.push(Output { url: text("https://forged.example.com/a.mp4"), ..Output::default() });
        };
        let files = otherwise(forged);
        if answer.outcome != Outcome::Running && tells_files(&answer) {
            // The other claims of the payload are true.
            assert_eq!(files, CONTRADICTED, "{path}");
        }
        if answer.outcome == Outcome::Succeeded {
            let mut failed = answer.clone();
            failed.outcome = Outcome::Failed;
            assert_eq!(compare(&failed, [&answer]), CONTRADICTED, "{path}");
            assert_eq!(compare(&answer, [&failed]), CONTRADICTED, "{path}");
        }
    }
}
