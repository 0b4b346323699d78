//! `mediahook pull`: prints the events in a vendor's queue.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::time::Duration;

use callbacks::CloudEvent;
use clap::{Args, Subcommand};
use queues::{AccessKey, AfterStore, ApiError, BoxError, DrainError, DrainReport, Endpoint, Queue, mns, tencent};
use secrecy::SecretString;
use tokio::time::Instant;

use crate::output::{message, print_events, print_note};
use crate::runtime::runtime;

/// How long a queue that is never empty is drained before the next one, or, with `--once`, before the command ends.
const DRAIN_TIME: Duration = Duration::from_hours(1);

#[derive(Debug, Subcommand)]
pub(crate) enum PullCommand {
    /// Tencent Cloud VOD's queue, by `PullEvents`.
    ///
    /// The access key is read from `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, with `TENCENTCLOUD_TOKEN` where it is a temporary one.
    TencentVod {
        /// The server; by default that of mainland China. International accounts use <https://vod.intl.tencentcloudapi.com>.
        #[arg(long, env = variables::TENCENT_ENDPOINT, value_name = "URL", default_value = tencent::MAINLAND)]
        endpoint: Endpoint,
        /// The application. Accounts opened after 2023-12-25 need it.
        #[arg(long, env = variables::SUB_APP_ID, value_name = "NUMBER")]
        sub_app_id: Option<u64>,
        #[command(flatten)]
        options: PullOptions,
    },
    /// Queues of Alibaba Cloud's Simple Message Queue (MNS) that VOD or IMS write to.
    ///
    /// The access key is read from `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, with `ALIBABA_CLOUD_SECURITY_TOKEN` where it is a
    /// temporary one.
    AliyunMns {
        /// The server: <https://ACCOUNT.mns.REGION.aliyuncs.com>.
        #[arg(long, env = variables::MNS_ENDPOINT, value_name = "URL")]
        endpoint: Endpoint,
        /// Name of a queue; may be given more than once. In the variable, spaces separate them.
        #[arg(
            long = "queue",
            env = variables::MNS_QUEUES,
            value_name = "NAME",
            value_delimiter = ' ',
            required = true
        )]
        queues: Vec<mns::QueueName>,
        #[command(flatten)]
        options: PullOptions,
    },
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PullOptions {
    /// End when the queue is empty or delivers only events that were printed before. Otherwise wait for more events.
    #[arg(long)]
    once: bool,
    /// Confirm the events after they are printed: the vendor then deletes them. Otherwise it hides them for a while, 30 seconds at Tencent Cloud, and
    /// redelivers them.
    #[arg(long)]
    confirm: bool,
}

/// Prints the events of the queues, one per line.
pub(crate) fn run(command: PullCommand) -> Result<(), String> {
    let runtime = runtime()?;
    let client = queues::client().map_err(message)?;
    match command {
        PullCommand::TencentVod { endpoint, sub_app_id, options } => {
            let key = access_key(tencent::ACCESS_KEY_VARIABLES)?;
            runtime.block_on(print(&[tencent::EventQueue::new(client, endpoint, sub_app_id)], &key, options))
        }
        PullCommand::AliyunMns { endpoint, queues, options } => {
            let key = access_key(mns::ACCESS_KEY_VARIABLES)?;
            let queue = |name| mns::MessageQueue::new(client.clone(), endpoint.clone(), name);
            runtime.block_on(print(&queues.into_iter().map(queue).collect::<Vec<_>>(), &key, options))
        }
    }
}

