use jiff::Timestamp;
use md5::{Digest, Md5};
use proptest::prelude::*;
use serde_json::{Map, Value};

use secrecy::SecretString;

use super::*;

const NOW: i64 = 1_700_000_000;
const URL: &str = "https://callbacks.example.com/?token=token-one";
const OTHER_URL: &str = "https://callbacks.example.com/per-request";

/// The digest that both vendors sign with, of these texts together.
fn digest(texts: &[&str]) -> String {
    base16ct::lower::encode_string(&Md5::digest(texts.concat()))
}

fn clock() -> Clock {
    Clock { now: Timestamp::from_second(NOW).unwrap(), tolerance: 300 }
}

fn credentials(product: Product) -> Credentials {
    let secrets = |names: [&str; 2]| names.map(|name| SecretString::from(name.to_owned())).to_vec();
    let urls = secrets([URL, OTHER_URL]);
    let tokens = secrets(["token-one", "token-two"]);
    match product {
        Product::TencentCi => Credentials { tokens, ..Credentials::default() },
        Product::TencentVod => Credentials { keys: secrets(["keyOne1", "keyTwo2"]), tokens, ..Credentials::default() },
        Product::AliyunVod | Product::AliyunIms => {
            Credentials { keys: secrets(["keyOne1", "keyTwo2"]), tokens, callback_urls: urls }
        }
    }
}

/// What a sender sends, to be changed by a test before it is verified.
#[derive(Debug, Clone)]
struct Sent {
    product: Product,
    headers: Vec<(String, String)>,
    tokens: Vec<String>,
    body: Vec<u8>,
}

impl Sent {
    /// Signed with this key and URL at this time.
    fn signed(product: Product, key: &str, url: &str, time: u64) -> Self {
        let mut sent =
            Self { product, headers: Vec::new(), tokens: vec!["token-one".to_owned()], body: b"{}".to_vec() };
        match sign(product, &key.to_owned().into(), Some(url), time) {
            Ok(Signature::Headers(headers)) => {
                sent.headers = headers.map(|(name, value)| (name.to_lowercase(), value)).to_vec();
            }
            Ok(Signature::Members { sign, expiry }) => {
                sent.body = format!(r#"{{"EventType":"NewFileUpload","Sign":"{sign}","T":{expiry}}}"#).into_bytes();
            }
            Err(error) => assert_eq!((product, error), (Product::TencentCi, CredentialsError::NothingIsSigned)),
        }
        sent
    }

    fn verify_with(&self, credentials: &Credentials) -> Result<(), NotAuthentic> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let tokens: Vec<&str> = self.tokens.iter().map(String::as_str).collect();
        let request = Request { headers: &headers, tokens: &tokens, body: &self.body };
        verify(self.product, credentials, &request, clock()).map(|authentic| {
            assert_eq!(authentic.body(), self.body);
        })
    }

    fn verify(&self) -> Result<(), NotAuthentic> {
        self.verify_with(&credentials(self.product))
    }
}

fn now() -> u64 {
    clock().seconds()
}

const SIGNED: [Product; 3] = [Product::AliyunVod, Product::AliyunIms, Product::TencentVod];
const ALIYUN: [Product; 2] = [Product::AliyunVod, Product::AliyunIms];

#[test]
fn every_key_url_and_token_is_valid() {
    for product in Product::ALL {
        for key in ["keyOne1", "keyTwo2"] {
            for url in [URL, OTHER_URL] {
                for token in ["token-one", "token-two"] {
                    let mut sent = Sent::signed(product, key, url, now());
                    sent.tokens = vec![token.to_owned()];
                    assert_eq!(sent.verify(), Ok(()), "{product} {key} {url} {token}");
                }
            }
        }
    }
}

