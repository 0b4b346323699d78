//! Lambda freezes a function between two requests. Connections that break meanwhile lose no event.

use std::sync::atomic::{AtomicBool, Ordering};

use callbacks::Product;
use emulator::poller::poll;
use emulator::post;
use emulator::proxy::{CLAIM, Fault, Proxy, SEND};
use emulator::vendor::UNSIGNED;
use emulator::{Emulator, FunctionResponse};

use crate::support::{oversized, published, stack, stored};

/// Several messages, which are sent concurrently, each on its own connection.
fn several() -> String {
    let event = format!(r#"{{"EventType":"New","EventHandle":"h","Text":"{}"}}"#, "x".repeat(100_000));
    format!(r#"{{"EventSet":[{}]}}"#, vec![event; 12].join(","))
}

/// Posts a body after the connections were closed, while the function was frozen.
fn post_after_closing(function: &Emulator, proxy: &Proxy, body: &str) -> FunctionResponse {
    function.killer().pause();
    proxy.server().close_connections();
    function.killer().resume();
    function.invoke(&post(body.as_bytes())).unwrap()
}

#[test]
fn closed_connections_are_replaced() {
    let stack = stack("closed");
    let function = stack.product(Product::TencentVod, UNSIGNED).unwrap();
    for body in ["{}", &several(), "{}", &oversized(1), &oversized(2), &several(), &several()] {
        assert_eq!(post_after_closing(&function, &stack.intake, body).status_code, 200);
        assert!(!stored(&stack).is_empty());
    }
}

/// A broken connection without a notice: a call on it gets no response. There is time for two more attempts.
#[test]
fn a_call_on_a_connection_that_is_gone_is_repeated() {
    let stack = stack("gone");
    let function = stack.product(Product::TencentCi, UNSIGNED).unwrap();
    assert_eq!(function.invoke(&post(b"{}")).unwrap().status_code, 200);
    let before = stack.intake.server().accepted();
    let is_gone = AtomicBool::new(true);
    let silence = Fault::Silence { is_made: false, then: None };
    stack.intake.set_plan(move |call| {
        (call.operation == SEND && is_gone.swap(false, Ordering::Relaxed)).then(|| silence.clone())
    });
    assert_eq!(function.invoke(&post(b"{}")).unwrap().status_code, 200);
    assert_eq!(stack.intake.server().accepted(), before + 1);
    assert_eq!(stored(&stack).len(), 2);
}

#[test]
fn dispatch_replaces_connections() {
    let stack = stack("dispatch-closed");
    let function = stack.product(Product::AliyunIms, UNSIGNED).unwrap();
    let dispatch = stack.dispatch(&[]).unwrap();
    for number in 0..3 {
        for event in 0..10 {
            let body = format!(r#"{{"EventType":"New{number}-{event}"}}"#);
            function.invoke(&post(body.as_bytes())).unwrap();
        }
        dispatch.killer().pause();
        stack.outlet.server().close_connections();
        dispatch.killer().resume();
        let batch = poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
        assert_eq!((batch.received.len(), batch.failed.len()), (10, 0));
        assert_eq!(published(&stack).len(), 10);
    }
    assert!(stack.outlet.take_calls().iter().any(|call| call.operation == CLAIM));
}

/// An invalid bundle is reported as such, not as an unreachable service.
#[test]
fn a_function_with_a_wrong_bundle_does_not_start() {
    let stack = stack("wrong-bundle");
    for bundle in ["/nowhere.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        let environment = [UNSIGNED, &[(variables::CA_BUNDLE, bundle)]].concat();
        let function = stack.product(Product::TencentCi, &environment).unwrap();
        assert!(function.invoke(&post(b"{}")).is_err());
        let log = function.log().unwrap();
        assert!(log.contains("AWS_CA_BUNDLE is invalid"), "{log}");
    }
}
