//! Still and animated images taken from a video.

use std::collections::HashSet;

use serde::Deserialize;

use super::head::WithHead;
use super::{Body, Head};
use crate::aliyun::{role_of, series};
use crate::event::{Job, Kind, Outcome, Output, Role, Step};
use crate::facts::{Facts, made};
use crate::urls::unsigned;
use crate::wire::{Decimal, Embedded, Integer, Many, Text, Texts, Unused};

/// Body of `SnapshotComplete`.
///
/// The table requires `VideoId` and `Status`; the example has neither.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/snapshotcomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Snapshot {
    /// `SpecifiedTime` where `SubmitSnapshotJob` asked for the snapshots.
    sub_type: Unused<Text>,
    /// The video's thumbnail: one of the snapshots, where the customer gave none.
    cover_url: Text,
    /// The series of snapshots. A list, which is also read where it comes as JSON in a string, as lists of other events do.
    snapshot_infos: Embedded<Many<WithHead<SnapshotInfo>>>,
    /// URLs of the snapshots one by one, which events of 2020 have in place of the series. No table has it.
    snapshots: Embedded<Texts>,
}

/// A series of snapshots of one type.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct SnapshotInfo {
    /// `CoverSnapshot`, `NormalSnapshot` or `SpriteSnapshot`.
    snapshot_type: Text,
    /// Number of images.
    snapshot_count: Integer,
    /// Key of the images, with `{SnapshotCount}` for the number of each.
    snapshot_format: Unused<Text>,
    /// URL of the images, with `{SnapshotCount}` for the number of each. "Add leading zeros to ensure that the value consists of
    /// five digits"; the first one is `00001`.
    snapshot_regular: Text,
}

/// Body of `DynamicImageComplete`.
///
/// <https://www.alibabacloud.com/help/en/vod/user-guide/dynamicimagecomplete>
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct DynamicImage {
    /// The images. The table says a list; the example has a single object, as JSON in a string.
    dynamic_image_job_info: Embedded<Many<WithHead<DynamicImageInfo>>>,
}

/// An animated image. Numbers are digits in strings.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct DynamicImageInfo {
    /// Where the image lies.
    #[serde(rename = "FileURL")]
    file_url: Text,
    /// Bytes.
    file_size: Integer,
    /// Frames per second.
    fps: Decimal,
    /// Pixels.
    height: Integer,
    /// Pixels.
    width: Integer,
}

impl Body for Snapshot {
    fn facts(self, head: &Head) -> Facts {
        let whole = head.outcome();
        let infos = self.snapshot_infos.or_default().0;
        // Of several jobs none is the event's.
        let job = match infos.as_slice() {
            [info] => Job { id: info.head.job_id.0.clone(), ..Job::default() },
            _ => Job::default(),
        };
        let steps: Vec<Step> =
            infos.into_iter().map(|info| step(info, whole)).filter(|step| !step.is_blank()).collect();
        let outcome = Outcome::of_parts(whole, steps.iter().map(|step| step.outcome));
        let snapshots = match self.snapshots {
            Embedded::Json(urls) => urls.0,
            Embedded::Text(url) => vec![url],
            Embedded::Absent => Vec::new(),
        };
        let of_steps = steps.iter().flat_map(|step| &step.outputs).filter_map(|output| output.url.as_deref());
        let outputs = without_those_listed(snapshots.into_iter().chain(self.cover_url.0), of_steps);
        Facts { outcome, job, outputs: made(outcome, outputs.into_iter().map(image)), steps, ..Facts::default() }
    }
}

/// These URLs without those that are already listed, once each. A signature is no difference.
fn without_those_listed<'a>(urls: impl Iterator<Item = String>, listed: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: HashSet<String> = listed.map(|url| unsigned(url).into_owned()).collect();
    urls.filter(|url| seen.insert(unsigned(url).into_owned())).collect()
}

/// A series as a part of the whole. Without a status of its own, it ended as the whole did.
fn step(WithHead { head, body }: WithHead<SnapshotInfo>, whole: Outcome) -> Step {
    let outcome = head.stated_outcome().unwrap_or(whole);
    let images = body.snapshot_regular.0.map(image);
    // An index of thumbnails, not something to read along.
    let is_index = body.snapshot_type.as_deref().is_some_and(|of| of.contains("WebVtt"));
    let images = images.map(|image| if is_index { Output { role: Role::Text, ..image } } else { image });
    let images = images.map(|image| series(image, "{SnapshotCount}", body.snapshot_count.count()));
    let outputs = made(outcome, images.unwrap_or_default());
    Step {
        id: head.job_id.0.clone(),
        event: body.snapshot_type.0,
        kind: Kind::Snapshot,
        outcome,
        status: head.status.0.clone(),
        error: head.error_of(outcome),
        outputs,
        ..Step::default()
    }
}

impl Body for DynamicImage {
    fn facts(self, head: &Head) -> Facts {
        let whole = head.outcome();
        let images: Vec<(Outcome, Option<Output>)> = self
            .dynamic_image_job_info
            .or_default()
            .into_iter()
            .map(|WithHead { head, body }| (head.stated_outcome().unwrap_or(whole), body.output()))
            .collect();
        Facts {
            outcome: Outcome::of_parts(whole, images.iter().map(|(outcome, _)| *outcome)),
            outputs: images.into_iter().flat_map(|(outcome, output)| made(outcome, output)).collect(),
            ..Facts::default()
        }
    }
}

impl DynamicImageInfo {
    fn output(self) -> Option<Output> {
        Some(Output {
            size: self.file_size.count(),
            width: self.width.count(),
            height: self.height.count(),
            fps: self.fps.get(),
            ..image(self.file_url.0?)
        })
    }
}

fn image(url: String) -> Output {
    Output { role: role_of(&url, Role::Image), url: Some(url), ..Output::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many series an event has, all their files together have one budget.
    #[test]
    fn the_files_of_all_series_are_limited() {
        let info = r#"{"SnapshotCount":10000,"SnapshotRegular":"http://a/{SnapshotCount}.jpg","JobId":"j"}"#;
        let json = format!(r#"{{"Status":"success","SnapshotInfos":[{info},{info},{info}]}}"#);
        let WithHead { head, body } = crate::wire::parse::<WithHead<Snapshot>>(&json);
        let facts = body.facts(&head);
        let counts: Vec<usize> = facts.steps.iter().map(|step| step.outputs.len()).collect();
        assert_eq!(counts, [10_000, 10_000, 1]);
        assert_eq!((facts.outcome, facts.job.id), (Outcome::Succeeded, None));
    }
}
