//! `mediahook replay`: publishes events once more, from the archive or from the dead-letter queue.

mod by_type;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{ReplayDestination, ReplayState};
use aws_sdk_sqs::types::QueueAttributeName;
use clap::Args;
use jiff::{SignedDuration, Timestamp};

use self::by_type::ByType;
use super::stack::Stack;
use super::{StackOptions, aws};
use crate::failure::Failure;
use crate::output::print_line;

/// For how long the ledger remembers a published event.
const MEMORY: SignedDuration = SignedDuration::from_hours(45 * 24);

/// Messages a second that a redrive moves at most: as many as dispatch publishes without falling behind.
const REDRIVE_SPEED: i32 = 50;

#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    #[command(flatten)]
    stack: StackOptions,
    /// Replay what was published from this time on, as RFC 3339: 2026-11-24T10:00:00Z.
    #[arg(long, value_name = "TIME", required_unless_present = "dead_letters", conflicts_with = "dead_letters")]
    since: Option<Timestamp>,
    /// Replay what was published until this time; by default until now.
    #[arg(long, value_name = "TIME", conflicts_with = "dead_letters")]
    until: Option<Timestamp>,
    /// Only to this rule of the bus; may be given more than once. Otherwise every rule sees the events again.
    #[arg(long = "rule", value_name = "NAME", conflicts_with = "dead_letters")]
    rules: Vec<String>,
    /// Only events of this type, in which `*` stands for anything: `media.*.failed`. EventBridge cannot choose by type, so the archive is
    /// replayed to a queue of the tool's own, and what is found there is published to the bus once more.
    #[arg(long = "type", value_name = "TYPE", conflicts_with_all = ["dead_letters", "rules", "if_missing"])]
    r#type: Option<String>,
    /// For how many seconds to wait until EventBridge knows the rule that `--type` creates.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "type")]
    wait: u64,
    /// Do nothing where the same time has been replayed, or is being replayed.
    #[arg(long, conflicts_with = "dead_letters")]
    if_missing: bool,
    /// Move the dead letters back to the queue instead, from which they are published.
    #[arg(long)]
    dead_letters: bool,
    /// Do it. Without it, the command says what it would do, and with how many events.
    #[arg(long)]
    yes: bool,
}

/// Starts a replay or a redrive, or says what it would do.
pub(crate) async fn run(configuration: &SdkConfig, options: &ReplayOptions) -> Result<(), Failure> {
    let stack = Stack::describe(configuration, &options.stack.stack).await?;
    match options.since {
        Some(since) => {
            let window = Window { since, until: options.until.unwrap_or_else(Timestamp::now) };
            replay(configuration, &stack, window, options).await
        }
        None => redrive(configuration, &stack, options.yes).await,
    }
}

/// The time for which is replayed.
#[derive(Debug, Clone, Copy)]
struct Window {
    since: Timestamp,
    until: Timestamp,
}

