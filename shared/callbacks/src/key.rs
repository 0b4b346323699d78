//! What the end of a job is known by, at its vendor and in its callback alike.

use std::fmt;

use crate::Product;
use crate::event::{CloudEvent, Media, MediaEvent};

/// What the end of a job is known by: the ids that the vendor's API, its lists and its callbacks have alike.
///
/// An event's id is made from the callback's whole body, which no API repeats; the text form of this key tells whether two
/// events are about the same end, or on the way to it. Every id is made of letters, digits, `-` and `_`, so that it may be part
/// of a path or query; an event with another id has no key. The text form, `<product>/<end>/<ids>`, names the end without the
/// bucket, which not every callback tells: `tencent-ci/job/j168668b217b011ed8efb27bb229e2d11`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NaturalKey {
    product: Product,
    end: &'static str,
    ids: Vec<String>,
    bucket: Option<(String, Option<String>)>,
}

/// The longest id. The longest that a vendor documents has some 60 characters.
const MAX_ID: usize = 128;

/// The most ids. Each may cost whoever asks about them a request, and a callback may have been forged.
const MAX_IDS: usize = 100;

/// A sort of end, and which of an event's fields tell its ids.
type End = (&'static str, Ids);

/// Where the ids of an end are.
#[derive(Debug, Clone, Copy)]
enum Ids {
    /// The job's own.
    Job,
    /// The media's.
    Media,
    /// The media's, which are the only file that was made, where it was.
    Made,
    /// The workflow run's.
    Run,
    /// The job's, and that of the only part that ended.
    JobAndPart,
    /// The job's, and that of the only file that it made.
    JobAndFile,
    /// Those of all parts, in any order: the event has no job's.
    Parts,
}

/// The events of Tencent Cloud VOD that no task is behind. All others are a [`NaturalKey::TASK`].
const TENCENT_VOD: &[End] = &[
    ("NewFileUpload", Ids::Media),
    ("FileDeleted", Ids::Media),
    ("RestoreMediaComplete", Ids::Media),
    ("PersistenceComplete", Ids::Media),
];

/// The events of Cloud Infinite that are no [`NaturalKey::JOB`].
const TENCENT_CI: &[End] = &[
    ("WorkflowStart", Ids::Run),
    ("WorkflowFinish", Ids::Run),
    ("ReviewImage", Ids::Job),
    ("ReviewVideo", Ids::Job),
    ("ReviewAudio", Ids::Job),
    ("ReviewText", Ids::Job),
    ("ReviewDocument", Ids::Job),
    ("ReviewHtml", Ids::Job),
];

/// The events of Intelligent Media Services that have a key. The others have nothing that tells two of them apart.
const ALIYUN_IMS: &[End] = &[
    ("FileUploadComplete", Ids::Media),
    ("ImageUploadComplete", Ids::Media),
    ("AttachedMediaUploadComplete", Ids::Media),
    ("RegisterMediaComplete", Ids::Media),
    ("DeleteMediaComplete", Ids::Media),
    ("VideoAnalysisComplete", Ids::Media),
    ("UploadByURLComplete", Ids::Job),
    ("UploadStreamByURLComplete", Ids::Job),
    ("AIMediaAuditComplete", Ids::Job),
    ("WorkflowTaskComplete", Ids::Job),
    ("SnapshotComplete", Ids::Job),
    ("DynamicImageComplete", Ids::Job),
    ("TranscodeComplete", Ids::Job),
    ("TranscodeParentComplete", Ids::Job),
    ("MediaConvertComplete", Ids::Job),
    (OUTPUT_GROUP, Ids::JobAndPart),
    ("MediaConvertOutputComplete", Ids::JobAndPart),
    ("AIProduceComplete", Ids::Job),
    ("SmartJobComplete", Ids::Job),
    ("ProduceMediaComplete", Ids::Job),
    ("BatchProduceMediaComplete", Ids::Job),
    ("LiveRecordFileCreated", Ids::JobAndFile),
];

/// An event that has two names.
const OUTPUT_GROUP: &str = "MediaConvertOutputGroupComplete";
const OTHER_OUTPUT_GROUP: &str = "ApsaraVideoForMediaProcessingOutputGroupComplete";

/// The events of `ApsaraVideo` VOD that have a key.
const ALIYUN_VOD: &[End] = &[
    ("FileUploadComplete", Ids::Media),
    ("ImageUploadComplete", Ids::Media),
    ("AttachedMediaUploadComplete", Ids::Media),
    ("DeleteMediaComplete", Ids::Media),
    ("VideoAnalysisComplete", Ids::Media),
    ("UpdateMediaStorageClassComplete", Ids::Media),
    ("RestoreMediaComplete", Ids::Media),
    ("UploadByURLComplete", Ids::Job),
    ("StreamTranscodeComplete", Ids::Job),
    // A video that is transcoded twice sends two of each: the jobs of their streams tell them apart.
    ("TranscodeComplete", Ids::Parts),
    ("SnapshotComplete", Ids::Parts),
    ("DynamicImageComplete", Ids::Job),
    ("AddLiveRecordVideoComplete", Ids::Made),
    ("AIMediaAuditComplete", Ids::Job),
    ("AIVideoCensorComplete", Ids::Job),
    ("AIMediaDNAComplete", Ids::Job),
    ("AIVideoTagComplete", Ids::Job),
    ("WorkflowTaskComplete", Ids::Job),
    ("SubmitMediaRefreshComplete", Ids::Job),
];

impl NaturalKey {
    /// Every task of Tencent Cloud VOD: its lists do not tell which event it becomes.
    pub const TASK: &'static str = "task";

    /// Every job of Cloud Infinite, whatever its tag.
    pub const JOB: &'static str = "job";

    /// The key of the end that an event reports; `None` where the vendor gives it none, or none that may be asked about.
    #[must_use]
    pub fn of(event: &CloudEvent) -> Option<Self> {
        let data = event.data()?;
        let name = data.event.as_deref().unwrap_or_default();
        let (end, ids) = end_of(event.source, name)?;
        let mut key = Self::new(event.source, end, ids.of(data)?)?;
        key.bucket = data.media.as_ref().and_then(bucket).filter(|_| event.source == Product::TencentCi);
        Some(key)
    }

    /// The key of an end of this sort with these ids; `None` where the product has no such sort, an id has a character that
    /// none has, or there are more than 100.
    #[must_use]
    pub fn new(product: Product, end: &str, ids: impl IntoIterator<Item = String>) -> Option<Self> {
        let (end, order) = ends(product).find(|(known, _)| *known == end)?;
        let mut ids: Vec<String> = ids.into_iter().collect();
        if let Ids::Parts = order {
            ids.sort_unstable();
            ids.dedup();
        }
        let are_ids = (1..=MAX_IDS).contains(&ids.len()) && ids.iter().all(|id| is_id(id));
        are_ids.then_some(Self { product, end, ids, bucket: None })
    }

    /// Whose job it is.
    #[must_use]
    pub fn product(&self) -> Product {
        self.product
    }

    /// What ended: `task` and `job` of Tencent Cloud, else the vendor's name of the event.
    #[must_use]
    pub fn end(&self) -> &'static str {
        self.end
    }

    /// The ids: one; or a job's and its part's; or, sorted, those of several jobs that end together.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The bucket of a job of Cloud Infinite, and its region, as the event says. Nobody has proved either.
    #[must_use]
    pub fn bucket(&self) -> Option<(&str, Option<&str>)> {
        self.bucket.as_ref().map(|(bucket, region)| (bucket.as_str(), region.as_deref()))
    }

    /// The key with the bucket of a job of Cloud Infinite, and its region.
    #[must_use]
    pub fn in_bucket(self, bucket: &str, region: &str) -> Self {
        Self { bucket: Some((bucket.to_owned(), Some(region.to_owned()))), ..self }
    }

    /// Every sort of end that a product has.
    pub fn ends(product: Product) -> impl Iterator<Item = &'static str> {
        ends(product).map(|(end, _)| end)
    }
}

