//! What is signed is what the functions' own verification accepts, and what is tampered with is what it refuses.

use callbacks::auth::{Clock, Credentials, NotAuthentic, Request, verify};

use super::*;

const NOW: u64 = 1_767_323_045;
const URL: &str = "https://callback.example/hook?stage=live";

fn body(product: Product) -> &'static [u8] {
    match product {
        Product::TencentCi => br"<Response><EventName>TaskFinish</EventName></Response>",
        Product::AliyunVod | Product::AliyunIms | Product::TencentVod => br#"{"EventType":"New"}"#,
    }
}

/// What a sender that knows the key and the token would sign.
fn signing(product: Product) -> Signing {
    Signing {
        url: URL.to_owned(),
        token: Some("a token".into()),
        key: (product != Product::TencentCi).then(|| "Key1".into()),
        time: NOW,
        ..Signing::default()
    }
}

/// What a function that is set up for this sender makes of a callback.
fn verified(product: Product, callback: &Callback) -> Result<(), NotAuthentic> {
    let is_aliyun = matches!(product, Product::AliyunVod | Product::AliyunIms);
    let credentials = Credentials {
        keys: if product == Product::TencentCi { vec![] } else { vec!["Key0".into(), "Key1".into()] },
        tokens: vec!["a token".into()],
        callback_urls: if is_aliyun { vec![format!("{URL}&token=a+token").into()] } else { vec![] },
    };
    let headers: Vec<(&str, &str)> = callback.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let token = token_of(&callback.url).unwrap_or_default();
    let request = Request { headers: &headers, tokens: &[&token], body: &callback.body };
    let now = jiff::Timestamp::from_second(NOW.try_into().unwrap()).unwrap();
    verify(product, &credentials, &request, Clock { now, tolerance: 300 }).map(drop)
}

#[test]
fn what_is_signed_is_accepted() {
    for product in Product::ALL {
        let callback = signing(product).sign(product, body(product)).unwrap();
        assert_eq!(verified(product, &callback), Ok(()), "{product}");
        assert_eq!(callback.url, format!("{URL}&token=a+token"));
    }
}

#[test]
fn a_signature_stands_where_the_vendor_puts_it() {
    let names = |product: Product| {
        let callback = signing(product).sign(product, body(product)).unwrap();
        let names: Vec<&str> = callback.headers.iter().map(|(name, _)| *name).collect();
        (names, callback.body == body(product))
    };
    assert_eq!(names(Product::AliyunVod), (vec!["X-VOD-TIMESTAMP", "X-VOD-SIGNATURE"], true));
    assert_eq!(names(Product::AliyunIms), (vec!["X-ICE-TIMESTAMP", "X-ICE-SIGNATURE"], true));
    assert_eq!(names(Product::TencentCi), (vec![], true));
    assert_eq!(names(Product::TencentVod), (vec![], false));

    // md5("Key11767323645"): the key and the time ten minutes later.
    let callback = signing(Product::TencentVod).sign(Product::TencentVod, b"{\"EventType\":\"New\"}").unwrap();
    assert_eq!(
        String::from_utf8(callback.body).unwrap(),
        r#"{"Sign":"34ba16b0f83c3c05b50b2d4fae85d2bd","T":1767323645,"EventType":"New"}"#
    );
}

#[test]
fn a_captured_callback_is_signed_anew() {
    let captured = br#"{"EventType":"New","T":"1600","Sign":"e09c9586579c8a366e759747cc70b133"}"#;
    let callback = signing(Product::TencentVod).sign(Product::TencentVod, captured).unwrap();
    assert_eq!(verified(Product::TencentVod, &callback), Ok(()));
}

#[test]
fn what_is_tampered_with_is_refused() {
    for product in Product::ALL {
        for (tamper, expected) in [
            (Tamper::Signature, Err(NotAuthentic::Signature)),
            (Tamper::Timestamp, Err(NotAuthentic::Signature)),
            (Tamper::Token, Err(NotAuthentic::Token)),
            (Tamper::Body, Ok(())),
        ] {
            let honest = signing(product);
            let tampered = Signing { tamper: Some(tamper), ..honest.clone() }.sign(product, body(product));
            if product == Product::TencentCi && matches!(tamper, Tamper::Signature | Tamper::Timestamp) {
                assert_eq!(tampered, Err(SigningError::NoSignature));
                continue;
            }
            let tampered = tampered.unwrap();
            assert_ne!(tampered, honest.sign(product, body(product)).unwrap(), "{product} {tamper:?}");
            assert_eq!(verified(product, &tampered), expected, "{product} {tamper:?}");
        }
    }
}

#[test]
fn a_body_that_is_tampered_with_can_still_be_read() {
    for product in Product::ALL {
        let tampered = Signing { tamper: Some(Tamper::Body), ..signing(product) }.sign(product, body(product)).unwrap();
        let events = callbacks::decode(product, &tampered.body, jiff::Timestamp::UNIX_EPOCH);
        let event = events[0].clone();
        assert_eq!(event.unreadable(), None, "{product}");
        let vendor = event.into_data().unwrap().vendor.unwrap();
        assert!(vendor.get().contains("Tampered"), "{product}");
    }
}

#[test]
fn a_skewed_time_is_refused() {
    for (product, time, expected) in [
        (Product::AliyunVod, NOW - 301, NotAuthentic::Stale),
        (Product::AliyunIms, NOW + 301, NotAuthentic::Future),
        (Product::TencentVod, NOW - 601, NotAuthentic::Stale),
        (Product::TencentVod, NOW + 301, NotAuthentic::Future),
    ] {
        let callback = Signing { time, ..signing(product) }.sign(product, body(product)).unwrap();
        assert_eq!(verified(product, &callback), Err(expected), "{product}");
    }
}

#[test]
fn the_callback_url_is_what_is_signed() {
    let elsewhere = Signing { url: "http://localhost:9000/".to_owned(), ..signing(Product::AliyunIms) };
    let callback = elsewhere.sign(Product::AliyunIms, b"{}").unwrap();
    assert_eq!(verified(Product::AliyunIms, &callback), Err(NotAuthentic::Signature));

    let as_configured = Signing { callback_url: Some(format!("{URL}&token=a+token")), ..elsewhere };
    let callback = as_configured.sign(Product::AliyunIms, b"{}").unwrap();
    assert_eq!(callback.url, "http://localhost:9000/?token=a+token");
    assert_eq!(verified(Product::AliyunIms, &callback), Ok(()));
}

#[test]
fn what_cannot_be_signed_is_told() {
    let keyed = |product| Signing { key: Some("Key1".into()), ..signing(product) };
    for (product, signing, body, expected) in [
        (Product::TencentVod, keyed(Product::TencentVod), &b"[]"[..], SigningError::NotAnObject),
        (Product::TencentCi, keyed(Product::TencentCi), b"{}", CredentialsError::NothingIsSigned.into()),
        (
            Product::AliyunIms,
            Signing { token: None, tamper: Some(Tamper::Token), ..keyed(Product::AliyunIms) },
            b"{}",
            SigningError::NoToken,
        ),
        (
            Product::AliyunIms,
            Signing { tamper: Some(Tamper::Body), ..keyed(Product::AliyunIms) },
            b"text",
            SigningError::UnknownBody,
        ),
    ] {
        assert_eq!(signing.sign(product, body), Err(expected));
    }
}