async fn replay(
    configuration: &SdkConfig,
    stack: &Stack,
    window: Window,
    options: &ReplayOptions,
) -> Result<(), Failure> {
    let Window { since, until } = window;
    if since >= until {
        return Err(format!("--since {since} is not before --until {until}").into());
    }
    let archive = stack
        .output("EventArchiveArn", "it has no archive; `ArchiveDays` creates one for what is published from then on")?;
    let bus = stack.output("EventBusName", "is it a stack of Mediahook?")?;
    let events = aws_sdk_eventbridge::Client::new(configuration);
    if options.if_missing
        && let Some(name) = earlier(&events, archive, window).await?
    {
        return Ok(print_line(&format!("nothing to do: {name} has replayed it"))?);
    }
    let bus =
        events.describe_event_bus().name(bus).send().await.map_err(aws(&format!("the bus {bus} could not be read")))?;
    let bus = bus.arn().unwrap_or_default();
    if let Some(r#type) = &options.r#type {
        return ByType { archive, bus, since, until, r#type, wait: options.wait, yes: options.yes }
            .run(configuration)
            .await;
    }
    let mut destination = ReplayDestination::builder().arn(bus);
    for rule in &options.rules {
        let described = events.describe_rule().name(rule).event_bus_name(bus).send().await;
        let described = described.map_err(aws(&format!("the rule {rule} could not be read")))?;
        destination = destination.filter_arns(described.arn().unwrap_or_default());
    }
    let destination = destination.build().map_err(|error| Failure::Failed(error.to_string()))?;

    let count = published(configuration, stack, window).await?;
    let to = if options.rules.is_empty() { "every rule".to_owned() } else { options.rules.join(", ") };
    let what = format!("{count} published from {since} until {until}, to {to}");
    if !options.yes {
        return Ok(print_line(&format!("would replay {what}; --yes does it"))?);
    }
    let name = format!("mediahook-{}", Timestamp::now().as_millisecond());
    let start = events.start_replay().replay_name(&name).event_source_arn(archive).destination(destination);
    let start = start
        .event_start_time(DateTime::from_secs(since.as_second()))
        .event_end_time(DateTime::from_secs(until.as_second()));
    start.send().await.map_err(aws("the replay could not be started"))?;
    print_line(&format!("replays {what}"))?;
    Ok(print_line(&format!("aws events describe-replay --replay-name {name}   # says how far it is"))?)
}

/// The name of a replay of the same time that has not failed.
async fn earlier(
    events: &aws_sdk_eventbridge::Client,
    archive: &str,
    window: Window,
) -> Result<Option<String>, Failure> {
    let mut token = None;
    loop {
        let page = events.list_replays().event_source_arn(archive).set_next_token(token).send().await;
        let page = page.map_err(aws("the replays could not be listed"))?;
        let is_same =
            |time: Option<&DateTime>, other: Timestamp| time.is_some_and(|time| time.secs() == other.as_second());
        let found = page.replays().iter().find(|replay| {
            // What looked for a type has sent nothing to the rules.
            !replay.replay_name().unwrap_or_default().starts_with(by_type::PREFIX)
                && is_same(replay.event_start_time(), window.since)
                && is_same(replay.event_end_time(), window.until)
                && matches!(replay.state(), Some(ReplayState::Starting | ReplayState::Running | ReplayState::Completed))
        });
        if let Some(replay) = found {
            return Ok(Some(replay.replay_name().unwrap_or_default().to_owned()));
        }
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            return Ok(None);
        }
    }
}

/// How many events the ledger has of that time. It knows when it forgets an event, which is a fixed time after it was published.
async fn published(configuration: &SdkConfig, stack: &Stack, window: Window) -> Result<String, Failure> {
    let table = stack.output("LedgerTableName", "is it a stack of Mediahook?")?;
    let client = aws_sdk_dynamodb::Client::new(configuration);
    let seconds = |time: Timestamp| AttributeValue::N((time + MEMORY).as_second().to_string());
    let scan = client
        .scan()
        .table_name(table)
        .select(Select::Count)
        .filter_expression("#state = :completed AND expires_at BETWEEN :since AND :until")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":completed", AttributeValue::S("completed".to_owned()))
        .expression_attribute_values(":since", seconds(window.since))
        .expression_attribute_values(":until", seconds(window.until));
    let mut pages = scan.into_paginator().send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += page.map_err(aws(&format!("the table {table} could not be counted")))?.count();
    }
    let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let is_forgotten = window.since < Timestamp::now() - MEMORY;
    Ok(if is_forgotten { format!("at least {events} (what is older than 45 days is not counted)") } else { events })
}

async fn redrive(configuration: &SdkConfig, stack: &Stack, yes: bool) -> Result<(), Failure> {
    let url = stack.output("DeadLetterQueueUrl", "is it a stack of Mediahook?")?;
    let arn = stack.output("DeadLetterQueueArn", "is it a stack of Mediahook?")?;
    let sqs = aws_sdk_sqs::Client::new(configuration);
    let names =
        [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let read = sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec())).send().await;
    let read = read.map_err(aws("the dead-letter queue could not be read"))?.attributes.unwrap_or_default();
    let [waiting, hidden] =
        names.map(|name| read.get(&name).and_then(|count| count.parse::<u64>().ok()).unwrap_or_default());
    let hidden_note = if hidden == 0 { String::new() } else { format!(", and {hidden} that somebody looks at") };
    let letters = if waiting == 1 { "1 dead letter".to_owned() } else { format!("{waiting} dead letters") };
    if waiting + hidden == 0 {
        return Ok(print_line("nothing to do: there are no dead letters")?);
    }
    if !yes {
        return Ok(print_line(&format!("would move {letters}{hidden_note} back to the queue; --yes does it"))?);
    }
    let started =
        sqs.start_message_move_task().source_arn(arn).max_number_of_messages_per_second(REDRIVE_SPEED).send().await;
    started.map_err(aws("the redrive could not be started"))?;
    print_line(&format!("moves {letters}{hidden_note} back to the queue"))?;
    Ok(print_line(&format!("aws sqs list-message-move-tasks --source-arn {arn}   # says how far it is"))?)
}
