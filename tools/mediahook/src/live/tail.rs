//! `mediahook tail`: prints events as they reach the bus.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use callbacks::CloudEvent;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::stack::Stack;
use super::tap::Tap;
use super::{StackOptions, interrupted};
use crate::decode::for_people;
use crate::failure::Failure;
use crate::output::{DIM, is_for_people, message, print_line, print_note, styled};

/// How long a local consumer may take to answer.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(crate) struct TailOptions {
    #[command(flatten)]
    stack: StackOptions,
    /// The event bus, instead of that of the stack.
    #[arg(long, value_name = "NAME")]
    bus: Option<String>,
    /// Only events of this type, in which `*` stands for anything: `media.*.failed`.
    #[arg(long = "type", value_name = "TYPE", default_value = "media.*")]
    r#type: String,
    /// Post each event to this URL as EventBridge hands it to a target, and print the status of the answer.
    #[arg(long, value_name = "URL", value_parser = crate::send::http_url)]
    forward: Option<String>,
    /// Print each event as one line of JSON, as without a terminal.
    #[arg(long)]
    json: bool,
    /// End after this many events.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

/// An event as EventBridge hands it to a target, as far as it is read.
#[derive(Debug, Deserialize)]
struct Envelope<'e> {
    #[serde(borrow)]
    detail: &'e RawValue,
    #[serde(rename = "replay-name")]
    replay: Option<String>,
}

/// Prints events until it is interrupted. Whatever happens then, the rule and the queue that it has created go away.
pub(crate) async fn run(configuration: &SdkConfig, options: &TailOptions) -> Result<(), Failure> {
    let bus = if let Some(bus) = &options.bus {
        bus.clone()
    } else {
        let stack = Stack::describe(configuration, &options.stack.stack).await?;
        stack.output("EventBusName", "is it a stack of Mediahook?")?.to_owned()
    };
    // From here on, no signal ends the program before the tap is removed.
    let interrupted = interrupted().map_err(message)?;
    let tap = Tap::new(configuration, &bus, "tail");
    let printed = async {
        tap.open(&Tap::pattern(&options.r#type)).await?;
        print_note(format_args!(
            "events of {bus} are printed until Ctrl+C, then the rule and queue {} are removed",
            tap.name()
        ));
        follow(&tap, options).await
    };
    let ended = tokio::select! {
        ended = printed => ended,
        _ = interrupted => Ok(()),
    };
    tap.close().await.and(ended)
}

async fn follow(tap: &Tap, options: &TailOptions) -> Result<(), Failure> {
    let client =
        reqwest::Client::builder().timeout(FORWARD_TIMEOUT).redirect(Policy::none()).build().map_err(message)?;
    let mut count = 0;
    loop {
        for message in tap.receive().await? {
            print(&message, options.json)?;
            if let Some(url) = &options.forward {
                print_note(forward(&client, url, message).await);
            }
            count += 1;
            if options.count == Some(count) {
                return Ok(());
            }
        }
    }
}

/// Prints the event in an envelope.
fn print(text: &str, json: bool) -> Result<(), Failure> {
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) else {
        print_note("a message is none of EventBridge's, and is left out");
        return Ok(());
    };
    let event = serde_json::from_str::<CloudEvent>(envelope.detail.get());
    match event {
        Ok(event) if is_for_people() && !json => {
            let now = Timestamp::now().to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string();
            let replay = envelope.replay.map(|name| format!(", replayed by {name}")).unwrap_or_default();
            print_line(&styled(DIM, format!("{now} UTC{replay}")))?;
            print_line(&format!("{}\n", for_people(&event).map_err(message)?))?;
        }
        _ => print_line(envelope.detail.get())?,
    }
    Ok(())
}

/// Posts an event to a local consumer, and says what came of it.
async fn forward(client: &reqwest::Client, url: &str, event: String) -> String {
    let shown = sender::token::without_values(url);
    let started = Instant::now();
    let sent = client.post(url).header(CONTENT_TYPE, "application/json").body(event).send().await;
    let time = started.elapsed().as_millis();
    match sent {
        Ok(response) => format!("{shown} answered {} in {time} ms", response.status().as_u16()),
        Err(error) => format!("{shown} did not answer: {}", message(error.without_url())),
    }
}
