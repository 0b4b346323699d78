//! Which events are confirmed, or looked for: by product, and by kind.

use std::fmt;
use std::str::FromStr;

use callbacks::{CloudEvent, Kind, NaturalKey, Product};
use serde::{Deserialize, Serialize};

use crate::listed::doubtful;

/// Some events: `tencent-ci:moderation,transcode tencent-vod:all aliyun-vod:all,upload`. A product without kinds has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Choice(Vec<(Product, Kinds)>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kinds {
    all: bool,
    named: Vec<Kind>,
}

/// The text is no choice of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected products with kinds of events, such as `tencent-ci:moderation,transcode tencent-vod:all`")]
pub struct UnknownChoice;

impl Choice {
    /// Whether an event is one of them.
    #[must_use]
    pub fn includes(&self, event: &CloudEvent) -> bool {
        self.has_kind(event.source, event.r#type.kind)
    }

    /// Whether events of a kind are among them.
    #[must_use]
    pub(crate) fn has_kind(&self, product: Product, kind: Kind) -> bool {
        self.kinds(product).is_some_and(|kinds| kinds.all || kinds.named.contains(&kind))
    }

    /// Whether an event is one of them, and is missing where no callback has brought it. Of some ends the lists do not tell whether a
    /// callback was due: `all` leaves them out, and a kind that is named takes them in.
    #[must_use]
    pub fn looks_for(&self, event: &CloudEvent) -> bool {
        self.includes(event) && self.takes(event.source, event.vendorevent.as_deref().unwrap_or_default())
    }

    /// Whether the events of an end may be among those that [`Choice::looks_for`] takes. Its kind may have been left out.
    #[must_use]
    pub fn may_look_for(&self, key: &NaturalKey) -> bool {
        self.takes(key.product(), key.end())
    }

    /// Whether ends of this name are among them, or would be if they were not doubtful.
    fn takes(&self, product: Product, end: &str) -> bool {
        let is_named = |kind| self.kinds(product).is_some_and(|kinds| kinds.named.contains(&kind));
        doubtful(product, end).is_none_or(is_named)
    }

    /// Whether all events of a product are among them that need not be named.
    #[must_use]
    pub fn has_all(&self, product: Product) -> bool {
        self.kinds(product).is_some_and(|kinds| kinds.all)
    }

    /// Those of one product.
    #[must_use]
    pub fn of(&self, product: Product) -> Self {
        Self(self.0.iter().filter(|(chosen, _)| *chosen == product).cloned().collect())
    }

    fn kinds(&self, product: Product) -> Option<&Kinds> {
        self.0.iter().find(|(chosen, _)| *chosen == product).map(|(_, kinds)| kinds)
    }

    /// Whether some events of a product are among them.
    #[must_use]
    pub fn has(&self, product: Product) -> bool {
        self.products().any(|chosen| chosen == product)
    }

    /// The products of which some events are among them.
    pub fn products(&self) -> impl Iterator<Item = Product> {
        self.0.iter().map(|(product, _)| *product)
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (product, kinds)) in self.0.iter().enumerate() {
            let all = kinds.all.then(|| "all".to_owned());
            let words: Vec<String> = all.into_iter().chain(kinds.named.iter().map(Kind::to_string)).collect();
            write!(formatter, "{}{product}:{}", if number > 0 { " " } else { "" }, words.join(","))?;
        }
        Ok(())
    }
}

impl From<Choice> for String {
    fn from(choice: Choice) -> Self {
        choice.to_string()
    }
}

impl TryFrom<String> for Choice {
    type Error = UnknownChoice;

    fn try_from(text: String) -> Result<Self, UnknownChoice> {
        if text.is_empty() { Ok(Self::default()) } else { text.parse() }
    }
}

impl FromStr for Choice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        if text.trim().is_empty() {
            return Err(UnknownChoice);
        }
        let mut choice = Vec::new();
        for word in text.split_whitespace() {
            let (product, kinds) = word.split_once(':').ok_or(UnknownChoice)?;
            let product: Product = product.parse().map_err(|_| UnknownChoice)?;
            if choice.iter().any(|(chosen, _)| *chosen == product) {
                return Err(UnknownChoice);
            }
            if kinds.is_empty() {
                continue;
            }
            let mut chosen = Kinds::default();
            for word in kinds.split(',') {
                match word {
                    "all" => chosen.all = true,
                    word => chosen.named.push(Kind::of_word(word).ok_or(UnknownChoice)?),
                }
            }
            choice.push((product, chosen));
        }
        Ok(Self(choice))
    }
}

