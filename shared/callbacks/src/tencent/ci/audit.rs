//! The end of a content review, in the two versions that a customer can choose between.
//!
//! `Simple` is `{"code", "message", "data"}` with keys in `snake_case`, `Detail` has an `EventName` and `JobsDetail` with
//! keys in `PascalCase`. Both say the same of the whole; `Detail` has the parts as well.

use serde::Deserialize;
use serde_json::Value;

use super::audit_detail::{Category, ListInfo, MaskInfo, Results, Segment};
use super::failure;
use crate::event::{Job, Kind, Media, Outcome, Review, Verdict};
use crate::facts::Facts;
use crate::status;
use crate::wire::{CamelCase, Decimal, Integer, Many, One, Text, Time, Unused, UserData};

/// The reviews. A live stream's is a `ReviewVideo`, too.
pub(super) const REVIEWS: &[&str] =
    &["ReviewImage", "ReviewVideo", "ReviewAudio", "ReviewText", "ReviewDocument", "ReviewHtml"];

/// What the console posts when a callback URL is saved.
const TEST_MESSAGE: &str = "Test request when setting callback url";
const TEST_ID: &str = "test_trace_id";
const TEST_URLS: &[&str] = &["test_url", "test_text"];

/// The version `Simple`.
///
/// <https://www.tencentcloud.com/document/product/436/48540>
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Simple {
    /// Error code; 0 on success.
    code: Text,
    /// Error message; `success` on success.
    message: Text,
    /// What was found.
    data: One<CamelCase<Report>>,
}

/// The version `Detail`.
///
/// <https://www.tencentcloud.com/document/product/436/48540>
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Detail {
    /// `ReviewImage`, `ReviewVideo`, `ReviewAudio`, `ReviewText`, `ReviewDocument` or `ReviewHtml`.
    event_name: Text,
    /// What was found. An object in all samples.
    jobs_detail: Many<CamelCase<Report>>,
}

/// What a review found, of whatever it reviewed; each sort has some of the fields. The keys are those of `Detail`, and
/// those of `Simple` where it says so.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Report {
    /// Error code, where it failed.
    code: Text,
    /// Error message, where it failed.
    message: Text,
    /// Name of the event; `Simple`. Old editions, and the published sample on audio, do not have it.
    event: Text,
    /// Job ID; `Detail`.
    job_id: Text,
    /// Job ID; `Simple`.
    trace_id: Text,
    /// `Success`, `Failed`, `Submitted`, `Snapshoting`, `Auditing`; the last also for each part of a live stream.
    state: Text,
    /// When the job was created: `2022-08-10T21:01:10+08:00`, or empty.
    creation_time: Time,
    /// Bucket.
    bucket_id: Text,
    /// Region of the bucket.
    region: Text,
    /// Name of the file.
    object: Text,
    /// Where the file can be fetched.
    url: Text,
    /// The text itself, where it was given in place of a file. Base64.
    content: Unused<Text>,
    /// The customer's own ID of what was reviewed. `data_id` in `Simple`.
    data_id: UserData,
    /// Whose it is, as the customer said.
    user_info: UserData,
    /// Whose it is, on the customer's lists of users.
    list_info: One<ListInfo>,
    /// Headers of the upload: a map, or a list of key and value.
    cos_headers: Unused<Value>,
    /// What kind of video: `live_video` for a live stream.
    r#type: Unused<Text>,
    /// The file without what was found in it.
    mask_info: One<MaskInfo>,
    /// How the file was encrypted.
    encryption: Unused<Value>,
    /// Whether the vendor keeps the file from being read: 0 where it does not, else 1 or 2; `Detail`.
    forbid_state: Unused<Integer>,
    /// The same; `Simple`.
    forbidden_status: Unused<Integer>,

    /// 0 nothing found, 1 found, 2 perhaps.
    result: Integer,
    /// The same, of documents and web pages.
    suggestion: Integer,
    /// The category of what was found: `Normal`, `Porn`, `Ads`.
    label: Text,
    /// What was found within the label.
    sub_label: Unused<Text>,
    /// The same, coarser.
    category: Unused<Text>,
    /// 0 to 100.
    score: Decimal,
    /// Pornography.
    porn_info: One<CamelCase<Category>>,
    /// Terrorism.
    terrorism_info: One<CamelCase<Category>>,
    /// Terrorism, in older editions.
    terrorist_info: One<CamelCase<Category>>,
    /// Politics.
    politics_info: One<CamelCase<Category>>,
    /// Advertising.
    ads_info: One<CamelCase<Category>>,
    /// Against the law.
    illegal_info: One<CamelCase<Category>>,
    /// Abuse.
    abuse_info: One<CamelCase<Category>>,
    /// Nothing for the young.
    teenager_info: One<CamelCase<Category>>,
    /// Bad values.
    value_info: One<CamelCase<Category>>,
    /// Worthless text.
    spam_info: One<CamelCase<Category>>,
    /// The categories, of documents and web pages.
    labels: One<CamelCase<Report>>,

    /// Whether a picture was made smaller to be reviewed.
    compression_result: Unused<Integer>,
    /// What is written in a picture.
    text: Unused<Text>,
    /// What is said.
    audio_text: Unused<Text>,
    /// Languages that are spoken.
    language_results: Unused<Value>,
    /// Number of pictures of a video.
    snapshot_count: Unused<Integer>,
    /// Number of parts of a text.
    section_count: Unused<Integer>,
    /// Number of pages.
    page_count: Unused<Integer>,
    /// Pictures of a video.
    snapshot: Many<Segment>,
    /// Parts of a video's sound.
    audio_section: Many<Segment>,
    /// Parts of sound or text.
    section: Many<Segment>,
    /// Pages of a document.
    page_segment: One<Results>,
    /// Pictures of a web page.
    image_results: One<Results>,
    /// Texts of a web page.
    text_results: One<Results>,
    /// The web page with what was found marked in it.
    highlight_html: Unused<Text>,
}

