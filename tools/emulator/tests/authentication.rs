//! Authentication: signed, unsigned and forged requests to the real functions in the runtime interface emulator.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod local;

use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use callbacks::Product;
use callbacks::auth::{Credentials, Signature, sign};
use emulator::{Emulator, FunctionResponse};
use jiff::Timestamp;
use serde_json::{Value, json};

const URL: &str = "https://callbacks.example.com/?token=token-one";
const OTHER_URL: &str = "https://callbacks.example.com/per-request";
const KEYS: [&str; 2] = ["FirstKey1", "SecondKey2"];
const TOKENS: [&str; 2] = ["token-one", "token-two"];
const SIGNED: [Product; 3] = [Product::AliyunVod, Product::AliyunIms, Product::TencentVod];
const ALIYUN: [Product; 2] = [Product::AliyunVod, Product::AliyunIms];
/// More than the seconds that a request takes to be verified here, so that a test near a limit is on its one side.
const MARGIN: i64 = 60;

/// The page of an inspector with the credentials of all functions.
static INSPECTOR: LazyLock<String> = LazyLock::new(|| {
    let secrets = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned().into()).collect();
    let credentials = |product| Credentials {
        keys: if SIGNED.contains(&product) { secrets(&KEYS) } else { Vec::new() },
        tokens: secrets(&TOKENS),
        callback_urls: if ALIYUN.contains(&product) { secrets(&[URL, OTHER_URL]) } else { Vec::new() },
    };
    local::start(Product::ALL.map(|product| (product, credentials(product))).to_vec()).0
});

/// A function, and the product that it receives.
struct Function {
    product: Product,
    emulator: Emulator,
}

impl Deref for Function {
    type Target = Emulator;

    fn deref(&self) -> &Emulator {
        &self.emulator
    }
}

impl DerefMut for Function {
    fn deref_mut(&mut self) -> &mut Emulator {
        &mut self.emulator
    }
}

/// A function that requires both a signature and a token, where its vendor signs.
fn start(product: Product) -> Function {
    let (keys, urls, tokens) = (KEYS.join(" "), format!("{URL} {OTHER_URL}"), TOKENS.join(" "));
    let mut environment = vec![(variables::TOKENS, tokens.as_str())];
    if product != Product::TencentCi {
        environment.push((variables::KEYS, &keys));
    }
    if ALIYUN.contains(&product) {
        environment.push((variables::CALLBACK_URLS, &urls));
    }
    Function { product, emulator: Emulator::start(product, &environment).unwrap() }
}

/// A callback that a test changes before it is sent.
#[derive(Clone)]
struct Callback {
    headers: Vec<(String, String)>,
    query: String,
    body: String,
}

fn unsigned() -> Callback {
    Callback { headers: Vec::new(), query: "token=token-one".to_owned(), body: "{}".to_owned() }
}

/// A callback that is signed this many seconds from now, with this key and for this URL.
fn signed_at(product: Product, key: &str, url: &str, skew: i64) -> Callback {
    let time = u64::try_from(Timestamp::now().as_second() + skew).unwrap();
    signed_over(product, key, url, time)
}

fn signed_over(product: Product, key: &str, url: &str, time: u64) -> Callback {
    let mut callback = unsigned();
    match sign(product, &key.to_owned().into(), Some(url), time) {
        Ok(Signature::Headers(headers)) => {
            callback.headers = headers.map(|(name, value)| (name.to_lowercase(), value)).to_vec();
        }
        Ok(Signature::Members { sign, expiry }) => {
            callback.body = format!(r#"{{"EventType":"New","Sign":"{sign}","T":{expiry}}}"#);
        }
        Err(_) => assert_eq!(product, Product::TencentCi),
    }
    callback
}

fn signed(product: Product) -> Callback {
    signed_at(product, KEYS[0], URL, 0)
}

/// The status code of the response. If it is not 200, it must be 401, without a reason, and nothing may be stored.
fn send(function: &mut Function, callback: &Callback) -> u16 {
    let answer = send_raw(function, callback);
    let stored = function.events().unwrap().len();
    if answer.status_code == 200 {
        assert_eq!(stored, 1);
    } else {
        assert_eq!(answer.body, r#"{"title":"Unauthorized","status":401}"#);
        assert_eq!(stored, 0);
    }
    answer.status_code
}

/// The response of the function, which is also that of the inspector.
fn send_raw(function: &Function, callback: &Callback) -> FunctionResponse {
    let mut headers = String::new();
    for (name, value) in &callback.headers {
        headers = format!("{headers}{}{}:{}", if headers.is_empty() { "" } else { "," }, json!(name), json!(value));
    }
    let request = format!(
        r#"{{"rawQueryString":{},"headers":{{{headers}}},"requestContext":{{"http":{{"method":"POST"}}}},
            "body":{},"isBase64Encoded":false}}"#,
        json!(callback.query),
        json!(callback.body),
    );
    let response = function.invoke(&request).unwrap();
    assert_eq!(inspected(function.product, &request), (response.status_code, response.body.clone()));
    response
}

