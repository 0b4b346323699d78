//! The end of a content review, in the two versions that a customer can choose between.
//!
//! `Simple` is `{"code", "message", "data"}` with keys in `snake_case`, `Detail` has an `EventName` and `JobsDetail` with
//! keys in `PascalCase`. Both say the same of the whole; `Detail` has the parts as well.

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::Value;

use super::audit_detail::{Category, DetectDetail, ListInfo, MaskInfo, Results, Segment};
use super::failure;
use super::results::Parts;
use crate::event::{Failure, Job, Kind, Media, Outcome, Review, Verdict};
use crate::facts::Facts;
use crate::status;
use crate::wire::{CamelCase, Decimal, Head, Integer, Many, One, Text, Time, Unused, UserData, WithHead};

/// The reviews. A live stream's is a `ReviewVideo`, too.
pub(super) const REVIEWS: &[&str] =
    &["ReviewImage", "ReviewVideo", "ReviewAudio", "ReviewText", "ReviewDocument", "ReviewHtml"];

/// Members whose names end like those of categories.
const NO_CATEGORIES: &[&str] = &["userInfo", "listInfo", "maskInfo", "liveInfo", "recordInfo"];

/// What the console posts when a callback URL is saved.
const TEST_MESSAGE: &str = "Test request when setting callback url";
const TEST_ID: &str = "test_trace_id";
const TEST_URLS: &[&str] = &["test_url", "test_text"];

/// The version `Simple`.
///
/// <https://www.tencentcloud.com/document/product/436/48540>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct Simple {
    /// Error code; 0 on success.
    code: Text,
    /// Error message; `success` on success.
    message: Text,
    /// What was found.
    data: One<CamelCase<WithCategories<Report>>>,
}

/// The version `Detail`.
///
/// <https://www.tencentcloud.com/document/product/436/48540>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Detail {
    /// `ReviewImage`, `ReviewVideo`, `ReviewAudio`, `ReviewText`, `ReviewDocument` or `ReviewHtml`. No page tells that of virus
    /// detection, whose callback is taken for the answer of the API that queries it:
    /// <https://www.tencentcloud.com/document/product/1045/72967>
    event_name: Text,
    /// What was found. An object in all samples.
    jobs_detail: Many<CamelCase<WithCategories<Report>>>,
    /// ID of the request, which the answers of the API have.
    request_id: Unused<Text>,
}

/// What a review found, of whatever it reviewed; each sort has some of the fields. The keys are those of `Detail`, and
/// those of `Simple` where it says so.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// The masked file.
    mask_info: One<MaskInfo>,
    /// How the file was encrypted.
    encryption: Unused<Value>,
    /// Whether the vendor keeps the file from being read: 0 where it does not, else 1 or 2; `Detail`.
    forbid_state: Unused<Integer>,
    /// The same; `Simple`.
    forbidden_status: Unused<Integer>,

    /// 0 nothing found, 1 found, 2 suspected.
    result: Text,
    /// The same, of documents and web pages; of virus detection `normal` or `block`.
    suggestion: Text,
    /// The category of what was found: `Normal`, `Porn`, `Ads`.
    label: Text,
    /// What was found within the label.
    sub_label: Unused<Text>,
    /// The category above the label.
    category: Unused<Text>,
    /// 0 to 100.
    score: Decimal,
    /// The categories, of documents and web pages.
    labels: One<CamelCase<WithCategories<Nothing>>>,

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
    snapshot: Many<CamelCase<Segment>>,
    /// Parts of a video's sound.
    audio_section: Many<CamelCase<Segment>>,
    /// Parts of sound or text.
    section: Many<CamelCase<Segment>>,
    /// Pages of a document.
    page_segment: One<CamelCase<Results>>,
    /// Pictures of a web page.
    image_results: One<CamelCase<Results>>,
    /// Texts of a web page.
    text_results: One<CamelCase<Results>>,
    /// The web page with what was found marked in it.
    highlight_html: Unused<Text>,
    /// Files with a virus; virus detection.
    detect_detail: One<DetectDetail>,
}

/// What was found of each category, under the category's name: `Porn` of `pornInfo`.
///
/// Categories are added without notice, and all are alike: pornography, terrorism (`Terrorism`, in older editions `Terrorist`),
/// politics, advertising, `Illegal`, `Abuse`, what is unsuitable for minors (`Teenager`), values (`Value`), spam
/// (`Spam`), pictures of bad quality (`Quality`), what has no meaning (`Meaningless`).
#[derive(Debug, Default)]
struct Categories(Vec<(String, Category)>);

#[cfg(test)]
impl schemars::JsonSchema for Categories {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Categories".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let category = generator.subschema_for::<One<CamelCase<Category>>>();
        schemars::json_schema!({ "patternProperties": { "^[A-Za-z]+(Info|_info)$": category } })
    }
}

/// An object with categories beside its own members.
type WithCategories<B> = WithHead<Categories, B>;

/// No members of its own.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
struct Nothing {}

impl Head for Categories {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, object: &mut A) -> Result<bool, A::Error> {
        let Some(name) = key.strip_suffix("Info").filter(|_| !NO_CATEGORIES.contains(&key)) else { return Ok(false) };
        let One(category) = object.next_value::<One<CamelCase<Category>>>()?;
        let mut letters = name.chars();
        let name = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
        self.0.extend(category.map(|category| (name, category.0)));
        Ok(true)
    }
}

/// What was found somewhere: a category that hit, or a part of the media.
struct Finding {
    verdict: Option<Verdict>,
    label: Option<String>,
    score: Option<f64>,
}

