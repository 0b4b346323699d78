//! The files that a job made.

use std::collections::HashMap;

use serde::Deserialize;

use crate::budget;
use crate::event::{Output, Role};
use crate::wire::{Integer, Many, Text, Texts, Unused};

/// Where the result was to be put.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OutputTarget {
    /// Bucket.
    bucket: Text,
    /// Region of the bucket.
    region: Text,
    /// Name of the file. May hold placeholders: `${ext}`, `${number}`, `${Page}`.
    object: Text,
    /// Name of the sprite. May hold placeholders.
    sprite_object: Text,
    /// Name of the file with the voice, of a job that separates voices.
    au_object: Text,
    /// Name of the file with the bass, of a job that separates voices.
    bass_object: Text,
    /// Name of the file with the drums, of a job that separates voices.
    drum_object: Text,
    /// The streams that were to be extracted.
    stream_extract: Many<StreamExtract>,
}

/// A stream that was to be extracted.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct StreamExtract {
    /// Number of the stream.
    index: Unused<Integer>,
    /// Name of the file that it is written to.
    output: Text,
    /// The same in the vendor's SDK.
    object: Text,
}

/// The files that were made.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MediaResult {
    /// The files, in one bucket.
    output_file: Many<OutputFile>,
}

/// Files in one bucket.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct OutputFile {
    /// Bucket.
    bucket: Text,
    /// Region of the bucket.
    region: Text,
    /// What precedes each name in the bucket.
    object_prefix: Text,
    /// Names of the files. A string where there is one.
    object_name: Texts,
    /// URLs of the files, in the same order. In the vendor's SDK for Java.
    object_url: Texts,
    /// MD5 of the files.
    md5_info: Many<Md5Info>,
    /// The sprites.
    sprite_output_file: Many<OutputFile>,
}

/// MD5 of one file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "PascalCase")]
struct Md5Info {
    /// MD5, hex.
    md5: Text,
    /// Name of the file.
    object_name: Text,
}

/// A file of this name, or none without one. `other` is what it is where its name does not tell.
pub(super) fn named(name: Text, other: Role) -> Option<Output> {
    let name = name.0?;
    let role = Role::of_name(&name).or(other);
    // Some results have the address in place of the name.
    Some(if name.contains("://") {
        Output { role, url: Some(name), ..Output::default() }
    } else {
        Output { role, object: Some(name), ..Output::default() }
    })
}

/// What each output repeats. The name of an object in its bucket has 850 bytes at most, and what is much longer is none:
/// repeated, it would make a small body a very large event.
fn short(text: Text) -> Option<String> {
    text.0.filter(|text| text.len() <= 1_024)
}

impl OutputTarget {
    /// The files that the target names without a placeholder.
    pub(super) fn outputs(self) -> Vec<Output> {
        let (bucket, region) = (short(self.bucket), short(self.region));
        let streams = self.stream_extract.into_iter().map(|stream| stream.output.or(stream.object));
        [self.object, self.au_object, self.bass_object, self.drum_object, self.sprite_object]
            .into_iter()
            .chain(streams)
            .filter(|name| !name.as_deref().is_some_and(|name| name.contains("${")))
            .filter_map(|name| named(name, Role::Other))
            .map(|output| Output { bucket: bucket.clone(), region: region.clone(), ..output })
            .collect()
    }

    /// The output in the target's bucket, where it does not say itself where it is.
    pub(super) fn place(&self, output: Output) -> Output {
        if output.bucket.is_some() || output.object.is_none() {
            return output;
        }
        let repeated = [&self.bucket.0, &self.region.0].into_iter().flatten().map(String::len).sum();
        if !budget::take_copies(repeated) {
            return output;
        }
        Output { bucket: self.bucket.0.clone(), region: self.region.0.clone(), ..output }
    }
}

impl MediaResult {
    pub(super) fn outputs(self) -> Vec<Output> {
        self.output_file.into_iter().flat_map(OutputFile::outputs).collect()
    }
}