#[cfg(test)]
mod tests {
    use callbacks::decode;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn events_are_chosen_by_product_and_kind() {
        let choice: Choice = " tencent-ci:moderation,transcode aliyun-ims: aliyun-vod:all".parse().unwrap();
        assert_eq!(choice.products().collect::<Vec<_>>(), [Product::TencentCi, Product::AliyunVod]);
        for (product, body, expected) in [
            (Product::TencentCi, r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Transcode","JobId":"j"}}"#, true),
            (Product::TencentCi, r#"{"EventName":"TaskFinish","JobsDetail":{"Tag":"Snapshot","JobId":"j"}}"#, false),
            (Product::AliyunVod, r#"{"EventType":"New","VideoId":"v"}"#, true),
            (Product::AliyunIms, r#"{"EventType":"New","MessageBody":{}}"#, false),
            (Product::TencentVod, r#"{"EventType":"New"}"#, false),
        ] {
            let events = decode(product, body.as_bytes(), Timestamp::UNIX_EPOCH);
            assert_eq!(events.iter().map(|event| choice.includes(event)).collect::<Vec<_>>(), [expected], "{body}");
        }
        assert_eq!("tencent-ci: tencent-vod:".parse(), Ok(Choice::default()));
    }

    /// What no list tells of whether its callback was due is looked for where its kind is named.
    #[test]
    fn a_kind_that_is_named_takes_in_what_is_doubtful() {
        let uploaded = |event: &str, id: &str| {
            let body = format!(r#"{{"EventType":"{event}","{id}":"m1","Status":"success"}}"#);
            decode(Product::AliyunVod, body.as_bytes(), Timestamp::UNIX_EPOCH).remove(0)
        };
        let (video, image) = (uploaded("FileUploadComplete", "VideoId"), uploaded("ImageUploadComplete", "ImageId"));
        let key = NaturalKey::of(&video).unwrap();
        for (kinds, looks_for_video, looks_for_image) in [
            ("all", false, true),
            ("all,upload", true, true),
            ("upload", true, true),
            ("transcode,upload", true, true),
            ("all,transcode", false, true),
            ("transcode", false, false),
        ] {
            let choice: Choice = format!("aliyun-vod:{kinds}").parse().unwrap();
            let found = (choice.looks_for(&video), choice.looks_for(&image));
            assert_eq!(found, (looks_for_video, looks_for_image), "{kinds}");
            assert_eq!(choice.may_look_for(&key), looks_for_video, "{kinds}");
            // To confirm one, nobody has to know why it came.
            assert_eq!(choice.includes(&video), kinds != "transcode", "{kinds}");
            assert_eq!(choice.has_all(Product::AliyunVod), kinds.starts_with("all"), "{kinds}");
        }
        // Elsewhere nothing is doubtful.
        let choice: Choice = "aliyun-vod:all tencent-vod:all".parse().unwrap();
        let upload = r#"{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"1"}}"#;
        assert!(choice.looks_for(&decode(Product::TencentVod, upload.as_bytes(), Timestamp::UNIX_EPOCH)[0]));
    }

    #[test]
    fn a_choice_can_be_kept() {
        for (text, kept) in [
            (
                "tencent-ci:transcode,moderation aliyun-vod:upload,all",
                "tencent-ci:transcode,moderation aliyun-vod:all,upload",
            ),
            ("tencent-ci: tencent-vod:all", "tencent-vod:all"),
            ("tencent-ci:", ""),
        ] {
            let choice: Choice = text.parse().unwrap();
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!((json.as_str(), serde_json::from_str(&json).ok()), (&*format!("{kept:?}"), Some(choice)));
        }
        let choice: Choice = "tencent-ci:transcode tencent-vod:all".parse().unwrap();
        assert_eq!(choice.of(Product::TencentVod), "tencent-vod:all".parse().unwrap());
        assert_eq!(choice.of(Product::AliyunVod), Choice::default());
    }

    #[test]
    fn what_is_misspelt_chooses_nothing() {
        for text in [
            "",
            " ",
            "tencent-ci",
            "tencent:all",
            "tencent-ci:transcoding",
            "tencent-ci:all,",
            "tencent-ci:all,transcoding",
            "tencent-ci:all tencent-ci:upload",
        ] {
            assert_eq!(text.parse::<Choice>(), Err(UnknownChoice), "{text}");
        }
    }
}
