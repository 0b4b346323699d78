//! A product has all of its parts, under its one name.
#![expect(clippy::panic, clippy::string_slice, reason = "a test fails by panicking")]

use std::path::Path;

use callbacks::{Product, kinds};
use emulator::root;

/// `AliyunVodFunction` of `aliyun-vod`.
fn logical_id(product: Product) -> String {
    let words = product.slug().split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    format!("{}Function", words.collect::<String>())
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_product_has_all_of_its_parts() {
    let template = read("template.yaml");
    let makefile = read("Makefile");
    let readme = read("README.md");
    for product in Product::ALL {
        let (slug, logical_id) = (product.slug(), logical_id(product));
        assert!(read(format!("functions/{slug}/Cargo.toml")).contains(&format!("name = \"{slug}\"")), "{slug}");
        assert!(read(format!("functions/{slug}/src/main.rs")).contains("ingress::receive(Product::"), "{slug}");
        assert!(!read(format!("shared/callbacks/testdata/{slug}/README.md")).is_empty(), "{slug}");
        assert!(root().join("events").join(slug).read_dir().unwrap().next().is_some(), "{slug}");
        assert!(template.contains(&format!("  {logical_id}:\n    Type: AWS::Serverless::Function")), "{logical_id}");
        assert!(template.contains(&format!("!GetAtt {logical_id}Url.FunctionUrl")), "{logical_id}");
        assert!(makefile.contains(&format!("build-{logical_id}: artifact-{slug}\n")), "{slug}");
        assert!(makefile.lines().any(|line| line.starts_with("SLUGS :=") && line.contains(slug)), "{slug}");
        assert!(readme.contains(&format!("`{slug}`")), "{slug}");
        assert!(kinds().iter().any(|(of, ..)| *of == product), "{slug}");
    }
}

/// The payloads' folder explains each of them.
#[test]
fn every_payload_is_explained() {
    for folder in Product::ALL.map(Product::slug).into_iter().chain(["rejected"]) {
        let folder = format!("shared/callbacks/testdata/{folder}");
        let readme = read(format!("{folder}/README.md"));
        for entry in root().join(&folder).read_dir().unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            if file != "README.md" && !file.contains(".snap") {
                let case = file.rsplit_once('.').unwrap().0;
                assert!(readme.contains(case), "{folder}/README.md does not explain {file}");
            }
        }
    }
}