#[test]
fn a_wrong_key_url_or_token_is_refused() {
    for product in SIGNED {
        assert_eq!(Sent::signed(product, "keyThree3", URL, now()).verify(), Err(NotAuthentic::Signature), "{product}");
    }
    for product in ALIYUN {
        for url in ["https://callbacks.example.com/", "", "https://callbacks.example.com/?token=token-one/"] {
            assert_eq!(Sent::signed(product, "keyOne1", url, now()).verify(), Err(NotAuthentic::Signature), "{url}");
        }
    }
    for product in Product::ALL {
        for tokens in [&[][..], &["token-three"], &[""], &["token-one", "token-one"], &["TOKEN-ONE"], &["token-one "]] {
            let mut sent = Sent::signed(product, "keyOne1", URL, now());
            sent.tokens = tokens.iter().map(|&token| token.to_owned()).collect();
            assert_eq!(sent.verify(), Err(NotAuthentic::Token), "{product} {tokens:?}");
        }
    }
}

#[test]
fn a_time_is_compared_on_both_sides() {
    for product in ALIYUN {
        for (time, expected) in [
            (now() - 300, Ok(())),
            (now() - 301, Err(NotAuthentic::Stale)),
            (now() + 300, Ok(())),
            (now() + 301, Err(NotAuthentic::Future)),
            (0, Err(NotAuthentic::Stale)),
            (u64::MAX, Err(NotAuthentic::Future)),
            (1 << 63, Err(NotAuthentic::Future)),
        ] {
            assert_eq!(Sent::signed(product, "keyOne1", URL, time).verify(), expected, "{product} {time}");
        }
    }
    // A signature of Tencent Cloud VOD bears its expiry, ten minutes after it is made.
    for (time, expected) in [
        (now() - 600, Ok(())),
        (now() - 601, Err(NotAuthentic::Stale)),
        (now() + 300, Ok(())),
        (now() + 301, Err(NotAuthentic::Future)),
        (u64::MAX, Err(NotAuthentic::Future)),
    ] {
        assert_eq!(Sent::signed(Product::TencentVod, "keyOne1", URL, time).verify(), expected, "{time}");
    }
}