impl Simple {
    /// Whether the body is of this version. Old editions have no event in it; other bodies have no `data`.
    pub(super) fn is_review(&self) -> bool {
        let Some(CamelCase(WithHead { body: report, .. })) = self.data.as_ref() else { return false };
        let is_named = report.event.as_deref().is_some_and(|event| REVIEWS.contains(&event));
        is_named || self.is_test() || (!report.trace_id.is_absent() && !report.result.is_absent())
    }

    fn is_test(&self) -> bool {
        let Some(CamelCase(WithHead { body: report, .. })) = self.data.as_ref() else { return false };
        self.message.as_deref() == Some(TEST_MESSAGE)
            || report.trace_id.as_deref() == Some(TEST_ID)
            || report.url.as_deref().is_some_and(|url| TEST_URLS.contains(&url))
    }

    pub(super) fn facts(self) -> Facts {
        let is_test = self.is_test();
        let CamelCase(WithHead { head: categories, body: mut report }) = self.data.or_default();
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
        Facts { name: report.event.0.clone(), ..report.facts(categories) }
    }
}

impl Detail {
    pub(super) fn facts(self) -> Facts {
        let CamelCase(WithHead { head, body }) = self.jobs_detail.into_iter().next().unwrap_or_default();
        Facts { name: self.event_name.0, ..body.facts(head) }
    }
}

impl Report {
    fn facts(mut self, categories: Categories) -> Facts {
        let code = self.code.as_deref().and_then(|code| code.parse().ok());
        let whole = status::outcome_or_code(self.state.as_deref(), code);
        let (outcome, error) = self.parts(&categories).outcome(whole);
        // What failed found nothing, though it may say 0.
        let review = if outcome == Outcome::Failed { Review::default() } else { self.review(categories) };
        let masked = self.mask_info.or_default().output().filter(|_| outcome != Outcome::Failed);
        let own_error = failure(self.code, self.message);
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
            error: if own_error == Failure::default() { error } else { own_error },
            user_data: self.data_id.0.or(self.user_info.0),
            ..Facts::default()
        }
    }

    /// The categories and the masked file as parts of the review.
    fn parts(&self, categories: &Categories) -> Parts {
        let mut parts = Parts::default();
        for (_, category) in &categories.0 {
            parts.add(&Text(None), &category.code, &category.msg);
        }
        if let Some(masked) = self.mask_info.as_ref() {
            masked.count(&mut parts);
        }
        parts
    }

    /// What to do, and what for: as the whole says or, where one of them is graver, its categories and parts. Takes them.
    fn review(&mut self, categories: Categories) -> Review {
        let whole = verdict(&self.result).or(verdict(&self.suggestion));
        let labels = std::mem::take(&mut self.labels).or_default().0.head;
        let hits = categories.0.into_iter().chain(labels.0).filter(|(_, category)| category.has_hit());
        let hits = hits.map(|(name, category)| Finding {
            verdict: category.hit_flag.get().and_then(verdict_of),
            score: category.score.get(),
            label: category.label.0.or(Some(name)),
        });
        let lists = [&mut self.snapshot, &mut self.audio_section, &mut self.section].map(std::mem::take);
        let pages = [&mut self.page_segment, &mut self.image_results, &mut self.text_results];
        let pages = pages.map(|pages| std::mem::take(pages).or_default().0.results);
        let segments = lists.into_iter().chain(pages).flatten().map(|CamelCase(segment)| Finding {
            verdict: verdict(&segment.result).or(verdict(&segment.suggestion)),
            label: segment.label.0,
            score: segment.score.get(),
        });
        let viruses = std::mem::take(&mut self.detect_detail).or_default().result.into_iter();
        let viruses = viruses.map(|found| Finding { verdict: whole, label: found.virus_name.0, score: None });

        // A category says more than a part, which may lack its label.
        let graver = |one: Finding, other: Finding| {
            let rank = |finding: &Finding| (finding.verdict, finding.label.is_some());
            let is_graver = rank(&other) > rank(&one) || (rank(&other) == rank(&one) && other.score > one.score);
            if is_graver { other } else { one }
        };
        let of_category = hits.chain(viruses).reduce(graver);
        let of_part = segments.filter(|part| part.verdict > Some(Verdict::Pass)).reduce(graver);
        let found =
            [&of_category, &of_part].into_iter().flatten().map(|finding| finding.verdict).fold(whole, Option::max);
        let decided = of_category.or(of_part.filter(|part| part.verdict > whole));
        let (label, score) = decided.map(|finding| (finding.label, finding.score)).unzip();
        let is_own_label = |label: &String| found <= Some(Verdict::Pass) || !label.eq_ignore_ascii_case("normal");
        Review {
            verdict: found,
            label: self.label.0.clone().filter(is_own_label).or(label.flatten()),
            score: score.flatten().or(self.score.get()),
            ..Review::default()
        }
    }
}

/// What the vendor's number or word advises.
fn verdict(advice: &Text) -> Option<Verdict> {
    let advice = advice.as_deref()?;
    match advice.to_ascii_lowercase().as_str() {
        "normal" | "pass" => Some(Verdict::Pass),
        "block" => Some(Verdict::Block),
        "review" => Some(Verdict::Review),
        number => number.parse().ok().and_then(verdict_of),
    }
}

/// What the vendor's number advises.
fn verdict_of(result: i64) -> Option<Verdict> {
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
                Verdict::Block,
                Some("QR"),
                Some(80.0),
            ),
            (r#"{"result":0,"ads_info":{"hit_flag":1,"score":80}}"#, Verdict::Block, Some("Ads"), Some(80.0)),
            (r#"{"result":2,"quality_info":{"hit_flag":2,"score":70}}"#, Verdict::Review, Some("Quality"), Some(70.0)),
            (
                r#"{"result":1,"brand_new_info":{"hit_flag":1,"score":70}}"#,
                Verdict::Block,
                Some("BrandNew"),
                Some(70.0),
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