impl fmt::Display for NaturalKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.product, self.end, self.ids.join("+"))
    }
}

impl Ids {
    /// The ids of an event.
    fn of(self, event: &MediaEvent) -> Option<Vec<String>> {
        let only = |mut ids: Vec<String>| ids.pop().filter(|_| ids.is_empty());
        let job = || event.job.as_ref().and_then(|job| job.id.clone());
        let parts = || event.steps.iter().map(|step| step.id.clone()).collect::<Option<Vec<String>>>();
        let files = || event.outputs.iter().map(|file| file.id.clone()).collect::<Option<Vec<String>>>();
        match self {
            Self::Job => Some(vec![job()?]),
            Self::Media => Some(vec![event.media.as_ref()?.id.clone()?]),
            Self::Made => {
                let id = event.media.as_ref().and_then(|media| media.id.clone());
                Some(vec![id.or_else(|| only(files()?))?])
            }
            Self::Run => Some(vec![event.workflow.as_ref()?.run_id.clone()?]),
            Self::JobAndPart => Some(vec![job()?, only(parts()?)?]),
            Self::JobAndFile => Some(vec![job()?, only(files()?)?]),
            Self::Parts => parts(),
        }
    }
}

/// Every sort of end of a product, with where its ids are.
fn ends(product: Product) -> impl Iterator<Item = End> {
    let (all, others) = match product {
        Product::TencentVod => (Some((NaturalKey::TASK, Ids::Job)), TENCENT_VOD),
        Product::TencentCi => (Some((NaturalKey::JOB, Ids::Job)), TENCENT_CI),
        Product::AliyunIms => (None, ALIYUN_IMS),
        Product::AliyunVod => (None, ALIYUN_VOD),
    };
    all.into_iter().chain(others.iter().copied())
}

