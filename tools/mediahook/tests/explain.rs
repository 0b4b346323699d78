//! `mediahook explain` and `mediahook secret`, as a guide's commands use them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use callbacks::Product;

const URL: &str = "https://hooks.example.com/";

/// What a new stack has put into a secret.
const NEW: &str = r#"{"tokens":"FirstToken0123456789","keys":[],"callback_urls":[]}"#;

fn mediahook(arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_mediahook"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that ends before it has read everything has said why.
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap_or_default();
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of what succeeds.
fn printed(arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> String {
    let output = mediahook(arguments, input, environment);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).trim_end().to_owned()
}

fn case(product: Product) -> &'static str {
    match product {
        Product::AliyunVod => "workflow-task-complete",
        Product::AliyunIms => "snapshot-complete",
        Product::TencentCi => "workflow-finish-xml",
        Product::TencentVod => "procedure-state-changed",
    }
}

/// The steps of a guide: a key is added, the token is rotated.
fn secret(product: Product) -> String {
    let slug = product.slug();
    let is_aliyun = matches!(product, Product::AliyunVod | Product::AliyunIms);
    let with_key = match product {
        Product::TencentCi => NEW.to_owned(),
        Product::TencentVod => printed(&["secret", "add", slug, "key"], NEW, &[(variables::KEY, "TheKey0123")]),
        Product::AliyunVod | Product::AliyunIms => {
            printed(&["secret", "add", slug, "key", "--url", URL], NEW, &[(variables::KEY, "TheKey0123")])
        }
    };
    let rotated = printed(&["secret", "rotate", slug, "token"], &with_key, &[]);
    let url = mediahook(&["secret", "show", slug, "url"], &rotated, &[]);
    let token = printed(&["secret", "show", slug, "token"], &rotated, &[]);
    assert_eq!(url.status.success(), is_aliyun);
    assert_eq!(is_aliyun, text(&url.stdout).trim_end() == format!("{URL}?token={token}"));
    rotated
}

struct Judged {
    output: Output,
    text: String,
}

/// What `explain` says of a request that `request` has made with these arguments.
fn judged(product: Product, secret: &str, request: &[&str], environment: &[(&str, &str)]) -> Judged {
    let request = printed(&[&["request", product.slug(), case(product)], request].concat(), "", environment);
    explained(product, secret, &request)
}

fn explained(product: Product, secret: &str, request: &str) -> Judged {
    // One file for each thread of the tests.
    let name = format!("explain-{}-{:?}.json", std::process::id(), std::thread::current().id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, request).unwrap();
    let output = mediahook(&["explain", product.slug(), path.to_str().unwrap(), "--secret", "-"], secret, &[]);
    fs::remove_file(path).unwrap();
    let text = text(&output.stdout) + &text(&output.stderr);
    for hidden in ["FirstToken", "TheKey0123"] {
        assert!(!text.contains(hidden), "{text}");
    }
    Judged { output, text }
}

#[test]
fn what_the_guides_set_up_is_accepted() {
    for product in Product::ALL {
        let secret = secret(product);
        let token = printed(&["secret", "show", product.slug(), "token"], &secret, &[]);
        let key = mediahook(&["secret", "show", product.slug(), "key"], &secret, &[]);
        let key = text(&key.stdout).trim_end().to_owned();
        let environment = [(variables::TOKEN, token.as_str()), (variables::KEY, &key)];
        let accepted = judged(product, &secret, &["--callback-url", &format!("{URL}?token={token}")], &environment);
        assert!(accepted.output.status.success(), "{}", accepted.text);
        assert!(accepted.text.contains(&format!("{product} accepts this request")), "{}", accepted.text);
        assert!(accepted.text.contains("It becomes media."), "{}", accepted.text);

        // After the rotation the old token is no longer in the secret.
        let removed = printed(&["secret", "remove", product.slug(), "token"], &secret, &[]);
        let old = judged(product, &removed, &[], &[(variables::TOKEN, "FirstToken0123456789"), (variables::KEY, &key)]);
        assert_eq!(old.output.status.code(), Some(1));
        assert!(old.text.contains("✗ token"), "{}", old.text);
        assert!(old.text.contains("It would have become media."), "{}", old.text);
    }
}

#[test]
fn a_near_miss_is_told() {
    let product = Product::AliyunIms;
    let secret = secret(product);
    let token = printed(&["secret", "show", product.slug(), "token"], &secret, &[]);
    let environment = [(variables::TOKEN, token.as_str()), (variables::KEY, "TheKey0123")];
    let right = format!("{URL}?token={token}");
    let slash = format!("https://hooks.example.com?token={token}");
    for (arguments, expected) in [
        (&["--callback-url", &slash][..], "the signed URL has no slash at the end of its path"),
        (&["--callback-url", &right, "--skew", "-412"], "412 s ago"),
        (&["--callback-url", &right, "--skew", "-412"], "the signature itself is right"),
        (&["--callback-url", &right, "--tamper", "token"], "no token that is known here"),
        (&["--callback-url", &right, "--tamper", "signature"], "no key that is known here fits"),
    ] {
        let refused = judged(product, &secret, arguments, &environment);
        assert_eq!(refused.output.status.code(), Some(1));
        assert!(refused.text.contains(expected), "{expected}: {}", refused.text);
        assert!(!refused.text.contains(&token), "{}", refused.text);
    }
}

#[test]
fn what_is_no_request_or_too_large_is_told() {
    let secret = secret(Product::TencentCi);
    let other = explained(Product::TencentCi, &secret, "<a/>");
    assert!(other.text.contains("no function URL request") && other.output.status.code() == Some(1), "{}", other.text);
    let get =
        r#"{"requestContext":{"http":{"method":"GET"}},"rawQueryString":"Token=FirstToken0123456789","body":"{}"}"#;
    let refused = explained(Product::TencentCi, &secret, get);
    assert!(
        refused.text.contains("✗ method      GET") && refused.text.contains("under the name `Token`"),
        "{}",
        refused.text
    );
}

#[test]
fn findings_are_data() {
    let request = printed(&["request", "aliyun-ims", "snapshot-complete"], "", &[]);
    let output = mediahook(&["explain", "aliyun-ims", "--json"], &request, &[(variables::TOKENS, "one two")]);
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(findings.get("accepted"), Some(&false.into()));
    let checks = findings.get("findings").unwrap().as_array().unwrap();
    assert!(checks.iter().any(|finding| finding.get("check") == Some(&"token".into())), "{findings}");
    let none = mediahook(&["explain", "aliyun-ims"], &request, &[]);
    assert!(text(&none.stderr).contains("there are no credentials"), "{none:?}");
}

#[test]
fn a_secret_that_would_be_empty_is_not_printed() {
    for (arguments, input) in [
        (&["secret", "remove", "tencent-ci", "token", "--all"][..], NEW),
        (&["secret", "add", "aliyun-ims", "key"], NEW),
        (&["secret", "rotate", "tencent-ci", "key"], NEW),
        (&["secret", "remove", "tencent-ci", "token"], ""),
    ] {
        let output = mediahook(arguments, input, &[(variables::KEY, "TheKey0123")]);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty() && !text(&output.stderr).contains("TheKey"), "{output:?}");
    }
}
