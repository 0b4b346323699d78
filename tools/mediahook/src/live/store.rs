//! Puts events into the queue of a stack, as its functions do.

use std::time::Duration;

use aws_config::SdkConfig;
use callbacks::{CloudEvent, Origin, Product};
use delivery::{Aws, Intake, IntakeTarget, Ledger, LedgerTarget, Limit, Overflow, StoreContext, event_key};
use lookup::{Choice, Marks, job_end};

use super::StackOptions;
use super::stack::Stack;
use crate::failure::Failure;
use crate::output::message;
use crate::product::stack_name;

/// How long storing the events of a job may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The queue of a stack, and what it has published.
pub(crate) struct Store {
    intake: Intake,
    ledger: Ledger,
    /// What the stack itself would note on these events.
    marks: Marks,
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
        let choice = |parameter: &str| -> Result<Choice, Failure> {
            let kinds = stack.parameter(&format!("{parameter}{}", stack_name(product)));
            let choice = format!("{}:{kinds}", product.slug()).parse();
            Ok(choice.map_err(|_| format!("the stack {} has kinds of events that are not known", options.stack))?)
        };
        let marks =
            Marks { origin: Origin::Reconciled, reconciled: choice("Reconcile")?, confirmed: choice("Confirm")? };
        Ok(Self {
            intake: Intake::connect(queue, Some(overflow), limit, &aws).await.map_err(message)?,
            ledger: Ledger::connect(ledger, &aws).await.map_err(message)?,
            marks,
        })
    }

    /// Stores the events of a job, but for those that were published. Gives whether there was one.
    pub(crate) async fn store(&self, events: Vec<CloudEvent>) -> Result<bool, String> {
        let mut missing = Vec::new();
        for event in events {
            let keys = job_end(&event).into_iter().chain([event_key(event.source, &event.id)]);
            if self.ledger.published(keys).await.map_err(message)?.is_empty() {
                missing.push(event);
            }
        }
        if missing.is_empty() {
            return Ok(false);
        }
        self.marks.mark(&mut missing);
        for event in &mut missing {
            // Also where the stack itself looks for nothing.
            event.origin = Some(Origin::Reconciled);
        }
        let context = StoreContext { trace: None, timeout: PATIENCE };
        self.intake.store(&missing, &context).await.map_err(message)?;
        Ok(true)
    }
}
