//! What README says of the products is what the parser's tables have.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use callbacks::{Product, kinds};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn readme_counts_what_the_tables_have() {
    let readme = read("README.md");
    let names = |product: Product| {
        kinds().into_iter().filter(move |(of, ..)| *of == product).map(|(_, name, _)| name).collect::<Vec<_>>()
    };
    // One event of IMS has two names.
    let ims = names(Product::AliyunIms).len() - 1;
    let ci = names(Product::TencentCi);
    let tags = ci.iter().filter(|name| name.starts_with("TaskFinish/")).count();
    let reviews = ci.iter().filter(|name| name.starts_with("Review")).count();
    for (product, claim) in [
        (Product::AliyunVod, format!("| {} events;", names(Product::AliyunVod).len())),
        (Product::AliyunIms, format!("| {ims} events;")),
        (Product::TencentCi, format!("jobs of {tags} tags, content reviews of {reviews} kinds")),
        (Product::TencentVod, format!("| {} events:", names(Product::TencentVod).len())),
    ] {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{product}`"))).unwrap_or_default();
        assert!(row.contains(&claim), "{row} does not say {claim}");
    }
}

#[test]
fn readme_and_the_table_name_the_sdk_that_the_parser_is_checked_against() {
    let requirements = read("requirements/test.txt");
    let (_, version) = requirements.split_once("tencentcloud-sdk-python-vod==").unwrap_or_default();
    let version = version.split_whitespace().next().unwrap_or_default();
    for document in ["README.md", "docs/kinds.md"] {
        assert!(read(document).contains(&format!("`tencentcloud-sdk-python-vod` {version}")), "{document}: {version}");
    }
}
