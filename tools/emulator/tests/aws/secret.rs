//! Credentials that are kept in Secrets Manager, and change while requests come in.

use std::time::{Duration, Instant};

use callbacks::Product;
use emulator::proxy::Fault;
use emulator::stack::Stack;
use emulator::{Emulator, post};
use serde_json::{Value, json};

use crate::support::stack;

const READ: &str = "secretsmanager:GetSecretValue";

/// Many times the refresh interval of one second.
const LIMIT: Duration = Duration::from_mins(1);

/// The status code of the response to a callback with this token.
fn status(function: &Emulator, token: &str) -> u16 {
    let mut request: Value = serde_json::from_str(&post(b"{}")).unwrap();
    request["rawQueryString"] = format!("token={token}").into();
    function.invoke(&request.to_string()).unwrap().status_code
}

fn put(stack: &Stack, name: &str, tokens: &[&str]) {
    let secret = json!({"keys": [], "tokens": tokens, "callback_urls": []}).to_string();
    let body =
        json!({"SecretId": name, "SecretString": secret, "ClientRequestToken": format!("{:-<32}", tokens.join("-"))});
    stack.aws.call("secretsmanager.PutSecretValue", &body).unwrap();
}

/// Sends callbacks until one with the token `changing` is answered so. All with `staying` are stored meanwhile.
fn until(function: &Emulator, changing: &str, expected: u16, staying: &str) {
    let started = Instant::now();
    while status(function, changing) != expected {
        assert_eq!(status(function, staying), 200);
        assert!(started.elapsed() < LIMIT, "the secret is not read again");
    }
    assert_eq!(status(function, staying), 200);
}

#[test]
fn tokens_are_changed_while_requests_come_in() {
    let stack = stack("secret");
    let name = "secret-of-the-test";
    stack.aws.call("secretsmanager.CreateSecret", &json!({"Name": name})).unwrap();
    put(&stack, name, &["one"]);
    let environment = [(variables::SECRET_ID, name), (variables::SECRET_MAX_AGE, "1")];
    let function = stack.product(Product::TencentCi, &environment).unwrap();
    assert_eq!((status(&function, "one"), status(&function, "two")), (200, 401));

    put(&stack, name, &["one", "two"]);
    until(&function, "two", 200, "one");
    put(&stack, name, &["two"]);
    until(&function, "one", 401, "two");

    // The last credentials stay in use.
    stack.intake.set_plan(|call| (call.operation == READ).then_some(Fault::Error));
    drop(stack.intake.take_calls());
    let started = Instant::now();
    while !stack.intake.take_calls().iter().any(|call| call.operation == READ) {
        assert_eq!((status(&function, "two"), status(&function, "one")), (200, 401));
        assert!(started.elapsed() < LIMIT, "the secret is not read again");
    }
    assert_eq!((status(&function, "two"), status(&function, "one")), (200, 401));
}

/// Lambda freezes a function as soon as it has responded, which interrupts a running refresh of the secret. The next callback,
/// signed with a key that was added to the secret meanwhile, must be accepted.
#[test]
fn an_interrupted_refresh_is_restarted() {
    let stack = stack("paused");
    let name = "secret-of-a-quiet-function";
    stack.aws.call("secretsmanager.CreateSecret", &json!({"Name": name})).unwrap();
    put(&stack, name, &["one"]);
    let environment = [(variables::SECRET_ID, name), (variables::SECRET_MAX_AGE, "1")];
    let function = stack.product(Product::TencentCi, &environment).unwrap();
    assert_eq!(status(&function, "one"), 200);

    stack.intake.set_plan(|call| (call.operation == READ).then_some(Fault::Silence { is_made: false, then: None }));
    drop(stack.intake.take_calls());
    let started = Instant::now();
    while !stack.intake.take_calls().iter().any(|call| call.operation == READ) {
        assert_eq!(status(&function, "one"), 200);
        assert!(started.elapsed() < LIMIT, "the secret is not read again");
    }
    let process = function.killer();
    process.pause();
    put(&stack, name, &["two"]);
    stack.intake.set_plan(|_| None);
    // Longer than the timeout of reading a secret.
    std::thread::sleep(Duration::from_secs(6));
    process.resume();
    assert_eq!(status(&function, "two"), 200);
    assert!(!function.log().unwrap().contains("could not be refreshed"));
}

#[test]
fn a_function_does_not_start_without_its_secret() {
    let stack = stack("no-secret");
    let function = stack.product(Product::TencentCi, &[(variables::SECRET_ID, "none")]).unwrap();
    assert!(function.invoke(&post(b"{}")).is_err());
    let log = function.log().unwrap();
    assert!(log.contains("the secret could not be read"), "{log}");
}

/// An environment that was idle asks for the secret before it accepts anything again.
#[test]
fn a_token_that_was_revoked_while_the_function_was_idle_is_refused() {
    let stack = stack("revoked");
    let name = "secret-of-an-idle-function";
    stack.aws.call("secretsmanager.CreateSecret", &json!({"Name": name})).unwrap();
    put(&stack, name, &["one"]);
    let environment = [(variables::SECRET_ID, name), (variables::SECRET_MAX_AGE, "1")];
    let function = stack.product(Product::TencentCi, &environment).unwrap();
    assert_eq!(status(&function, "one"), 200);
    let process = function.killer();
    process.pause();
    put(&stack, name, &["two"]);
    // More than twice the age.
    std::thread::sleep(Duration::from_secs(3));
    process.resume();
    assert_eq!(status(&function, "one"), 401);
    assert_eq!(status(&function, "two"), 200);
}

/// A secret that is emptied does not turn authentication off, even where no authentication is allowed.
#[test]
fn a_secret_that_is_emptied_opens_nothing() {
    let stack = stack("emptied");
    let name = "secret-that-is-emptied";
    stack.aws.call("secretsmanager.CreateSecret", &json!({"Name": name})).unwrap();
    put(&stack, name, &["one"]);
    let environment =
        [(variables::SECRET_ID, name), (variables::SECRET_MAX_AGE, "1"), (variables::ALLOW_UNSIGNED, "true")];
    let function = stack.product(Product::TencentCi, &environment).unwrap();
    assert_eq!((status(&function, "one"), status(&function, "none")), (200, 401));
    put(&stack, name, &[]);
    let started = Instant::now();
    while !function.log().unwrap().contains("the secret could not be refreshed") {
        assert_eq!((status(&function, "one"), status(&function, "none")), (200, 401));
        assert!(started.elapsed() < LIMIT, "the secret is not read again");
    }
    assert_eq!((status(&function, "one"), status(&function, "none")), (200, 401));
}
