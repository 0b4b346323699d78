//! What `mediahook send` and `mediahook request` send: against a server on this machine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, Sender, channel};

use callbacks::Product;
use callbacks::auth::{Clock, Credentials, Request, verify};
use jiff::Timestamp;

const KEY: &str = "Key1";
const TOKEN: &str = "a token";

/// A request that the server got.
#[derive(Debug)]
struct Received {
    /// Counts the connections.
    connection: usize,
    /// Method, path and query.
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Answers every request with this status for as long as the test runs; with no status, never.
fn server(status: Option<&'static str>) -> (String, Receiver<Received>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for (connection, stream) in listener.incoming().enumerate() {
            let sender = sender.clone();
            std::thread::spawn(move || serve(connection, stream.unwrap(), status, &sender));
        }
    });
    (format!("http://{address}/hook"), receiver)
}

fn serve(connection: usize, stream: TcpStream, status: Option<&str>, sender: &Sender<Received>) {
    let mut reader = BufReader::new(stream);
    while let Some(received) = read(connection, &mut reader) {
        sender.send(received).unwrap();
        let Some(status) = status else {
            std::thread::park();
            return;
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 12\r\n\r\n{{\"stored\":1}}");
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
    }
}

fn read(connection: usize, reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let line = lines.next()?;
    let pairs =
        lines.map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap());
    let headers: Vec<(String, String)> = pairs.collect();
    let length =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length")).unwrap().1.parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some(Received { connection, line, headers, body })
}

fn mediahook(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mediahook"))
        .args(arguments)
        .env_remove(variables::KEY)
        .env_remove(variables::TOKEN)
        .env("NO_PROXY", "127.0.0.1")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The sample of each product that is sent, and the key that its vendor signs with.
fn sample(product: Product) -> (&'static str, Option<&'static str>) {
    match product {
        Product::AliyunVod => ("workflow-task-complete", Some(KEY)),
        Product::AliyunIms => ("snapshot-complete", Some(KEY)),
        Product::TencentCi => ("workflow-finish-xml", None),
        Product::TencentVod => ("procedure-state-changed", Some(KEY)),
    }
}

/// What the function would be configured with.
fn credentials(product: Product, callback_url: String) -> Credentials {
    let is_aliyun = matches!(product, Product::AliyunVod | Product::AliyunIms);
    Credentials {
        keys: sample(product).1.into_iter().map(Into::into).collect(),
        tokens: vec![TOKEN.into()],
        callback_urls: is_aliyun.then(|| callback_url.into()).into_iter().collect(),
    }
}

fn is_authentic(product: Product, credentials: &Credentials, headers: &[(&str, &str)], body: &[u8]) -> bool {
    let request = Request { headers, tokens: &[TOKEN], body };
    verify(product, credentials, &request, Clock { now: Timestamp::now(), tolerance: 300 }).is_ok()
}

#[test]
fn a_callback_is_sent_as_the_vendor_sends_it() {
    for product in Product::ALL {
        let (url, received) = server(Some("200 OK"));
        let (case, key) = sample(product);
        let secrets: Vec<(&str, &str)> =
            key.map(|key| (variables::KEY, key)).into_iter().chain([(variables::TOKEN, TOKEN)]).collect();
        let output = mediahook(&["send", product.slug(), case, "--url", &url], &secrets);
        assert!(output.status.success(), "{product}: {output:?}");
        let line = text(&output.stdout);
        assert!(line.starts_with("200 OK  ") && line.ends_with(" ms  {\"stored\":1}\n"), "{line}");

        let received = received.recv().unwrap();
        assert_eq!(received.line, "POST /hook?token=a+token HTTP/1.1");
        let headers: Vec<(&str, &str)> = received.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let content_type = if product == Product::TencentCi { "application/xml" } else { "application/json" };
        assert!(headers.contains(&("content-type", content_type)), "{headers:?}");
        let has_agent = headers.iter().any(|(name, _)| *name == "user-agent");
        assert_eq!(has_agent, product == Product::AliyunVod, "{headers:?}");
        let credentials = credentials(product, format!("{url}?token=a+token"));
        assert!(is_authentic(product, &credentials, &headers, &received.body), "{product}");
    }
}

#[test]
fn repeated_callbacks_share_a_connection() {
    let (url, received) = server(Some("200 OK"));
    let output = mediahook(&["send", "aliyun-ims", "snapshot-complete", "--url", &url, "--repeat", "3"], &[]);
    assert!(output.status.success(), "{output:?}");
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.lines().last().unwrap().starts_with("3 of 3 answered 200; min "), "{lines}");
    let connections: Vec<usize> = received.try_iter().map(|received| received.connection).collect();
    assert_eq!(connections, [0, 0, 0]);
}

#[test]
fn another_answer_than_200_is_a_failure() {
    for status in ["401 Unauthorized", "202 Accepted", "302 Found"] {
        let (url, received) = server(Some(status));
        let output = mediahook(&["send", "tencent-ci", "workflow-finish", "--url", &url, "--repeat", "2"], &[]);
        assert_eq!(output.status.code(), Some(1));
        let lines = text(&output.stdout);
        assert!(lines.starts_with(status) && lines.contains("0 of 2 answered 200"), "{lines}");
        assert_eq!(received.try_iter().count(), 2);
    }
}

#[test]
fn what_was_not_answered_is_told_without_the_token() {
    // A port that the system gives to nobody, unlike one that was free a moment ago.
    let nobody = "http://127.0.0.1:1".to_owned();
    let (silent, _received) = server(None);
    for (url, expected) in [(nobody, "failed"), (silent, "within 1 s, as --timeout says")] {
        let arguments = ["send", "tencent-ci", "workflow-finish", "--url", &url, "--token", "Secret", "--timeout", "1"];
        let output = mediahook(&arguments, &[]);
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stderr);
        let url = format!("{url}?token=••••");
        assert!(told.contains(expected) && told.contains(&url) && !told.contains("Secret"), "{told}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}

#[test]
fn a_changed_body_comes_with_a_warning() {
    let (url, received) = server(Some("200 OK"));
    let case = sample(Product::TencentVod).0;
    let output = mediahook(&["send", "tencent-vod", case, "--url", &url, "--key", KEY, "--tamper", "body"], &[]);
    assert!(text(&output.stderr).contains("no vendor's signature covers the body"));
    assert!(text(&received.recv().unwrap().body).contains(r#""Tampered":true"#));
}

#[test]
fn a_printed_request_is_signed() {
    for product in Product::ALL {
        let (case, key) = sample(product);
        let key: Vec<&str> = key.map(|key| ["--key", key]).into_iter().flatten().collect();
        let arguments = [&["request", product.slug(), case, "--token", TOKEN], &*key].concat();
        let output = mediahook(&arguments, &[]);
        let request: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(request["rawQueryString"], "token=a+token");
        let headers: Vec<(&str, &str)> = request["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (&**name, value.as_str().unwrap()))
            .collect();
        let body = sender::request::body(&request).unwrap();
        let credentials = credentials(product, format!("{}?token=a+token", sender::request::URL));
        assert!(is_authentic(product, &credentials, &headers, &body), "{product}");
    }
}

#[test]
fn a_printed_request_without_secrets_is_that_of_the_events_folder() {
    let output = mediahook(&["request", "aliyun-ims", "snapshot-complete"], &[(variables::KEY, "")]);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/aliyun-ims/snapshot-complete.json");
    assert_eq!(text(&output.stdout), std::fs::read_to_string(file).unwrap());
}

#[test]
fn secrets_are_in_no_help() {
    let secrets = [(variables::KEY, "Secret1"), (variables::TOKEN, "Secret2")];
    for command in ["send", "request"] {
        let all = text(&mediahook(&[command, "--help"], &secrets).stdout);
        assert!(all.contains(variables::KEY) && all.contains(variables::TOKEN), "{all}");
        assert!(!all.contains("Secret"), "{all}");
    }
}

#[test]
fn a_skew_may_be_negative() {
    let arguments = ["request", "tencent-vod", sample(Product::TencentVod).0, "--key", KEY, "--skew", "-3600"];
    let request: serde_json::Value = serde_json::from_slice(&mediahook(&arguments, &[]).stdout).unwrap();
    let body: serde_json::Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
    assert!(body["T"].as_i64().unwrap() < Timestamp::now().as_second());
}

#[test]
fn what_takes_a_key_is_refused_without_one() {
    for option in [["--skew", "1"], ["--tamper", "signature"]] {
        let output = mediahook(&[&["request", "tencent-ci", "workflow-finish"], &option[..]].concat(), &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("need --key"), "{output:?}");
    }
}

#[test]
fn what_has_to_be_refused_is_expected_to_be() {
    let (refusing, _refused) = server(Some("401 Unauthorized"));
    let (accepting, _accepted) = server(Some("200 OK"));
    let case = sample(Product::AliyunIms).0;
    for (option, is_refused) in [
        (&["--tamper", "signature"][..], true),
        (&["--tamper", "token"], true),
        (&["--tamper", "body"], false),
        (&["--skew", "-3600"], true),
        (&["--skew", "-10"], false),
        (&["--expect", "401"], true),
        (&[], false),
    ] {
        for (url, is_refusing) in [(&refusing, true), (&accepting, false)] {
            let arguments = ["send", "aliyun-ims", case, "--url", url, "--key", KEY, "--token", TOKEN];
            let output = mediahook(&[&arguments, option].concat(), &[]);
            assert_eq!(output.status.success(), is_refused == is_refusing, "{option:?} {is_refusing}: {output:?}");
            if !output.status.success() {
                let (wanted, other) = if is_refused { (401, 200) } else { (200, 401) };
                let told = text(&output.stderr);
                assert!(
                    told.contains(&format!("expected {wanted} (")) && told.contains(&format!("got {other}")),
                    "{told}"
                );
            }
        }
    }
}

#[test]
fn what_is_signed_is_told_without_secrets() {
    for product in Product::ALL {
        let (url, _received) = server(Some("200 OK"));
        let (case, key) = sample(product);
        let key: Vec<&str> = key.map(|_| ["--key", "SecretKey"]).into_iter().flatten().collect();
        let arguments =
            [&["-v", "send", product.slug(), case, "--url", &url, "--token", "SecretToken"], &*key].concat();
        let told = text(&mediahook(&arguments, &[]).stderr);
        assert!(told.contains(&format!("POST {url}?token=••••")), "{told}");
        assert_eq!(told.contains("signed with key 1"), !key.is_empty(), "{told}");
        assert!(!told.contains("Secret"), "{told}");
    }
}

#[test]
fn a_sample_is_sent_as_a_test_and_a_callback_of_ones_own_is_not() {
    let (url, received) = server(Some("200 OK"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/aliyun-ims/snapshot-complete.json");
    for (callback, option, is_test) in [
        ("snapshot-complete", None, true),
        (file, None, false),
        (file, Some("--test"), true),
        (file, Some("--fresh"), true),
    ] {
        let arguments = ["send", "aliyun-ims", callback, "--url", &url];
        let output = mediahook(&[&arguments[..], option.as_slice()].concat(), &[]);
        assert!(output.status.success(), "{output:?}");
        let headers = received.recv().unwrap().headers;
        let has_mark = headers.contains(&(callbacks::TEST_HEADER.to_owned(), "true".to_owned()));
        assert_eq!(has_mark, is_test, "{callback} {option:?} {headers:?}");
    }
}

#[test]
fn an_odd_body_is_told_and_refused_with_strict() {
    let (url, received) = server(Some("200 OK"));
    for (product, callback, expected) in [
        ("aliyun-ims", "events/tencent-vod/procedure-state-changed.json", "looks like a callback of tencent-vod"),
        ("tencent-vod", "events/aliyun-ims/snapshot-complete.json", "looks like a callback of aliyun-"),
    ] {
        let callback = format!("{}/../../{callback}", env!("CARGO_MANIFEST_DIR"));
        for (command, is_sent) in
            [(&["send", product, &callback, "--url", &url][..], true), (&["decode", product, &callback], false)]
        {
            let output = mediahook(command, &[]);
            assert!(output.status.success() && text(&output.stderr).contains(expected), "{output:?}");
            assert_eq!(received.try_iter().count(), usize::from(is_sent));
            let strict = mediahook(&[command, &["--strict"]].concat(), &[]);
            assert_eq!(strict.status.code(), Some(3), "{strict:?}");
            assert_eq!(received.try_iter().count(), 0);
        }
    }
}

#[test]
fn a_product_that_is_misspelt_is_suggested() {
    let output = mediahook(&["decode", "tencent-cl", "workflow-finish"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'tencent-ci'"), "{output:?}");
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let printed = text(&mediahook(&["completions", shell], &[]).stdout);
        // Fish completes no values of arguments.
        assert!(printed.contains("explain") && (shell == "fish" || printed.contains("aliyun-ims")), "{shell}");
    }
    assert!(text(&mediahook(&["man"], &[]).stdout).contains(".TH mediahook"));
}