/// A category that hit.
struct Hit {
    label: String,
    score: Option<f64>,
}

impl Simple {
    /// Whether the body is of this version. Old editions have no event in it; other bodies have no `data`.
    pub(super) fn is_review(&self) -> bool {
        let Some(CamelCase(report)) = self.data.as_ref() else { return false };
        let is_named = report.event.as_deref().is_some_and(|event| REVIEWS.contains(&event));
        is_named || self.is_test() || (!report.trace_id.is_absent() && report.result.get().is_some())
    }

    fn is_test(&self) -> bool {
        let Some(CamelCase(report)) = self.data.as_ref() else { return false };
        self.message.as_deref() == Some(TEST_MESSAGE)
            || report.trace_id.as_deref() == Some(TEST_ID)
            || report.url.as_deref().is_some_and(|url| TEST_URLS.contains(&url))
    }

    pub(super) fn facts(self) -> Facts {
        let is_test = self.is_test();
        let CamelCase(mut report) = self.data.or_default();
        report.code = self.code;
        report.message = self.message;
        if is_test {
            return Facts {
                name: report.event.0,
                kind: Kind::Probe,
                outcome: Outcome::Succeeded,
                job: Job { id: report.trace_id.0, ..Job::default() },
                ..Facts::default()
            };
        }
        Facts { name: report.event.0.clone(), ..report.facts() }
    }
}

impl Detail {
    pub(super) fn facts(self) -> Facts {
        let CamelCase(report) = self.jobs_detail.into_iter().next().unwrap_or_default();
        Facts { name: self.event_name.0, ..report.facts() }
    }
}

impl Report {
    fn facts(mut self) -> Facts {
        let code = self.code.as_deref().and_then(|code| code.parse().ok());
        let outcome = status::outcome_or_code(self.state.as_deref(), code);
        // What failed found nothing, though it may say 0.
        let review = if outcome == Outcome::Failed { Review::default() } else { self.review() };
        let masked = self.mask_info.or_default().output().filter(|_| outcome != Outcome::Failed);
        Facts {
            kind: Kind::Moderation,
            outcome,
            status: self.state.0,
            media: Media {
                bucket: self.bucket_id.0,
                object: self.object.0,
                region: self.region.0,
                url: self.url.0,
                ..Media::default()
            },
            job: Job { id: self.job_id.or(self.trace_id).0, created_at: self.creation_time.0, ..Job::default() },
            outputs: masked.into_iter().collect(),
            review,
            error: failure(self.code, self.message),
            user_data: self.data_id.0.or(self.user_info.0),
            ..Facts::default()
        }
    }

    /// What to do, and what for. Takes the categories.
    fn review(&mut self) -> Review {
        let mut hits = self.hits();
        hits.extend(std::mem::take(&mut self.labels).or_default().0.hits());
        let worst = hits.into_iter().reduce(|worst, hit| if hit.score > worst.score { hit } else { worst });
        let (label, score) = worst.map(|hit| (hit.label, hit.score)).unzip();
        Review {
            verdict: self.result.get().or(self.suggestion.get()).and_then(verdict),
            label: self.label.0.clone().or(label),
            score: score.flatten().or(self.score.get()),
            ..Review::default()
        }
    }

