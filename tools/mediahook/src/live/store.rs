//! Puts events into the queue of a stack, as its functions do.

use std::time::Duration;

use aws_config::SdkConfig;
use callbacks::{CloudEvent, Kind, Origin, Product};
use delivery::{Aws, Intake, IntakeTarget, Ledger, LedgerTarget, Limit, Overflow, StoreContext, event_key};

use super::StackOptions;
use super::stack::Stack;
use crate::failure::Failure;
use crate::output::message;

/// How long storing the events of a job may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The queue of a stack, and what it has published.
pub(crate) struct Store {
    intake: Intake,
    ledger: Ledger,
    /// The kinds of which the stack itself looks for missing events, as its parameter says: their events are known by the end of
    /// their job there.
    reconciled: String,
}

impl Store {
    /// The queue of this stack.
    pub(crate) async fn of(
        configuration: &SdkConfig,
        options: &StackOptions,
        product: Product,
    ) -> Result<Self, Failure> {
        let stack = Stack::describe(configuration, &options.stack).await?;
        let cure = "is it a stack of Mediahook?";
        let aws = Aws::from(configuration.clone());
        let overflow: Overflow =
            format!("s3:{}", stack.output("OverflowBucketName", cure)?).parse().map_err(message)?;
        let limit: Limit = match stack.parameter("EventLimit") {
            "" => Limit::default(),
            limit => limit.parse().map_err(message)?,
        };
        let queue = IntakeTarget::Sqs(stack.output("IntakeQueueUrl", cure)?.to_owned());
        let ledger = LedgerTarget::DynamoDb(stack.output("LedgerTableName", cure)?.to_owned());
        Ok(Self {
            intake: Intake::connect(queue, Some(overflow), limit, &aws).await.map_err(message)?,
            ledger: Ledger::connect(ledger, &aws).await.map_err(message)?,
            reconciled: stack.parameter(parameter(product)).to_owned(),
        })
    }

    /// Stores the events of a job, but for those that were published. Gives whether there was one.
    pub(crate) async fn store(&self, events: Vec<CloudEvent>) -> Result<bool, String> {
        let mut missing = Vec::new();
        for event in events {
            let end = lookup::job_end(&event);
            let keys = end.clone().into_iter().chain([event_key(event.source, &event.id)]);
            if self.ledger.published(keys).await.map_err(message)?.is_empty() {
                let jobend = end.filter(|_| self.looks_for(event.r#type.kind));
                missing.push(CloudEvent { origin: Some(Origin::Reconciled), jobend, ..event });
            }
        }
        if missing.is_empty() {
            return Ok(false);
        }
        let context = StoreContext { trace: None, timeout: PATIENCE };
        self.intake.store(&missing, &context).await.map_err(message)?;
        Ok(true)
    }

    fn looks_for(&self, kind: Kind) -> bool {
        let kind = kind.to_string();
        self.reconciled.split(',').any(|word| word == "all" || word == kind)
    }
}

/// The parameter of the stack that says which missing events of a product it looks for.
fn parameter(product: Product) -> &'static str {
    match product {
        Product::AliyunVod => "ReconcileAliyunVod",
        Product::AliyunIms => "ReconcileAliyunIms",
        Product::TencentCi => "ReconcileTencentCi",
        Product::TencentVod => "ReconcileTencentVod",
    }
}