impl OutputFile {
    fn outputs(self) -> Vec<Output> {
        let prefix = short(self.object_prefix).unwrap_or_default();
        let (bucket, region) = (short(self.bucket), short(self.region));
        let names = self.object_name.0;
        let hashes: HashMap<String, String> =
            self.md5_info.into_iter().filter_map(|info| info.object_name.0.zip(info.md5.0)).collect();
        // Without a prefix the hash has the file's name; with one, some have the part and some the whole.
        let hash = |name: &str, object: &str| hashes.get(name).or_else(|| hashes.get(object)).cloned();
        let (urls, unnamed) =
            if names.is_empty() { (Vec::new(), self.object_url.0) } else { (self.object_url.0, Vec::new()) };
        let unnamed = unnamed.into_iter().filter_map(|url| named(Text(Some(url)), Role::Other));
        // Which URL is whose is known only where each file has one.
        let urls = Some(urls).filter(|urls| urls.len() == names.len()).unwrap_or_default();
        let urls = urls.into_iter().map(Some).chain(std::iter::repeat(None));
        let repeated = prefix.len() + [&bucket, &region].into_iter().flatten().map(String::len).sum::<usize>();
        let files = names.into_iter().zip(urls).filter(|_| budget::take_file(repeated)).map(|(name, url)| {
            let object = format!("{prefix}{name}");
            Output {
                role: Role::of_name(&object),
                url,
                bucket: bucket.clone(),
                region: region.clone(),
                md5: hash(&name, &object),
                object: Some(object),
                ..Output::default()
            }
        });
        files.chain(unnamed).chain(self.sprite_output_file.into_iter().flat_map(Self::outputs)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(outputs: Vec<Output>) -> Vec<String> {
        outputs.into_iter().filter_map(|output| output.object).collect()
    }

    #[test]
    fn a_name_with_a_placeholder_is_no_file() {
        let json = r#"{"Bucket":"b","Object":"a-${number}.jpg","SpriteObject":"s.jpg","AuObject":"v.mp3","DrumObject":"",
                       "StreamExtract":[{"Index":"0","Output":"0.mp4"},{"Index":"1","Object":"1.aac"}]}"#;
        let target: OutputTarget = crate::wire::parse(json);
        assert_eq!(objects(target.outputs()), ["v.mp3", "s.jpg", "0.mp4", "1.aac"]);
    }

    #[test]
    fn a_prefix_precedes_every_name() {
        let json = r#"{"OutputFile":{"ObjectPrefix":"out/a-","ObjectName":["0.jpg","1.jpg"],
                       "Md5Info":[{"Md5":"m0","ObjectName":"0.jpg"},{"Md5":"m1","ObjectName":"out/a-1.jpg"}],
                       "SpriteOutputFile":{"ObjectPrefix":"out/s-","ObjectName":"0.jpg"}}}"#;
        let outputs = crate::wire::parse::<MediaResult>(json).outputs();
        let hashes: Vec<_> = outputs.iter().map(|output| output.md5.as_deref()).collect();
        assert_eq!(hashes, [Some("m0"), Some("m1"), None]);
        assert_eq!(objects(outputs), ["out/a-0.jpg", "out/a-1.jpg", "out/s-0.jpg"]);
    }

    #[test]
    fn each_file_may_have_its_url() {
        for (file, expected) in [
            (r#"{"ObjectName":"a.jpg","ObjectUrl":"https://b/a.jpg"}"#, vec![(Some("a.jpg"), Some("https://b/a.jpg"))]),
            (
                r#"{"ObjectName":["0.jpg","1.jpg"],"ObjectUrl":["https://b/0.jpg","https://b/1.jpg"]}"#,
                vec![(Some("0.jpg"), Some("https://b/0.jpg")), (Some("1.jpg"), Some("https://b/1.jpg"))],
            ),
            (
                r#"{"ObjectName":["0.jpg","1.jpg"],"ObjectUrl":"https://b/0.jpg"}"#,
                vec![(Some("0.jpg"), None), (Some("1.jpg"), None)],
            ),
            (r#"{"ObjectUrl":"https://b/a.jpg"}"#, vec![(None, Some("https://b/a.jpg"))]),
        ] {
            let outputs = crate::wire::parse::<OutputFile>(file).outputs();
            let named = outputs.iter().map(|output| (output.object.as_deref(), output.url.as_deref()));
            assert_eq!(named.collect::<Vec<_>>(), expected, "{file}");
        }
    }

    #[test]
    fn what_has_no_bucket_is_in_the_targets() {
        let target: OutputTarget = crate::wire::parse(r#"{"Bucket":"b","Region":"r"}"#);
        let bucket = |output| target.place(output).bucket;
        assert_eq!(bucket(Output { object: Some("o".to_owned()), ..Output::default() }).as_deref(), Some("b"));
        assert_eq!(bucket(Output { url: Some("https://x/o".to_owned()), ..Output::default() }), None);
        let elsewhere = Output { object: Some("o".to_owned()), bucket: Some("c".to_owned()), ..Output::default() };
        assert_eq!(bucket(elsewhere).as_deref(), Some("c"));
    }
}