/// The sort of end that an event of this name is.
fn end_of(product: Product, name: &str) -> Option<End> {
    let own = ends(product).find(|(end, _)| *end == name);
    match product {
        // The state of a broadcast has no end.
        Product::TencentVod if name == "MediaCastStatusChanged" => None,
        Product::TencentVod => own.or(Some((NaturalKey::TASK, Ids::Job))),
        Product::TencentCi => own.or_else(|| name.starts_with("TaskFinish").then_some((NaturalKey::JOB, Ids::Job))),
        Product::AliyunIms if name == OTHER_OUTPUT_GROUP => end_of(product, OUTPUT_GROUP),
        Product::AliyunIms | Product::AliyunVod => own,
    }
}

fn is_id(id: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(is_letter)
}

fn bucket(media: &Media) -> Option<(String, Option<String>)> {
    media.bucket.clone().map(|bucket| (bucket, media.region.clone()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::event::Outcome;
    use crate::kinds;
    use crate::tests::{all_payloads, events};

    /// Which samples have a key, and which have none.
    #[test]
    fn the_keys_of_all_samples_are_those_of_the_table() {
        let mut table = String::from("product\tsample\tevent\tkey\n");
        for (product, file, body) in all_payloads() {
            for event in events(product, &body) {
                let key = NaturalKey::of(&event);
                let text = key.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
                let is_progress = key.is_some() && event.r#type.outcome == Outcome::Running;
                let progress = if is_progress { " (progress)" } else { "" };
                let name = event.vendorevent.as_deref().unwrap_or("-");
                writeln!(table, "{product}\t{file}\t{name}\t{text}{progress}").unwrap();
            }
        }
        insta::assert_snapshot!("natural_keys", table);
    }

    /// Every sort of end is the name of an event, but for those that stand for many.
    #[test]
    fn a_sort_of_end_is_a_vendors_event_or_all_of_them() {
        let events = kinds();
        for product in Product::ALL {
            for end in NaturalKey::ends(product) {
                let is_event = events.iter().any(|(of, name, _)| *of == product && name == end);
                assert!(is_event || [NaturalKey::TASK, NaturalKey::JOB].contains(&end), "{product} {end}");
            }
        }
    }

    #[test]
    fn an_id_that_may_not_be_part_of_a_path_is_none() {
        let key = |id: &str| NaturalKey::new(Product::TencentCi, NaturalKey::JOB, [id.to_owned()]);
        assert_eq!(key("j16-a_B").unwrap().to_string(), "tencent-ci/job/j16-a_B");
        for id in ["", "a/b", "..", "a?b", "a%2f", "a b", "é", "a\n", &"a".repeat(129)] {
            assert_eq!(key(id), None, "{id}");
        }
        assert_eq!(NaturalKey::new(Product::TencentCi, NaturalKey::TASK, ["a".to_owned()]), None);
        assert_eq!(NaturalKey::new(Product::TencentCi, NaturalKey::JOB, []), None);
    }

    #[test]
    fn jobs_that_end_together_are_known_in_any_order() {
        let key = |ids: [&str; 3]| NaturalKey::new(Product::AliyunVod, "TranscodeComplete", ids.map(str::to_owned));
        assert_eq!(key(["b", "a", "b"]), key(["a", "b", "a"]));
        let many = |count: usize| {
            NaturalKey::new(Product::AliyunVod, "TranscodeComplete", (0..count).map(|number| number.to_string()))
        };
        assert_eq!((many(100).is_some(), many(101)), (true, None));
        let of_part = |ids: [&str; 2]| NaturalKey::new(Product::AliyunIms, OUTPUT_GROUP, ids.map(str::to_owned));
        assert_ne!(of_part(["b", "a"]), of_part(["a", "b"]));
    }
}
