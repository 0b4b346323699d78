use jiff::Timestamp;
use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::auth::{Signature, sign, verify};

const NOW: i64 = 1_700_000_000;
const TOKENS: [&str; 2] = ["Tok-one-0123456789abcdef", "Tok-two+0123456789abcdef"];
const KEYS: [&str; 2] = ["keyOneAbc1", "keyTwoAbc2"];
const URL: &str = "https://hooks.example.com/aliyun/?token=Tok-one-0123456789abcdef";
const OTHER_KEY: &str = "otherKeyXyz9";
const OTHER_TOKEN: &str = "other-token-0123456789ab";
/// The URL that requests are posted to.
const POSTED_TO: &str = "https://tunnel.example.net/aliyun/?token=Tok-one-0123456789abcdef";

fn secrets(texts: &[&str]) -> Vec<SecretString> {
    texts.iter().map(|text| (*text).into()).collect()
}

fn credentials(product: Product) -> Credentials {
    let is_aliyun = matches!(product, Product::AliyunVod | Product::AliyunIms);
    Credentials {
        keys: if product == Product::TencentCi { Vec::new() } else { secrets(&KEYS) },
        tokens: secrets(&TOKENS),
        callback_urls: if is_aliyun { secrets(&[URL]) } else { Vec::new() },
    }
}

/// The credentials of a product that is not `product`.
fn others(product: Product) -> Vec<(Product, Credentials)> {
    let other = if product == Product::AliyunVod { Product::AliyunIms } else { Product::AliyunVod };
    let credentials = Credentials {
        keys: secrets(&[OTHER_KEY]),
        tokens: secrets(&[OTHER_TOKEN]),
        callback_urls: secrets(&["https://other.example.com/"]),
    };
    vec![(other, credentials)]
}

/// A request that a test changes before it is explained.
#[derive(Debug, Clone)]
struct Sent {
    product: Product,
    headers: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    body: String,
}

