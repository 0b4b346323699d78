//! Task flows, of which the old envelope has four lists of sub-tasks.

use super::data::{AiReview, Data, Found, Segment, SubTask};
use super::{code, first};
use crate::event::{Kind, Media, Outcome, Output, Review, Role, Step, Verdict};
use crate::facts::{Facts, failure_of, made};
use crate::status;
use crate::tencent::vod::flow::process::kind_of;
use crate::tencent::vod::flow::review::worst;
use crate::tencent::vod::flow::sub_task::flow;
use crate::tencent::vod::task::{asset, expiry, failure, file_at, images, role_of, whole_outcome};
use crate::wire::{CamelCase, Text, Time};

impl Data {
    /// A task flow, or another event that has no form of its own in this envelope.
    pub(super) fn other(mut self, task: Facts) -> Facts {
        let properties = self.properties();
        let media = Media { title: self.file_name.0, url: self.file_url.0, ..task.media };
        let mut reviews = Vec::new();
        let mut steps = Vec::new();
        for CamelCase(part) in self.process_task_list {
            steps.push(part.step(None));
        }
        for CamelCase(part) in self.content_review_list {
            reviews.extend(part.review());
            steps.push(part.step(Some(Kind::Moderation)));
        }
        for CamelCase(part) in self.analysis_list.into_iter().chain(self.ai_analysis_list) {
            steps.push(part.step(Some(Kind::Analysis)));
        }
        for CamelCase(part) in self.ai_review.0.into_iter().chain(self.review.0).map(|boxed| *boxed) {
            reviews.extend(part.review());
            steps.extend(part.step());
        }
        steps.retain(|step: &Step| !step.is_blank());
        let (media, review) = (properties.complete(media), worst(reviews).unwrap_or_default());
        flow(Facts { media, review, ..task }, steps)
    }
}

impl Found {
    /// The media with what was found out about it.
    pub(super) fn complete(self, media: Media) -> Media {
        let output = self.file();
        Media {
            size: output.size,
            duration: output.duration,
            width: output.width,
            height: output.height,
            bitrate: output.bitrate,
            fps: output.fps,
            format: output.format.or(media.format),
            md5: output.md5.or(media.md5),
            ..media
        }
    }

    /// What is known of the file, but for what and where it is.
    fn file(self) -> Output {
        let video: Vec<_> = self.video_stream_list.into_iter().chain(self.video_stream_set).collect();
        let audio = self.audio_stream_list.into_iter().chain(self.audio_stream_set);
        let fps = video.first().and_then(|CamelCase(stream)| stream.fps.get()).or(self.fps.get());
        let role = if video.is_empty() { Role::Audio } else { Role::Video };
        let mut streams = video.into_iter().chain(audio);
        let stream = streams.next().map(|CamelCase(stream)| stream);
        Output {
            role: if stream.is_some() { role } else { Role::Other },
            size: first(self.size, self.file_size).count(),
            duration: self.duration.get(),
            width: self.width.count(),
            height: self.height.count(),
            bitrate: self.bitrate.bits(),
            fps,
            format: self.container.0,
            codec: stream.and_then(|stream| stream.codec.0),
            md5: self.md5.0,
            definition: self.definition.0,
            ..Output::default()
        }
    }

    /// The files that a sub-task made.
    fn outputs(mut self) -> Vec<Output> {
        let pictures = std::mem::take(&mut self.image_urls.0).into_iter().chain(std::mem::take(&mut self.image_url.0));
        let pictures = pictures.chain(std::mem::take(&mut self.url_list.0));
        let at_times = std::mem::take(&mut self.img_info).into_iter().filter_map(|CamelCase(picture)| picture.url.0);
        let mut outputs: Vec<Output> = images(pictures.chain(at_times)).collect();
        outputs.extend(file_at(Role::Text, std::mem::take(&mut self.web_vtt_url)));
        outputs
            .extend(std::mem::take(&mut self.segments).into_iter().filter_map(|CamelCase(segment)| segment.picture()));
        let url = std::mem::take(&mut self.url);
        let place = asset(role_of(&url, Role::Other), std::mem::take(&mut self.file_id), url);
        if let Some(place) = place {
            let known = self.file();
            // The streams tell whether it is sound only, which the ending of the address may not.
            let role = if known.role == Role::Audio || place.role == Role::Other { known.role } else { place.role };
            outputs.insert(0, Output { id: place.id, role, url: place.url, ..known });
        }
        outputs
    }
}

impl Segment {
    fn picture(self) -> Option<Output> {
        let expires_at = expiry(Time::default(), self.pic_url_expire_time_stamp);
        file_at(Role::Image, self.url).map(|picture| Output { expires_at, ..picture })
    }
}

impl AiReview {
    /// What was found, without advice: the vendor gave none.
    fn review(&self) -> Option<Review> {
        let label = self.risk_type.0.first()?.clone();
        Some(Review { label: Some(label), ..Review::default() })
    }

    /// The review as a step; none where it says nothing, as a review does that found nothing.
    fn step(self) -> Option<Step> {
        let error = failure(Text::default(), self.err_code, self.message);
        let is_found = !self.risk_type.0.is_empty() || !self.img_info.0.is_empty();
        let outcome = match whole_outcome(&self.status, self.err_code, &error) {
            // Findings are a result, with which no status comes.
            Outcome::Unknown if self.status.is_absent() && is_found => Outcome::Succeeded,
            Outcome::Unknown if self.status.is_absent() => return None,
            outcome => outcome,
        };
        let pictures = self.img_info.into_iter().map(|CamelCase(picture)| picture.url);
        Some(Step {
            kind: Kind::Moderation,
            event: Some("aiReview".to_owned()),
            outcome,
            status: self.status.0,
            template_id: self.definition.0,
            error: failure_of(outcome, error),
            outputs: made(outcome, images(pictures)),
            ..Step::default()
        })
    }
}

impl SubTask {
    /// The sub-task as a step. Its list tells what it is about, or its own name does.
    fn step(self, kind: Option<Kind>) -> Step {
        let (status, err_code) = code(self.status, self.err_code);
        let error = failure(self.err_code_ext, err_code, self.message);
        let outcome = whole_outcome(&status, err_code, &error);
        let output = self.output.0.map(|output| output.0).unwrap_or_default();
        let template_id = self.input.0.and_then(|input| input.0.definition.0).or_else(|| output.definition.0.clone());
        Step {
            kind: kind.or_else(|| self.task_type.as_deref().and_then(kind_of)).unwrap_or_default(),
            event: self.task_type.0,
            outcome,
            status: status.0,
            template_id,
            started_at: self.begin_process_time.0,
            finished_at: self.finish_time.0,
            error: failure_of(outcome, error),
            outputs: made(outcome, output.outputs()),
            ..Step::default()
        }
    }

    /// What a review advises.
    fn review(&self) -> Option<Review> {
        let found = &self.output.as_ref()?.0;
        let verdict = status::verdict(found.suggestion.as_deref()?)?;
        // The name of the sub-task says what was found, if anything was.
        let name = self.task_type.0.clone().filter(|_| verdict != Verdict::Pass);
        Some(Review {
            verdict: Some(verdict),
            label: found.label.0.clone().or(name),
            score: found.confidence.get(),
            ..Review::default()
        })
    }
}
