//! The inspector answers, and makes of a callback, what the functions do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod local;

use callbacks::Product;
use emulator::{Emulator, requests};
use sender::request;
use serde_json::Value;

#[test]
fn every_request_is_answered_as_by_the_function() {
    let (page, receivers) = local::start(Vec::new());
    let client = reqwest::blocking::Client::new();
    let mut seq = 0;
    for product in Product::ALL {
        let mut function = Emulator::start(product, emulator::vendor::UNSIGNED).unwrap();
        for (case, text) in requests(product).unwrap() {
            let answer = function.invoke(&text).unwrap();
            let expected = function.events().unwrap();
            let sent: Value = serde_json::from_str(&text).unwrap();
            let mut posted = client.post(format!("{receivers}{product}")).body(request::body(&sent).unwrap());
            for (name, value) in sent["headers"].as_object().unwrap() {
                if !["host", "content-length"].contains(&name.to_lowercase().as_str()) {
                    posted = posted.header(name, value.as_str().unwrap());
                }
            }
            let response = posted.send().unwrap();
            assert_eq!(response.status().as_u16(), answer.status_code, "{product} {case}");
            assert_eq!(response.text().unwrap(), answer.body, "{product} {case}");
            seq += 1;
            let waited = format!("{page}api/wait?after={}&timeout=30", seq - 1);
            assert_eq!(client.get(waited).send().unwrap().json::<Value>().unwrap()["seq"], seq, "{product} {case}");
            let shown: Value = client.get(format!("{page}api/callbacks/{seq}")).send().unwrap().json().unwrap();
            let arrival = request::arrival(&sent).unwrap().to_string();
            let events = shown["events"].as_array().unwrap();
            assert_eq!(events.len(), expected.len(), "{product} {case}");
            for (event, expected) in events.iter().zip(&expected) {
                let expected: Value = serde_json::from_str(expected).unwrap();
                let mut event = event.clone();
                // An event without a time of its own has that of receipt, which is another one here.
                if expected["time"] == arrival.as_str() {
                    event["time"] = expected["time"].clone();
                }
                assert_eq!(event, expected, "{product} {case}");
            }
        }
    }
}

/// What explains a refusal takes a time that depends on secrets, so it is in no function.
#[test]
fn no_function_can_explain() {
    let has_it = |program: &std::path::Path| {
        String::from_utf8_lossy(&std::fs::read(program).unwrap()).contains("callbacks4auth7explain")
    };
    assert!(has_it(&std::env::current_exe().unwrap()), "the symbol has another name");
    for product in Product::ALL {
        assert!(!has_it(&emulator::built(product.slug()).unwrap()), "{product}");
    }
}
