//! A run of dispatch in the explored world: the real code, whose calls the world answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use jiff::Timestamp;
use tokio::time::Instant;

use super::bugs::Bug;
use super::parts::{Reply, Request, owner};
use super::table::attributes;
use super::world::World;
use crate::aws::AwsError;
use crate::bus::{Entry, Publish, PublishError, publish_with_retries};
use crate::dispatch::{Record, Report, Run};
use crate::ledger::{Claim, Claims, Table, claimed};
use crate::limit::Limit;

/// A run that is in the middle of something.
pub(super) type Running = Pin<Box<dyn Future<Output = Report>>>;

/// What a request is made of: its kind, the key, the owner and the time.
type Made = (&'static str, String, String, Timestamp);

/// The requests of a table, which are made once: runs of many schedules make the same.
pub(super) struct Requests {
    pub(super) table: Table,
    made: RefCell<HashMap<Made, Request>>,
}

impl Requests {
    pub(super) fn new(table: Table) -> Self {
        Self { table, made: RefCell::default() }
    }

    fn make(
        &self,
        kind: &'static str,
        key: &str,
        owner: &str,
        now: Timestamp,
        make: impl FnOnce(&Table) -> Request,
    ) -> Request {
        let name = (kind, key.to_owned(), owner.to_owned(), now);
        self.made.borrow_mut().entry(name).or_insert_with(|| make(&self.table)).clone()
    }
}

/// The ledger and the bus of one run.
struct Caller {
    world: Rc<RefCell<World>>,
    requests: Rc<Requests>,
    run: usize,
    owner: String,
}

/// Starts the real code over these messages.
pub(super) fn run(
    world: &Rc<RefCell<World>>,
    requests: &Rc<Requests>,
    run: usize,
    records: Vec<Record>,
    now: Timestamp,
    deadline: Instant,
) -> Running {
    let caller = Caller { world: Rc::clone(world), requests: Rc::clone(requests), run, owner: owner(run) };
    Box::pin(async move {
        let run = Run { ledger: &caller, bus: &caller, owner: &caller.owner, now, deadline };
        run.dispatch(&records, Limit::default()).await
    })
}

impl Caller {
    /// Waits until the world has an answer.
    async fn ask(&self, request: Request) -> Reply {
        let call = self.world.borrow_mut().ask(self.run, request);
        poll_fn(|context| match self.world.borrow_mut().reply(call, context.waker()) {
            Some(reply) => Poll::Ready(reply),
            None => Poll::Pending,
        })
        .await
    }

    fn has(&self, bug: Bug) -> bool {
        self.world.borrow().bug == Some(bug)
    }

    async fn put(&self, entries: &[&Entry]) -> Result<Vec<Option<String>>, AwsError> {
        let ids = entries.iter().map(|entry| id(&entry.detail)).collect();
        match self.ask(Request::Put(ids)).await {
            Reply::Codes(_) if self.has(Bug::PartialFailuresIgnored) => Ok(vec![None; entries.len()]),
            Reply::Codes(refused) => {
                Ok(refused.into_iter().map(|refused| refused.then(|| "ThrottlingException".to_owned())).collect())
            }
            reply => Err(AwsError::new(&failure(&reply))),
        }
    }

    async fn write(&self, request: Request) -> Result<(), AwsError> {
        match self.ask(request).await {
            Reply::Done => Ok(()),
            reply => Err(AwsError::new(&failure(&reply))),
        }
    }
}

impl Claims for Caller {
    async fn claim(&self, key: &str, owner: &str, now: Timestamp) -> Result<Claim, AwsError> {
        let request = self.requests.make("claim", key, owner, now, |table| {
            let mut input = table.claiming(key, owner, now).as_input().clone().build().unwrap();
            if self.has(Bug::ClaimWithoutLease) {
                let condition = input.condition_expression.as_mut().unwrap();
                assert!(condition.contains(" AND #lease_until < :now"));
                *condition = condition.replace(" AND #lease_until < :now", "");
            }
            if self.has(Bug::ShortLease) {
                let lease = AttributeValue::N((now.as_second() + 30).to_string());
                input.item.as_mut().unwrap().insert("lease_until".to_owned(), lease);
            }
            Request::Claim(Rc::new(input))
        });
        match self.ask(request).await {
            Reply::Done => claimed(owner, Ok(PutItemOutput::builder().build())),
            reply => claimed(owner, Err(failure(&reply))),
        }
    }

    async fn complete(&self, key: &str, owner: &str, now: Timestamp) -> Result<(), AwsError> {
        let request = self.requests.make("complete", key, owner, now, |table| {
            Request::Complete(Rc::new(table.completing(key, owner, now).as_input().clone().build().unwrap()))
        });
        self.write(request).await
    }

    async fn release(&self, key: &str, owner: &str) -> Result<(), AwsError> {
        let request = self.requests.make("release", key, owner, Timestamp::UNIX_EPOCH, |table| {
            let mut input = table.releasing(key, owner).as_input().clone().build().unwrap();
            if self.has(Bug::ReleaseOfAnothers) {
                input.condition_expression = Some("#state = :claimed".to_owned());
            }
            Request::Release(Rc::new(input))
        });
        self.write(request).await
    }
}

impl Publish for Caller {
    async fn publish(&self, entries: &[&Entry]) -> Vec<Result<(), PublishError>> {
        if self.has(Bug::CompleteBeforePublish) {
            let now = self.world.borrow().clock_of(self.run);
            for entry in entries {
                self.complete(&format!("aliyun-vod/{}", id(&entry.detail)), &self.owner, now).await.unwrap_or_default();
            }
        }
        publish_with_retries(entries, async |entries| self.put(entries).await).await
    }
}

/// The event's id, which comes first.
fn id(detail: &str) -> String {
    detail.split('"').nth(3).unwrap().to_owned()
}

/// What the SDK gives for a call that did not succeed.
fn failure(reply: &Reply) -> SdkError<PutItemError, HttpResponse> {
    let refused = |code: &str| PutItemError::generic(ErrorMetadata::builder().code(code).build());
    let error = match reply {
        Reply::ConditionFailed(item) => {
            let failed = ConditionalCheckFailedException::builder().set_item(item.as_ref().map(attributes));
            let code = ErrorMetadata::builder().code("ConditionalCheckFailedException").build();
            PutItemError::ConditionalCheckFailedException(failed.meta(code).build())
        }
        Reply::Refused => refused("ValidationException"),
        Reply::Throttled => refused("ThrottlingException"),
        Reply::Missing | Reply::Done | Reply::Codes(_) => return SdkError::timeout_error("no answer"),
    };
    SdkError::service_error(error, HttpResponse::new(400.try_into().unwrap(), "".into()))
}