/// A signature over a text that is no plain number is refused, although it is right.
#[test]
fn a_time_consists_of_digits() {
    for text in [
        "",
        "+1700000000",
        " 1700000000",
        "1700000000 ",
        "-1",
        "1.7e9",
        "1700000000.0",
        "0x6553f100",
        "17oo000000",
        "99999999999999999999999999",
        "١٧٠٠٠٠٠٠٠٠",
        "1700000000,1700000000",
    ] {
        for product in [Product::AliyunVod, Product::AliyunIms] {
            let mut sent = Sent::signed(product, "keyOne1", URL, now());
            sent.headers = sent
                .headers
                .into_iter()
                .zip([text.to_owned(), digest(&[URL, "|", text, "|", "keyOne1"])])
                .map(|((name, _), value)| (name, value))
                .collect();
            assert_eq!(sent.verify(), Err(NotAuthentic::Unsigned), "{product} {text}");
        }
        let sign = digest(&["keyOne1", text]);
        for expiry in [text.to_owned(), format!("\"{text}\"")] {
            let mut sent = Sent::signed(Product::TencentVod, "keyOne1", URL, now());
            sent.body = format!(r#"{{"Sign":"{sign}","T":{expiry}}}"#).into_bytes();
            assert!(sent.verify().is_err(), "{expiry}");
        }
    }
}

#[test]
fn a_header_is_there_once_and_in_the_vendors_form() {
    for product in ALIYUN {
        let sent = Sent::signed(product, "keyOne1", URL, now());
        for index in 0..2 {
            let mut missing = sent.clone();
            missing.headers.remove(index);
            let mut twice = sent.clone();
            let (name, value) = twice.headers[index].clone();
            twice.headers.push((name.to_uppercase(), value.clone()));
            let mut joined = sent.clone();
            joined.headers[index].1 = format!("{value},{value}");
            for changed in [&missing, &twice] {
                assert_eq!(changed.verify(), Err(NotAuthentic::Unsigned), "{changed:?}");
            }
            assert!(joined.verify().is_err(), "{joined:?}");
            for value in [String::new(), "a".repeat(1 << 20), "1".repeat(1 << 20)] {
                let mut changed = sent.clone();
                changed.headers[index].1 = value;
                assert!(changed.verify().is_err(), "{product}");
            }
        }
        let mut upper = sent.clone();
        upper.headers[1].1 = upper.headers[1].1.to_uppercase();
        assert_eq!(upper.verify(), Err(NotAuthentic::Signature), "{product}");
        // The header names of the other product are none of this one's.
        let mut other = sent.clone();
        other.product = if product == Product::AliyunVod { Product::AliyunIms } else { Product::AliyunVod };
        assert_eq!(other.verify(), Err(NotAuthentic::Unsigned), "{product}");
    }
}

#[test]
fn tencents_members_are_found_wherever_they_stand() {
    let expiry = now() + 60;
    let sign = digest(&["keyTwo2", &expiry.to_string()]);
    let upper = sign.to_uppercase();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let verify = |body: &str| {
        let mut sent = Sent::signed(Product::TencentVod, "keyOne1", URL, now());
        sent.body = body.as_bytes().to_vec();
        sent.verify()
    };
    for body in [
        format!(r#"{{"Sign":"{sign}","T":{expiry},"A":{{"T":1,"Sign":2}}}}"#),
        format!(r#" {{ "A" : [ {{"T":1}} ] , "T" : "{expiry}" , "Sign" : "{upper}" }} "#),
        format!("\u{feff}{{\"Sign\":\"{sign}\",\"T\":{expiry}}}"),
    ] {
        assert_eq!(verify(&body), Ok(()), "{body:.80}");
    }
    for body in [
        String::new(),
        "{}".to_owned(),
        // What cannot be read is not authentic: nobody could cut the signature out of it.
        format!(r#"{{"A":{deep},"Sign":"{sign}","T":{expiry}}}"#),
        format!(r#"["{sign}",{expiry}]"#),
        format!(r#"{{"Sign":"{sign}","T":{expiry}"#),
        format!(r#"{{"Sign":"{sign}"}}"#),
        format!(r#"{{"T":{expiry}}}"#),
        format!(r#"{{"A":{{"Sign":"{sign}","T":{expiry}}}}}"#),
        format!(r#"{{"Sign":"{sign}","T":{expiry},"T":{expiry}}}"#),
        format!(r#"{{"Sign":"{sign}","Sign":"{sign}","T":{expiry}}}"#),
        format!(r#"{{"Sign":["{sign}"],"T":{expiry}}}"#),
        format!(r#"{{"Sign":"{sign}","T":[{expiry}]}}"#),
        format!(r#"[{{"Sign":"{sign}","T":{expiry}}}]"#),
        format!(r#"{{"Sign":"{sign}","T":{expiry}}}}}"#),
        format!(r#"{{"sign":"{sign}","t":{expiry}}}"#),
    ] {
        assert_eq!(verify(&body), Err(NotAuthentic::Unsigned), "{body}");
    }
}

#[test]
fn credentials_that_authenticate_nothing_are_refused() {
    let keys = vec![SecretString::from("k".to_owned())];
    let urls = vec![SecretString::from(URL.to_owned())];
    let none = Credentials::default();
    for product in Product::ALL {
        assert_eq!(none.check(product), Err(CredentialsError::None));
        assert!(Sent::signed(product, "k", URL, now()).verify_with(&none).is_err());
        assert_eq!(credentials(product).check(product), Ok(()));
    }
    for product in ALIYUN {
        let without_urls = Credentials { keys: keys.clone(), ..Credentials::default() };
        assert_eq!(without_urls.check(product), Err(CredentialsError::KeysWithoutUrls));
        let without_keys = Credentials { callback_urls: urls.clone(), ..credentials(Product::TencentCi) };
        assert_eq!(without_keys.check(product), Err(CredentialsError::KeysWithoutUrls));
    }
    let with_key = Credentials { keys, ..credentials(Product::TencentCi) };
    assert_eq!(with_key.check(Product::TencentCi), Err(CredentialsError::NothingIsSigned));
    assert_eq!(with_key.check(Product::TencentVod), Ok(()));
}

#[test]
fn secrets_are_not_printed() {
    let text = format!("{:?}", credentials(Product::AliyunVod));
    assert!(text.contains("[REDACTED]"));
    assert!(!text.contains("keyOne1") && !text.contains("token-one"), "{text}");
}

/// Everything that can be changed in a request without knowing a key.
fn forged() -> impl Strategy<Value = (usize, Vec<(String, String)>, Vec<u8>, u64)> {
    let name = prop_oneof![
        Just("X-VOD-TIMESTAMP".to_owned()),
        Just("x-vod-signature".to_owned()),
        Just("x-ice-timestamp".to_owned()),
        Just("X-Ice-Signature".to_owned()),
        ".{0,12}",
    ];
    let value = prop_oneof!["[0-9a-f]{32}", "[0-9]{1,20}", Just(NOW.to_string()), ".{0,40}"];
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        ("[0-9a-fA-F]{32}", 0_u64..2_000_000_000)
            .prop_map(|(sign, expiry)| format!(r#"{{"Sign":"{sign}","T":{expiry}}}"#).into_bytes()),
        "[0-9a-f]{0,33}".prop_map(|sign| format!(r#"{{"Sign":"{sign}","T":"{}"}}"#, NOW + 60).into_bytes()),
    ];
    (0..SIGNED.len(), proptest::collection::vec((name, value), 0..5), body, any::<u64>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_forged_request_is_accepted((index, headers, body, time) in forged(), key in "[A-Za-z0-9]{0,32}") {
        let product = SIGNED[index];
        let sent = Sent { product, headers, tokens: vec!["token-one".to_owned()], body };
        prop_assert!(sent.verify().is_err());
        prop_assume!(key != "keyOne1" && key != "keyTwo2");
        for time in [now(), time] {
            prop_assert!(Sent::signed(product, &key, URL, time).verify().is_err());
        }
    }

    #[test]
    fn no_request_that_is_signed_correctly_is_refused(
        index in 0..SIGNED.len(),
        key in "\\PC{1,32}",
        url in "https://\\PC{0,60}",
        skew in 0_u64..=600,
        body in proptest::collection::vec(any::<u8>(), 0..200),
        members in proptest::collection::vec(("[A-Za-z]{3,9}", "\\PC{0,20}"), 0..4),
    ) {
        let product = SIGNED[index];
        let tokens = vec![SecretString::from("token-one".to_owned())];
        let callback_urls = if product == Product::TencentVod { Vec::new() } else { [URL, &url].map(|url| SecretString::from(url.to_owned())).to_vec() };
        let keys = ["other", &key].map(|key| SecretString::from(key.to_owned())).to_vec();
        let credentials = Credentials { keys, tokens, callback_urls };
        let mut sent = Sent::signed(product, &key, &url, now() - 300 + skew);
        if product == Product::TencentVod {
            let signed = String::from_utf8(sent.body).unwrap();
            let mut event: Map<String, Value> = serde_json::from_str(&signed).unwrap();
            event.extend(members.into_iter().filter(|(name, _)| name != "Sign").map(|(name, value)| (name, value.into())));
            sent.body = Value::Object(event).to_string().into_bytes();
        } else {
            sent.body = body;
        }
        prop_assert_eq!(sent.verify_with(&credentials), Ok(()));
    }

    #[test]
    fn a_changed_digit_makes_a_signature_invalid(index in 0..SIGNED.len(), place in 0_usize..32, digit in "[0-9a-f]") {
        let product = SIGNED[index];
        let sent = Sent::signed(product, "keyOne1", URL, now());
        let change = |signature: &str| {
            let mut changed = signature.to_owned();
            changed.replace_range(place..=place, &digit);
            changed
        };
        let mut changed = sent.clone();
        if product == Product::TencentVod {
            let body = String::from_utf8(sent.body.clone()).unwrap();
            let (_, sign) = body.split_once(r#""Sign":""#).unwrap();
            let (sign, _) = sign.split_once('"').unwrap();
            changed.body = body.replace(sign, &change(sign)).into_bytes();
        } else {
            changed.headers[1].1 = change(&sent.headers[1].1);
        }
        let is_the_same = changed.headers == sent.headers && changed.body == sent.body;
        prop_assert_eq!(changed.verify().is_ok(), is_the_same);
    }
}