/// The access key is not an argument: arguments are visible to everyone on the machine, and stay in the shell history.
pub(crate) fn access_key(names: [&'static str; 3]) -> Result<AccessKey, String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(SecretString::from);
    match names.map(variable) {
        [Some(id), Some(key), token] => AccessKey::new(&id, &key, token.as_ref()).map_err(message),
        _ => Err(format!("no access key: set {} and {}", names[0], names[1])),
    }
}

/// Drains one queue after the other, and, without `--once`, starts over.
async fn print(queues: &[impl Queue], key: &AccessKey, options: PullOptions) -> Result<(), String> {
    let after_store = if options.confirm { AfterStore::Confirm } else { AfterStore::Keep };
    let printed = RefCell::new(HashSet::new());
    let store = async |events: &mut [CloudEvent], _| match after_store {
        AfterStore::Confirm => Ok(print_events(events.iter()).map(ControlFlow::Continue)?),
        AfterStore::Keep => print_new(events, &mut printed.borrow_mut()),
    };
    loop {
        for queue in queues {
            let credentials = async || Ok(key.clone());
            let report = queues::drain(queue, credentials, store, after_store, Instant::now() + DRAIN_TIME).await;
            let Some(error) = report.error else { continue };
            let may_pass = !options.once && is_temporary(&error);
            let text = format!("{}: {}", report.queue, message(error));
            if !may_pass {
                return Err(text);
            }
            print_note(&text);
        }
        if options.once {
            return Ok(());
        }
    }
}

/// Events that stay in their queue are redelivered. It breaks at a batch without a new event: otherwise a queue with a short
/// visibility timeout would never seem empty.
fn print_new(events: &[CloudEvent], printed: &mut HashSet<String>) -> Result<ControlFlow<()>, BoxError> {
    let new: Vec<&CloudEvent> = events.iter().filter(|event| printed.insert(event.id.clone())).collect();
    let flow = if new.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    print_events(new)?;
    Ok(flow)
}

/// Whether a retry may succeed.
fn is_temporary(error: &DrainError) -> bool {
    match error {
        DrainError::Receive(error) | DrainError::Confirm(error) => ApiError::is_temporary(error),
        DrainError::Timeout | DrainError::NoneConfirmed => true,
        DrainError::AccessKey(_) | DrainError::Store(_) => false,
    }
}

/// A vendor's queues, as `mediahook dev --pull` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Source {
    /// Tencent Cloud VOD's queue.
    TencentVod,
    /// Queues of Alibaba Cloud's Simple Message Queue (MNS).
    AliyunMns,
}

/// A queue of either vendor.
pub(crate) enum Pulled {
    Tencent(tencent::EventQueue),
    Mns(mns::MessageQueue),
}

impl Pulled {
    /// Drains the queue.
    pub(crate) async fn drain(
        &self,
        key: &AccessKey,
        store: impl AsyncFn(&mut [CloudEvent], Duration) -> Result<ControlFlow<()>, BoxError>,
        after_store: AfterStore,
        deadline: Instant,
    ) -> DrainReport {
        let credentials = async || Ok(key.clone());
        match self {
            Self::Tencent(queue) => queues::drain(queue, credentials, store, after_store, deadline).await,
            Self::Mns(queue) => queues::drain(queue, credentials, store, after_store, deadline).await,
        }
    }
}

/// The queues that the variables name, with the access key for each.
pub(crate) fn queues_of(source: Source) -> Result<Vec<(Pulled, AccessKey)>, String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let invalid = |name: &str, expected: &dyn std::fmt::Display| format!("{name}: {expected}");
    let client = queues::client().map_err(message)?;
    match source {
        Source::TencentVod => {
            let key = access_key(tencent::ACCESS_KEY_VARIABLES)?;
            let name = variables::TENCENT_ENDPOINT;
            let endpoint = variable(name).unwrap_or_else(|| tencent::MAINLAND.to_owned());
            let endpoint: Endpoint =
                endpoint.parse().map_err(|error: <Endpoint as FromStr>::Err| invalid(name, &error))?;
            let application = variable(variables::SUB_APP_ID).map(|text| text.parse::<u64>()).transpose();
            let application = application.map_err(|_| invalid(variables::SUB_APP_ID, &"expected a number"))?;
            Ok(vec![(Pulled::Tencent(tencent::EventQueue::new(client, endpoint, application)), key)])
        }
        Source::AliyunMns => {
            let key = access_key(mns::ACCESS_KEY_VARIABLES)?;
            let name = variables::MNS_ENDPOINT;
            let endpoint = variable(name).unwrap_or_default();
            let endpoint: Endpoint =
                endpoint.parse().map_err(|error: <Endpoint as FromStr>::Err| invalid(name, &error))?;
            let name = variables::MNS_QUEUES;
            let names = variable(name).ok_or_else(|| invalid(name, &"expected the names of queues"))?;
            let queue = |queue: &str| {
                let queue = queue.parse().map_err(|error: <mns::QueueName as FromStr>::Err| invalid(name, &error))?;
                Ok((Pulled::Mns(mns::MessageQueue::new(client.clone(), endpoint.clone(), queue)), key.clone()))
            };
            names.split_whitespace().map(queue).collect()
        }
    }
}