impl Sent {
    fn signed(product: Product, key: &str, url: &str, time: i64) -> Self {
        let time = u64::try_from(time).unwrap();
        let mut sent = Self {
            product,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            parameters: vec![("token".to_owned(), TOKENS[0].to_owned())],
            body: "{}".to_owned(),
        };
        match sign(product, &key.into(), Some(url), time) {
            Ok(Signature::Headers(headers)) => {
                sent.headers.extend(headers.map(|(name, value)| (name.to_lowercase(), value)));
            }
            Ok(Signature::Members { sign, expiry }) => sent.body = format!(r#"{{"Sign":"{sign}","T":{expiry}}}"#),
            Err(_) => {}
        }
        sent
    }

    fn now(product: Product) -> Self {
        Self::signed(product, KEYS[0], URL, NOW)
    }

    fn with_token(mut self, name: &str, value: &str) -> Self {
        self.parameters = vec![(name.to_owned(), value.to_owned())];
        self
    }

    /// The findings, and whether the function would accept it.
    fn explained_with(&self, credentials: &Credentials) -> (Vec<Finding>, bool) {
        fn pairs(owned: &[(String, String)]) -> Vec<(&str, &str)> {
            owned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }
        let (headers, parameters) = (pairs(&self.headers), pairs(&self.parameters));
        let tokens: Vec<&str> =
            parameters.iter().filter(|(name, _)| *name == "token").map(|(_, value)| *value).collect();
        let request = Request { headers: &headers, tokens: &tokens, body: self.body.as_bytes() };
        let seen = Seen { request, parameters: &parameters, url: Some(POSTED_TO) };
        let clock = Clock { now: Timestamp::from_second(NOW).unwrap(), tolerance: 300 };
        let findings = explain(self.product, credentials, &others(self.product), &seen, clock);
        let is_authentic = verify(self.product, credentials, &request, clock).is_ok();
        assert_eq!(findings.iter().all(|finding| finding.passed), is_authentic, "{self:?} {findings:#?}");
        let text = format!("{findings:?}");
        for secret in [&TOKENS[..], &KEYS, &[OTHER_KEY, OTHER_TOKEN]].concat() {
            assert!(!text.contains(secret), "{text}");
        }
        (findings, is_authentic)
    }

    fn explained(&self) -> Vec<Finding> {
        self.explained_with(&credentials(self.product)).0
    }
}

/// The one check that failed, in words.
fn only(findings: &[Finding]) -> (Check, String) {
    let failed: Vec<&Finding> = findings.iter().filter(|finding| !finding.passed).collect();
    let [finding] = failed[..] else { panic!("{failed:#?}") };
    (finding.check, format!("{}: {}", finding.found, finding.hint.as_deref().unwrap_or_default()))
}

fn assert_only(sent: &Sent, check: Check, words: &[&str]) {
    let (found, text) = only(&sent.explained());
    assert_eq!(found, check, "{text}");
    for word in words {
        assert!(text.contains(word), "{} {text} has no {word}", sent.product);
    }
}

const ALIYUN: [Product; 2] = [Product::AliyunVod, Product::AliyunIms];
const SIGNED: [Product; 3] = [Product::AliyunVod, Product::AliyunIms, Product::TencentVod];

#[test]
fn what_is_right_passes_every_check() {
    for product in Product::ALL {
        let findings = Sent::now(product).explained();
        assert!(findings.iter().all(|finding| finding.passed), "{findings:#?}");
        let second = Sent::signed(product, KEYS[1], URL, NOW).with_token("token", TOKENS[1]).explained();
        let words = format!("{second:?}");
        assert!(words.contains("token 2"), "{words}");
        assert_eq!(words.contains("key 2"), product != Product::TencentCi, "{words}");
    }
}

#[test]
fn a_token_is_explained() {
    for product in Product::ALL {
        for (name, value, words) in [
            ("Token", TOKENS[0], &["token 1 under the name `Token`", "has to be called `token`"][..]),
            ("key", TOKENS[1], &["token 2 under the name `key`"]),
            ("TOKEN", "x", &["a parameter under the name `TOKEN`"]),
            ("x", "y", &["no `token=`", "lacks its end"]),
            ("token", OTHER_TOKEN, &["24 characters", "token 1 of aliyun-"]),
            ("token", "tok-ONE-0123456789abcdef", &["token 1 with letters of the other case"]),
            ("token", " Tok-one-0123456789abcdef\n", &["token 1 with spaces or quotes"]),
            ("token", "\"Tok-one-0123456789abcdef\"", &["spaces or quotes"]),
            ("token", "Tok%2Dtwo%2B0123456789abcdef", &["token 2 escaped twice"]),
            ("token", "Tok-two 0123456789abcdef", &["token 2 with a `+` that was not escaped"]),
            ("token", "Tok-one-0123456789abcdef/", &["token 1 with 1 more character behind it"]),
            ("token", "Tok-one-0123456789", &["token 1 cut off after 18 characters"]),
            ("token", "wrong", &["5 characters", "the tokens here have 24 characters"]),
            ("token", "wrongwrongwrongwrong1234", &["no token that is known here"]),
        ] {
            assert_only(&Sent::now(product).with_token(name, value), Check::Token, words);
        }
        let mut twice = Sent::now(product);
        twice.parameters.extend(twice.parameters.clone());
        assert_only(&twice, Check::Token, &["`token=` 2 times"]);
    }
}

#[test]
fn a_clock_is_explained() {
    for product in ALIYUN {
        let late = Sent::signed(product, KEYS[1], URL, NOW - 412);
        assert_only(
            &late,
            Check::Time,
            &["signed at 2023-11-14T22:06:28Z, 412 s ago", "the signature itself is right"],
        );
        let early = Sent::signed(product, KEYS[0], URL, NOW + 7_300);
        assert_only(&early, Check::Time, &["2 h ahead", "the signature itself is right: a clock is wrong"]);
        let thousand = Sent::signed(product, KEYS[0], URL, NOW * 1000 + 12);
        assert_only(&thousand, Check::Time, &["a time in milliseconds"]);
    }
    let late = Sent::signed(Product::TencentVod, KEYS[0], URL, NOW - 695);
    assert_only(&late, Check::Time, &["expires at 2023-11-14T22:11:45Z, 95 s ago", "the signature itself is right"]);
    let early = Sent::signed(Product::TencentVod, KEYS[0], URL, NOW + 720);
    assert_only(&early, Check::Time, &["22 min ahead", "needs a larger tolerance"]);
    assert!(early.explained().iter().any(|finding| finding.expected.contains("at most 15 min ahead")));
}

#[test]
fn a_key_is_explained() {
    for product in SIGNED {
        for (key, words) in [
            (OTHER_KEY, &["key 1 of aliyun-", "signed with a key of aliyun-"][..]),
            ("keyoneabc1", &["key 1, in small letters only"]),
            ("KEYTWOABC2", &["key 2, in capital letters only"]),
            ("KeyOneAbc1", &["key 1 is entered with a capital first letter"]),
            ("keyOneAbc1 ", &["with a space at its end"]),
            ("keyOneAbc1\n", &["with a line break at its end"]),
            ("unknown", &["no key that is known here fits"]),
        ] {
            assert_only(&Sent::signed(product, key, URL, NOW), Check::Signature, words);
        }
    }
}

#[test]
fn a_url_is_explained() {
    for product in ALIYUN {
        for (url, words) in [
            (
                "https://hooks.example.com/aliyun?token=Tok-one-0123456789abcdef",
                &["key 1 over `https://hooks.example.com/aliyun?token=••••`", "has no slash at the end of its path"][..],
            ),
            ("http://hooks.example.com/aliyun/?token=Tok-one-0123456789abcdef", &["has `http` instead of `https`"]),
            (
                "https://hooks.example.com:443/aliyun/?token=Tok-one-0123456789abcdef",
                &["the host `hooks.example.com:443`"],
            ),
            ("https://hooks.example.com/aliyun/", &["has no token"]),
            ("https://hooks.example.com/aliyun/?token=Tok-two+0123456789abcdef", &["has another token"]),
            (POSTED_TO, &["the host `tunnel.example.net` instead of `hooks.example.com`"]),
            ("https://tunnel.example.net/aliyun", &["tunnel.example.net", "no slash", "has no token"]),
            ("https://hooks.example.com/aliyun/?token=Tok-one-0123456789abcdef ", &["the signed URL"]),
            ("https://elsewhere.example.org/", &["no key that is known here fits, with any of"]),
        ] {
            assert_only(&Sent::signed(product, KEYS[0], url, NOW), Check::Signature, words);
        }
    }
}

#[test]
fn the_parts_of_a_signature_are_explained() {
    for product in ALIYUN {
        let sent = Sent::now(product);
        let mut unsigned = sent.clone();
        unsigned.headers.truncate(1);
        assert_only(&unsigned, Check::Form, &["is missing", "the vendor does not sign yet"]);
        let mut twice = sent.clone();
        twice.headers.push(("X-VOD-TIMESTAMP".to_owned(), "1".to_owned()));
        twice.headers.push(("X-ICE-TIMESTAMP".to_owned(), "1".to_owned()));
        assert_only(&twice, Check::Form, &["is there more than once"]);
        let mut letters = sent.clone();
        letters.headers[1].1 = "17oo\u{1b}[31m".to_owned();
        assert_only(&letters, Check::Form, &["`17oo\u{fffd}[31m`"]);
        let mut other = sent.clone();
        other.product = if product == Product::AliyunVod { Product::AliyunIms } else { Product::AliyunVod };
        assert_only(&other, Check::Form, &["the signature of aliyun-"]);
        let mut capitals = sent.clone();
        capitals.headers[2].1 = capitals.headers[2].1.to_uppercase();
        assert_only(&capitals, Check::Signature, &["key 1", "the digest has capital letters"]);
        let mut short = sent;
        short.headers[2].1 = "abc".to_owned();
        assert_only(&short, Check::Signature, &["what is no MD5 digest"]);
    }
    let sent = Sent::now(Product::TencentVod);
    for (body, words) in [
        ("{}", &["T is missing, Sign is missing"][..]),
        (r#"{"Sign":1,"T":1}"#, &["T is there, Sign is no text"]),
        (r#"{"Sign":"","T":1,"T":2}"#, &["T is there more than once"]),
        ("{", &["a body that cannot be read"]),
        (r#"{"Sign":"","T":"soon"}"#, &["`soon`"]),
    ] {
        assert_only(&Sent { body: body.to_owned(), ..sent.clone() }, Check::Form, words);
    }
    let mut in_query = Sent { body: "{}".to_owned(), ..sent };
    in_query.parameters.push(("sign".to_owned(), "x".to_owned()));
    assert_only(&in_query, Check::Form, &["Sign is in the query string"]);
    in_query.parameters.pop();
    in_query.headers.push(("Sign".to_owned(), "x".to_owned()));
    assert_only(&in_query, Check::Form, &["Sign is a header"]);
}

#[test]
fn two_faults_are_both_told() {
    for product in ALIYUN {
        let url = URL.replace("/?", "?");
        let findings = Sent::signed(product, KEYS[0], &url, NOW - 1_000).with_token("Token", TOKENS[0]).explained();
        let failed: Vec<Check> =
            findings.iter().filter(|finding| !finding.passed).map(|finding| finding.check).collect();
        assert_eq!(failed, [Check::Token, Check::Time, Check::Signature]);
    }
}

#[test]
fn credentials_that_authenticate_nothing_are_explained() {
    for product in Product::ALL {
        let (findings, _) = Sent::now(product).explained_with(&Credentials::default());
        assert_eq!(findings[0].check, Check::Credentials);
    }
    let keys = Credentials { keys: secrets(&KEYS), ..Credentials::default() };
    let (findings, _) = Sent::now(Product::AliyunIms).explained_with(&keys);
    assert!(findings[0].found.contains("2 keys, 0 tokens, 0 callback URLs"), "{findings:?}");
    let tokens = Credentials { tokens: secrets(&TOKENS), ..Credentials::default() };
    let (findings, is_authentic) = Sent::now(Product::AliyunIms).explained_with(&tokens);
    assert!(is_authentic && format!("{findings:?}").contains("the vendor signs"), "{findings:?}");
}

/// Requests of all kinds, and credentials that may or may not fit them.
fn anything() -> impl Strategy<Value = (Sent, Credentials)> {
    let product = proptest::sample::select(Product::ALL.to_vec());
    let key = proptest::sample::select(vec![KEYS[0], KEYS[1], OTHER_KEY, "keyoneabc1", "unknown"]);
    let url = proptest::sample::select(vec![URL, POSTED_TO, "https://hooks.example.com/aliyun?token=x", ""]);
    let name = proptest::sample::select(vec!["token", "token", "token", "Token", "x"]);
    let token =
        prop_oneof![Just(TOKENS[0].to_owned()), Just(TOKENS[1].to_owned()), Just(OTHER_TOKEN.to_owned()), ".{0,8}"];
    let skew = prop_oneof![-700_i64..700, Just(0), any::<i32>().prop_map(i64::from)];
    // 0 changes nothing, the others each a part.
    let tamper = (0_usize..7, any::<char>());
    let kept = (any::<bool>(), any::<bool>(), any::<bool>());
    (product, key, url, (name, token), skew, tamper, kept).prop_map(
        |(product, key, url, (name, token), skew, tamper, kept)| {
            let mut sent = Sent::signed(product, key, url, (NOW + skew).max(0)).with_token(name, &token);
            let (part, character) = tamper;
            match part {
                1 => sent.parameters.push(("token".to_owned(), token)),
                2 => sent.parameters.clear(),
                3 => sent.headers.iter_mut().for_each(|(_, value)| value.push(character)),
                4 => drop(sent.headers.pop()),
                5 => sent.body.push(character),
                6 => sent.body = sent.body.replace('1', &character.to_string()),
                _ => {}
            }
            let whole = credentials(product);
            let (has_keys, has_tokens, has_urls) = kept;
            let part = |kept: bool, secrets: Vec<SecretString>| if kept { secrets } else { Vec::new() };
            let credentials = Credentials {
                keys: part(has_keys, whole.keys),
                tokens: part(has_tokens, whole.tokens),
                callback_urls: part(has_urls, whole.callback_urls),
            };
            (sent, credentials)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Explanation and verification agree, and no finding has a secret: `explained_with` asserts both.
    #[test]
    fn what_is_explained_is_what_is_verified((sent, credentials) in anything()) {
        sent.explained_with(&credentials);
    }
}