/// What the inspector answers to a request.
fn inspected(product: Product, request: &str) -> (u16, String) {
    let client = reqwest::blocking::Client::new();
    let import = json!({"product": product, "text": request});
    let imported = client.post(format!("{}api/import", *INSPECTOR)).json(&import).send().unwrap();
    let imported: Value = imported.json().unwrap();
    let detail = client.get(format!("{}api/callbacks/{}", *INSPECTOR, imported["seqs"][0])).send().unwrap();
    let answer = detail.json::<Value>().unwrap()["answer"].take();
    (answer["status"].as_u64().unwrap().try_into().unwrap(), answer["body"].as_str().unwrap().to_owned())
}

/// The counted reasons, which the responses do not have.
fn reasons(function: &Emulator) -> Vec<String> {
    let log = function.log().unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line.get("_aws").is_some())
        .filter_map(|line| Some(line["Reason"].as_str()?.to_owned()))
        .collect()
}

#[test]
fn each_key_token_and_url_is_accepted() {
    for product in Product::ALL {
        let mut function = start(product);
        for key in KEYS {
            for token in TOKENS {
                for url in [URL, OTHER_URL] {
                    let mut callback = signed_at(product, key, url, 0);
                    callback.query = format!("x=1&token={token}");
                    assert_eq!(send(&mut function, &callback), 200, "{product} {key} {token} {url}");
                }
            }
        }
        assert!(reasons(&function).is_empty());
    }
}

