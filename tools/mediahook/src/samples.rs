//! The bundled samples: the payloads of the parsing crate's test data.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use callbacks::Product;
use rust_embed::RustEmbed;
use sender::request::{self, RequestHeaders};
use serde_json::Value;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../shared/callbacks/testdata"]
#[include = "*/*/*.json"]
#[include = "*/*/*.xml"]
struct TestData;

/// A payload under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Name of the payload's file without its ending; `-xml` is added where it is XML.
    pub(crate) case: String,
    pub(crate) body: Vec<u8>,
}

/// A variation of how callbacks arrive, which is applied to one sample of each product.
struct Variation {
    /// Added to the sample's name.
    name: &'static str,
    /// Changes the headers that the vendor sends.
    headers: fn(RequestHeaders) -> RequestHeaders,
    /// Prefix of the body.
    prefix: &'static [u8],
}

/// What receivers must accept: Base64, wrong, odd or missing content types, header names in any case, a byte order mark.
const VARIATIONS: &[Variation] = &[
    Variation {
        name: "octet-stream",
        headers: |headers| RequestHeaders { content_type: Some("application/octet-stream"), ..headers },
        prefix: b"",
    },
    Variation {
        name: "text-plain",
        headers: |headers| RequestHeaders { content_type: Some("text/plain; charset=utf-8"), ..headers },
        prefix: b"",
    },
    Variation {
        name: "wrong-content-type",
        headers: |headers| {
            let is_xml = headers.content_type == Some("application/xml");
            RequestHeaders {
                content_type: Some(if is_xml { "application/json" } else { "application/xml" }),
                ..headers
            }
        },
        prefix: b"",
    },
    Variation {
        name: "no-content-type",
        headers: |headers| RequestHeaders { content_type: None, ..headers },
        prefix: b"",
    },
    Variation { name: "capital-headers", headers: |headers| RequestHeaders { capitals: true, ..headers }, prefix: b"" },
    Variation { name: "byte-order-mark", headers: |headers| headers, prefix: b"\xef\xbb\xbf" },
];

/// The samples of a product that the variations are applied to: the vendors' own examples.
fn varied(product: Product) -> &'static [&'static str] {
    match product {
        Product::AliyunVod => &["workflow-task-complete"],
        Product::AliyunIms => &["file-upload-complete"],
        Product::TencentCi => &["workflow-finish", "workflow-finish-xml"],
        Product::TencentVod => &["procedure-state-changed"],
    }
}

/// The samples of a product, in the order of their names.
pub(crate) fn of(product: Product) -> impl Iterator<Item = Sample> {
    let mut samples: Vec<Sample> = TestData::iter().filter_map(|path| sample(product, &path)).collect();
    samples.sort_by(|one, other| one.case.cmp(&other.case));
    samples.into_iter()
}

fn sample(product: Product, path: &str) -> Option<Sample> {
    let (_event, file) = path.strip_prefix(product.slug())?.strip_prefix('/')?.split_once('/')?;
    let (stem, ending) = file.rsplit_once('.')?;
    let case = if ending == "xml" { format!("{stem}-xml") } else { stem.to_owned() };
    Some(Sample { case, body: TestData::get(path)?.data.into_owned() })
}

/// The request of every sample of a product, and of the variations, under their names.
pub(crate) fn requests(product: Product) -> Vec<(String, Value)> {
    let mut requests = Vec::new();
    for Sample { case, body } in of(product) {
        if varied(product).contains(&case.as_str()) {
            let vendors = request::vendor_headers(product, &body);
            requests.extend(VARIATIONS.iter().map(|variation| {
                let body = [variation.prefix, &body].concat();
                (format!("{case}-{}", variation.name), request::with_headers(&(variation.headers)(vendors), &body))
            }));
        }
        requests.push((case, request::of_vendor(product, &body)));
    }
    requests
}

/// Writes every request to `<folder>/<product>/<case>.json`, and removes other JSON files there. Returns the number of requests.
///
/// # Errors
/// The first one that the file system gives.
pub(crate) fn write_requests(folder: &Path) -> io::Result<usize> {
    let mut written = 0;
    for product in Product::ALL {
        let folder = folder.join(product.slug());
        std::fs::create_dir_all(&folder)?;
        let mut files = BTreeSet::new();
        for (case, request) in requests(product) {
            let file = folder.join(format!("{case}.json"));
            std::fs::write(&file, format!("{}\n", request::to_json(&request)))?;
            files.insert(file);
        }
        for stale in json_files(&folder)?.into_iter().filter(|file| !files.contains(file)) {
            std::fs::remove_file(stale)?;
        }
        written += files.len();
    }
    Ok(written)
}

fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use callbacks::{CloudEvent, decode};
    use jiff::Timestamp;
    use sender::fresh::fresh;
    use sender::signing::Signing;

    use super::*;

    #[test]
    fn the_events_folder_is_in_step_with_the_test_data() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
        for product in Product::ALL {
            let mut expected = BTreeSet::new();
            for (case, request) in requests(product) {
                let file = folder.join(product.slug()).join(format!("{case}.json"));
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                assert!(
                    text.trim_end() == request::to_json(&request),
                    "run `make events`: {case} of {product} differs"
                );
                expected.insert(file);
            }
            let files: BTreeSet<PathBuf> = json_files(&folder.join(product.slug())).unwrap().into_iter().collect();
            assert_eq!(files, expected, "run `make events`: there are files of {product} that are no sample's");
        }
    }

    #[test]
    fn every_request_can_be_signed() {
        for product in Product::ALL {
            let key = (product != Product::TencentCi).then(|| "Key1".into());
            let signing =
                Signing { url: request::URL.to_owned(), key, token: Some("token".into()), ..Signing::default() };
            for (case, request) in requests(product) {
                let callback = signing.sign(product, &request::body(&request).unwrap()).unwrap();
                let signed = request::bringing(request.clone(), &callback).unwrap();
                assert_eq!(request::body(&signed).unwrap(), callback.body, "{case}");
                assert_eq!(signed["isBase64Encoded"], request["isBase64Encoded"], "{case}");
            }
        }
    }

    #[test]
    fn a_fresh_callback_is_another_event_of_the_same_type() {
        let mut random = fastrand::Rng::with_seed(1);
        let now = "2026-11-26T10:00:00Z".parse().unwrap();
        let (mut refreshed, mut same) = (0, Vec::new());
        for product in Product::ALL {
            let events = |body: &[u8]| decode(product, body, Timestamp::UNIX_EPOCH);
            for Sample { case, body } in of(product) {
                let Ok(fresh) = fresh(product, &body, now, &mut random) else {
                    same.push(format!("{product} {case}"));
                    continue;
                };
                let (old, new) = (events(&body), events(&fresh));
                let types = |events: &[CloudEvent]| events.iter().map(|event| event.r#type).collect::<Vec<_>>();
                assert_eq!(types(&old), types(&new), "{product} {case}");
                assert!(old.iter().zip(&new).any(|(old, new)| old.id != new.id), "{product} {case}");
                refreshed += 1;
            }
        }
        // A few have neither an id nor a time, most of them simple reviews of Cloud Infinite.
        assert!(refreshed > 380 && same.len() < 25, "{refreshed} {same:?}");
    }

    #[test]
    fn every_varied_sample_exists() {
        for product in Product::ALL {
            for case in varied(product) {
                assert!(of(product).any(|sample| sample.case == *case), "{product} {case}");
            }
        }
    }
}