    /// The categories that hit. Takes them.
    fn hits(&mut self) -> Vec<Hit> {
        let categories = [
            ("Porn", &mut self.porn_info),
            ("Terrorism", &mut self.terrorism_info),
            ("Terrorist", &mut self.terrorist_info),
            ("Politics", &mut self.politics_info),
            ("Ads", &mut self.ads_info),
            ("Illegal", &mut self.illegal_info),
            ("Abuse", &mut self.abuse_info),
            ("Teenager", &mut self.teenager_info),
            ("Value", &mut self.value_info),
            ("Spam", &mut self.spam_info),
        ];
        let hit = |(name, category): (&str, &mut One<CamelCase<Category>>)| {
            let CamelCase(category) = std::mem::take(category).or_default();
            category.has_hit().then(|| Hit {
                score: category.score.get(),
                label: category.label.0.unwrap_or_else(|| name.to_owned()),
            })
        };
        categories.into_iter().filter_map(hit).collect()
    }
}

/// What the vendor's number advises.
fn verdict(result: i64) -> Option<Verdict> {
    match result {
        0 => Some(Verdict::Pass),
        1 => Some(Verdict::Block),
        2 => Some(Verdict::Review),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(json: &str) -> Simple {
        crate::wire::parse(json)
    }

    #[test]
    fn the_shape_tells_where_the_name_does_not() {
        for (json, expected) in [
            (r#"{"code":0,"data":{"event":"ReviewText"}}"#, true),
            (r#"{"code":0,"data":{"trace_id":"a","result":0}}"#, true),
            (r#"{"code":0,"data":{"trace_id":"test_trace_id"}}"#, true),
            (r#"{"code":0,"data":{"trace_id":"a"}}"#, false),
            (r#"{"code":0,"data":{"event":"ReviewOdd","result":0}}"#, false),
            (r#"{"code":0,"data":"text","message":"Test request when setting callback url"}"#, false),
            ("{}", false),
        ] {
            assert_eq!(simple(json).is_review(), expected, "{json}");
        }
    }

    #[test]
    fn the_surest_category_counts() {
        for (data, verdict, label, score) in [
            (
                r#"{"result":1,"porn_info":{"hit_flag":1,"label":"","score":90}}"#,
                Verdict::Block,
                Some("Porn"),
                Some(90.0),
            ),
            (
                r#"{"result":2,"porn_info":{"hit_flag":2,"score":60},"ads_info":{"hit_flag":1,"label":"QR","score":"80"}}"#,
                Verdict::Review,
                Some("QR"),
                Some(80.0),
            ),
            (r#"{"result":1,"abuse_info":{"hit_flag":1,"count":3}}"#, Verdict::Block, Some("Abuse"), None),
            (r#"{"result":0,"porn_info":{"hit_flag":0,"label":"","score":9}}"#, Verdict::Pass, None, None),
        ] {
            let facts = simple(&format!(r#"{{"code":0,"data":{data}}}"#)).facts();
            let expected =
                Review { verdict: Some(verdict), label: label.map(str::to_owned), score, ..Review::default() };
            assert_eq!(facts.review, expected, "{data}");
        }
    }

    #[test]
    fn a_new_key_of_either_version_is_noticed() {
        for body in [
            r#"{"EventName":"ReviewVideo","JobsDetail":{"JobId":"a","NewKey":{"A":1},"Snapshot":[]}}"#,
            r#"{"EventName":"ReviewVideo","JobsDetail":{"JobId":"a","PornInfo":{"NewKey":1}}}"#,
            r#"{"EventName":"ReviewVideo","JobsDetail":{"Snapshot":[{"NewKey":1}]}}"#,
            r#"{"code":0,"data":{"event":"ReviewVideo","ads_info":{"new_key":1}}}"#,
            r#"{"code":0,"data":{"event":"ReviewVideo","new_key":1}}"#,
        ] {
            let keys = crate::tests::unread::keys(crate::Product::TencentCi, body.as_bytes());
            assert_eq!(keys.len(), 1, "{body}: {keys:?}");
        }
    }

    #[test]
    fn what_failed_has_no_verdict() {
        let facts = simple(r#"{"code":-1,"message":"m","data":{"event":"ReviewText","result":0}}"#).facts();
        assert_eq!((facts.outcome, facts.review), (Outcome::Failed, Review::default()));
        assert_eq!(facts.error.code.as_deref(), Some("-1"));
    }
}