#[test]
fn what_is_not_signed_by_the_vendor_is_refused() {
    for product in SIGNED {
        let mut function = start(product);
        let mut refuse =
            |callback: &Callback, case: &str| assert_eq!(send(&mut function, callback), 401, "{product} {case}");
        refuse(&unsigned(), "unsigned");
        refuse(&signed_at(product, "ThirdKey3", URL, 0), "another key");
        let zeros = "0".repeat(32);
        let mut wrong = signed(product);
        if product == Product::TencentVod {
            let expiry = Timestamp::now().as_second() + MARGIN;
            wrong.body = format!(r#"{{"Sign":"{zeros}","T":{expiry}}}"#);
        } else {
            wrong.headers[1].1 = zeros;
        }
        refuse(&wrong, "a wrong signature");
        assert_eq!(reasons(&function), ["unsigned", "signature", "signature"], "{product}");
    }
}

#[test]
fn no_or_another_token_is_refused() {
    for product in Product::ALL {
        let mut function = start(product);
        let queries = ["", "token=", "token=token-three", "token=TOKEN-ONE", "Token=token-one", "token=token-one%20"];
        for query in queries.into_iter().chain(["token=token-one&token=token-one", "token=token-one&token=x"]) {
            let callback = Callback { query: query.to_owned(), ..signed(product) };
            assert_eq!(send(&mut function, &callback), 401, "{product} {query}");
        }
        assert_eq!(reasons(&function), ["token"; 8], "{product}");
        assert_eq!(send(&mut function, &Callback { query: "token=token%2Done".to_owned(), ..signed(product) }), 200);
    }
}

#[test]
fn another_url_is_refused() {
    for product in ALIYUN {
        let mut function = start(product);
        for url in ["https://callbacks.example.com/", "https://callbacks.example.com/per-request/", ""] {
            assert_eq!(send(&mut function, &signed_at(product, KEYS[0], url, 0)), 401, "{product} {url}");
        }
        assert_eq!(reasons(&function), ["signature"; 3]);
    }
}

/// The limits to the second are in the parser's own tests, where the time is an argument.
#[test]
fn a_signature_is_valid_around_now() {
    for product in SIGNED {
        let mut function = start(product);
        // Tencent Cloud VOD signs an expiry ten minutes ahead, which must not be past, and at most 15 minutes ahead.
        let (oldest, newest) = if product == Product::TencentVod { (-600, 300) } else { (-300, 300) };
        for (skew, expected) in [
            (oldest - 1, 401),
            (oldest + MARGIN, 200),
            (newest - MARGIN, 200),
            (newest + 1 + MARGIN, 401),
            (-1_000_000_000, 401),
            (1_000_000_000, 401),
        ] {
            assert_eq!(send(&mut function, &signed_at(product, KEYS[0], URL, skew)), expected, "{product} {skew}");
        }
        assert_eq!(reasons(&function), ["stale", "future", "stale", "future"]);
        for time in [0, 1 << 63, (1 << 63) - 1, u64::MAX - 600] {
            assert_eq!(send(&mut function, &signed_over(product, KEYS[0], URL, time)), 401, "{product} {time}");
        }
    }
}

#[test]
fn a_time_that_is_no_plain_number_is_refused() {
    let now = Timestamp::now().as_second();
    for product in SIGNED {
        let mut function = start(product);
        let times = [
            format!("+{now}"),
            format!(" {now}"),
            format!("{now} "),
            format!("{now}.0"),
            format!("-{now}"),
            "soon".to_owned(),
        ];
        for time in times.into_iter().chain([String::new(), "9".repeat(40), "1".repeat(1 << 20)]) {
            let mut callback = signed(product);
            if product == Product::TencentVod {
                callback.body = json!({"EventType": "New", "Sign": "0".repeat(32), "T": time}).to_string();
            } else {
                callback.headers[0].1.clone_from(&time);
            }
            assert_eq!(send(&mut function, &callback), 401, "{product} {time:.40}");
        }
    }
}

#[test]
fn a_header_that_is_missing_empty_huge_or_there_twice_is_refused() {
    for product in ALIYUN {
        let mut function = start(product);
        let good = signed(product);
        for index in 0..2 {
            let mut changed = vec![good.clone(); 6];
            changed[0].headers.remove(index);
            changed[1].headers[index].1 = String::new();
            changed[2].headers[index].1 = "a".repeat(1 << 20);
            let value = &good.headers[index].1;
            // A function URL joins repeated headers like this.
            changed[3].headers[index].1 = format!("{value},{value}");
            changed[4].headers.push(good.headers[index].clone());
            changed[5].headers.push((good.headers[index].0.to_uppercase(), value.clone()));
            for (case, callback) in changed.iter().enumerate() {
                assert_eq!(send(&mut function, callback), 401, "{product} header {index} case {case}");
            }
        }
        let mut upper_case = good.clone();
        upper_case.headers[1].1 = good.headers[1].1.to_uppercase();
        assert_eq!(send(&mut function, &upper_case), 401, "{product}");
        let mut other_names = good.clone();
        other_names.headers =
            signed(if product == Product::AliyunVod { Product::AliyunIms } else { Product::AliyunVod }).headers;
        assert_eq!(send(&mut function, &other_names), 401, "{product}");
        assert_eq!(send(&mut function, &good), 200, "{product}");
    }
}

#[test]
fn members_of_the_body_that_are_missing_or_there_twice_are_refused() {
    let mut function = start(Product::TencentVod);
    let good = signed(Product::TencentVod).body;
    let members = good.trim_start_matches('{').trim_end_matches('}');
    let sign = members.split(',').nth(1).unwrap();
    let expiry = members.split(',').nth(2).unwrap();
    for body in [
        String::new(),
        "{}".to_owned(),
        format!("{{{sign}}}"),
        format!("{{{expiry}}}"),
        format!("{{{sign},{sign},{expiry}}}"),
        format!("{{{sign},{expiry},{expiry}}}"),
        format!("{{\"A\":{good}}}"),
        format!("[{good}]"),
        format!("{good}{good}"),
        format!("{{\"A\":{}", "[".repeat(1 << 20)),
    ] {
        assert_eq!(send(&mut function, &Callback { body: body.clone(), ..unsigned() }), 401, "{body:.100}");
    }
    for body in [good.clone(), format!("{{{expiry},\"A\":{{\"T\":1}},{sign}}}"), good.replace("\"T\":", "\"T\" : ")] {
        assert_eq!(send(&mut function, &Callback { body: body.clone(), ..unsigned() }), 200, "{body}");
    }
}

/// Until it expires, the signature of a callback is like a password, so it is not passed on.
#[test]
fn a_signature_is_not_handed_on() {
    let mut function = start(Product::TencentVod);
    let callback = signed(Product::TencentVod);
    let request = json!({
        "rawQueryString": callback.query, "requestContext": {"http": {"method": "POST"}}, "body": callback.body,
    });
    assert_eq!(function.invoke(&request.to_string()).unwrap().status_code, 200);
    let [event] = &function.events().unwrap()[..] else { panic!("there is one event") };
    assert!(event.contains(r#""vendor":{"EventType":"New"}"#), "{event}");

    // An unreadable body is not authentic: the signature could not be removed from it.
    let signed = signed_at(Product::TencentVod, KEYS[0], URL, 0);
    let deep = format!("{{\"A\":{}{},{}", "[".repeat(200), "]".repeat(200), signed.body.trim_start_matches('{'));
    assert_eq!(send_raw(&function, &Callback { body: deep, ..signed }).status_code, 401);
    let log = function.log().unwrap();
    for secret in TOKENS.iter().chain(&KEYS) {
        assert!(!log.contains(secret));
    }
}
