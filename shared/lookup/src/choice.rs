//! Which events are confirmed, or looked for: by product, and by kind.

use std::str::FromStr;

use callbacks::{CloudEvent, Kind, Product};

/// Some events: `tencent-ci:moderation,transcode tencent-vod:all`. A product without kinds has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice(Vec<(Product, Kinds)>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kinds {
    All,
    These(Vec<Kind>),
}

/// The text is no choice of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected products with kinds of events, such as `tencent-ci:moderation,transcode tencent-vod:all`")]
pub struct UnknownChoice;

impl Choice {
    /// Whether an event is one of them.
    #[must_use]
    pub fn includes(&self, event: &CloudEvent) -> bool {
        self.0.iter().any(|(product, kinds)| {
            *product == event.source
                && match kinds {
                    Kinds::All => true,
                    Kinds::These(kinds) => kinds.contains(&event.r#type.kind),
                }
        })
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
            let kinds = match kinds {
                "" => continue,
                "all" => Kinds::All,
                words => {
                    let kinds: Option<_> = words.split(',').map(Kind::of_word).collect();
                    Kinds::These(kinds.ok_or(UnknownChoice)?)
                }
            };
            choice.push((product, kinds));
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

    #[test]
    fn what_is_misspelt_chooses_nothing() {
        for text in [
            "",
            " ",
            "tencent-ci",
            "tencent:all",
            "tencent-ci:transcoding",
            "tencent-ci:all,",
            "tencent-ci:all tencent-ci:upload",
        ] {
            assert_eq!(text.parse::<Choice>(), Err(UnknownChoice), "{text}");
        }
    }
}
