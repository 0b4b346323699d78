use futures_util::FutureExt;
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::yield_now;

use super::*;
use crate::receive::proof::cloud::{Asked, answer, configuration, freeze, start_clock, wall};

const MAX_AGE: Duration = Duration::from_secs(100);

/// A keyring of a secret, whose requests to Secrets Manager the test answers. Time stands still but for what a test says.
struct World {
    keyring: Keyring,
    requests: UnboundedReceiver<Asked>,
}

impl World {
    async fn new(tokens: &[&str], allow_unsigned: bool) -> Self {
        start_clock();
        let (sender, mut requests) = mpsc::unbounded_channel();
        let aws = Aws::from(configuration(sender));
        let secret = SecretConfiguration { id: "s".to_owned(), max_age: MAX_AGE };
        let (keyring, ()) =
            tokio::join!(Keyring::from_secret(Product::TencentCi, secret, allow_unsigned, &aws, wall), async {
                holds(requests.recv().await.unwrap(), tokens);
            },);
        Self { keyring: keyring.unwrap(), requests }
    }

    /// What the keyring says of a request with this token, without waiting for anything; `None` where it would wait.
    fn accepts(&self, token: &str) -> Option<bool> {
        let clock = Clock { now: wall(), tolerance: 300 };
        let request = Request { headers: &[], tokens: &[token], body: b"{}" };
        self.keyring.verify(&request, clock).now_or_never().map(|verified| verified.is_ok())
    }

    /// The request that a refresh has sent meanwhile, if there is one.
    async fn asked(&mut self) -> Option<Asked> {
        settle().await;
        self.requests.try_recv().ok()
    }

    /// Whether a request starts a refresh, and the request itself is accepted without waiting for it.
    async fn refreshes(&mut self) -> Option<Asked> {
        assert_eq!(self.accepts("old"), Some(true));
        self.asked().await
    }
}

/// Lets everything go on that waits for nothing.
async fn settle() {
    for _ in 0..1_000 {
        yield_now().await;
    }
}

/// The secret has these tokens.
fn holds(asked: Asked, tokens: &[&str]) {
    let secret = json!({ "tokens": tokens }).to_string();
    drop(asked.reply.send(Ok(answer(200, &json!({"Name": "s", "SecretString": secret}).to_string()))));
}

/// The secret may not be read.
fn refused(asked: Asked) {
    drop(asked.reply.send(Ok(answer(400, r#"{"__type":"AccessDeniedException"}"#))));
}

fn seconds(seconds: u64) {
    freeze(Duration::from_secs(seconds));
}

#[test]
fn what_is_unsigned_is_accepted_only_without_credentials() {
    let clock = Clock { now: Timestamp::now(), tolerance: 300 };
    let request = Request { headers: &[], tokens: &[], body: b"{}" };
    let keyring = |tokens: &[&str], allow_unsigned| {
        let tokens = tokens.iter().map(|&token| token.to_owned().into()).collect();
        Keyring::fixed(Product::TencentCi, Credentials { tokens, ..Credentials::default() }, allow_unsigned)
    };
    assert!(keyring(&[], true).0.verify(&request, clock).is_ok());
    assert!(keyring(&[], false).0.verify(&request, clock).is_err());
    assert!(keyring(&["t"], true).0.verify(&request, clock).is_err());
    assert_eq!(keyring(&["t"], false).credentials().tokens.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_read_again_before_it_is_too_old() {
    let mut world = World::new(&["old"], false).await;
    seconds(79);
    assert!(world.refreshes().await.is_none());
    seconds(1);
    let first = world.refreshes().await.expect("a refresh after four fifths of the maximum age");
    assert!(world.refreshes().await.is_none(), "one runs");

    seconds(4);
    assert!(world.refreshes().await.is_none(), "it may still be answered");
    seconds(1);
    let second = world.refreshes().await.expect("a refresh in place of the one that was frozen");
    assert!(first.reply.is_closed());

    holds(second, &["old", "new"]);
    settle().await;
    assert_eq!(world.accepts("new"), Some(true));
    assert_eq!(world.keyring.credentials().tokens.len(), 2);
    // It counts from the start of the refresh.
    seconds(79);
    assert!(world.refreshes().await.is_none());
    seconds(1);
    assert!(world.refreshes().await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_a_refresh_only_where_it_needs_one() {
    let mut world = World::new(&["old"], false).await;
    assert_eq!(world.accepts("new"), Some(false), "there is nothing to wait for");
    seconds(100);
    let refresh = world.refreshes().await.unwrap();
    assert_eq!(world.accepts("new"), None, "it may be in the secret by now");
    holds(refresh, &["new"]);
    settle().await;
    assert_eq!((world.accepts("new"), world.accepts("old")), (Some(true), Some(false)));

    seconds(101);
    assert_eq!(world.accepts("new"), None, "it may have been taken out of the secret");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_read_is_left_alone_for_a_while() {
    let mut world = World::new(&["old"], false).await;
    seconds(80);
    refused(world.refreshes().await.unwrap());
    settle().await;
    seconds(29);
    assert!(world.refreshes().await.is_none());
    seconds(1);
    let refresh = world.refreshes().await.expect("a refresh after the backoff");

    // What failed while the function was frozen says nothing of the secret.
    seconds(5);
    refused(refresh);
    settle().await;
    assert!(world.refreshes().await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_emptied_is_not_used() {
    let mut world = World::new(&["old"], true).await;
    seconds(80);
    holds(world.refreshes().await.unwrap(), &[]);
    settle().await;
    assert_eq!((world.accepts("old"), world.accepts("none")), (Some(true), Some(false)));
}
