//! `mediahook dev`: the local inspector.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use callbacks::Product;
use clap::Args;
use inspector::{Form, Inspector, Options, Puller};
use queues::{AccessKey, AfterStore};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::explain::{SecretFile, secrets};
use crate::output::{message, print_line, print_note};
use crate::pull::{self, Pulled, Source};
use crate::samples;

/// The most callbacks that are kept, and the most bytes that they take.
const CALLBACKS: usize = 10_000;
const BYTES: usize = 256 << 20;

#[derive(Debug, Args)]
pub(crate) struct DevOptions {
    /// The port of the receivers, which a tunnel is pointed at; 0 for any.
    #[arg(long, value_name = "PORT", default_value_t = 4600)]
    port: u16,
    /// The port of the page, which is for this machine only; by default that after the receivers'.
    #[arg(long, value_name = "PORT")]
    page_port: Option<u16>,
    /// The secret of a product, as its function has it: PRODUCT=FILE, or PRODUCT=- for standard input. A product without one gets a token for this run.
    #[arg(long = "secret", value_name = "PRODUCT=FILE")]
    secrets: Vec<SecretFile>,
    /// Accept callbacks of products without a secret, whoever sends them.
    #[arg(long)]
    allow_unsigned: bool,
    /// By how many seconds a signed time may differ from this machine's clock.
    #[arg(long, env = variables::TOLERANCE, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u64,
    /// Maximum bytes of a body.
    #[arg(long, env = variables::BODY_LIMIT, value_name = "BYTES", default_value_t = 6 << 20)]
    body_limit: usize,
    /// Post each new event to this URL, as EventBridge hands it to a target.
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Post events in this form: `eventbridge` or `cloudevents`.
    #[arg(long, value_name = "FORM", default_value = "eventbridge")]
    forward_as: Form,
    /// Post only events that this search finds, in the page's language: `type:media.*.failed -product:tencent-ci`.
    #[arg(long = "match", value_name = "SEARCH", default_value = "", hide_default_value = true, requires = "forward")]
    r#match: String,
    /// Keep the callbacks in this file over a restart, without keys, tokens and signatures.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// Show what waits in a vendor's queue, too: `tencent-vod` or `aliyun-mns`, with the variables of `mediahook pull`. Nothing is confirmed, but a
    /// deployed function does not see what was looked at for a while, 30 seconds at Tencent Cloud.
    #[arg(long, value_name = "QUEUE", value_enum)]
    pull: Option<Source>,
    /// Append each new event to this file, one a line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// How long after a failure, or after a look at a queue, that is looked at again.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs the inspector until Ctrl+C.
pub(crate) fn run(options: DevOptions) -> Result<(), String> {
    let credentials = secrets(&options.secrets)?;
    let pull = options.pull;
    let page_port = options.page_port.unwrap_or(if options.port == 0 { 0 } else { options.port.saturating_add(1) });
    let options = Options {
        port: options.port,
        page_port,
        credentials,
        allow_unsigned: options.allow_unsigned,
        tolerance: options.tolerance,
        body_limit: options.body_limit,
        forward: options.forward,
        form: options.forward_as,
        r#match: options.r#match,
        keep: options.keep,
        record: options.record,
        callbacks: CALLBACKS,
        bytes: BYTES,
        samples: |product: Product| samples::of(product).map(|sample| (sample.case, sample.body)).collect(),
    };
    let queues = pull.map(pull::queues_of).transpose()?.unwrap_or_default();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(message)?;
    // The queues are looked at on this thread, the receivers and the page have others.
    LocalSet::new().block_on(&runtime, async {
        let inspector = Inspector::start(options).await.map_err(message)?;
        print_line(&format!("  inspector   {:40} for you only: never point a tunnel at it", inspector.page()))?;
        print_line(&format!("  receivers   {:40} point the tunnel here", format!("{}<slug>", inspector.receivers())))?;
        print_line(&format!("  accepts     {}", inspector.accepts().join("\n              ")))?;
        if let Some(kept) = inspector.kept() {
            print_note(kept);
        }
        if !inspector::is_built() {
            print_note("this build has no page in it: run `make web`, and build again");
        }
        for (queue, key) in queues {
            tokio::task::spawn_local(watch(queue, key, inspector.puller()));
        }
        tokio::select! {
            () = inspector.run(print_note) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}

/// Shows what is in a queue, again and again, and leaves it there.
async fn watch(queue: Pulled, key: AccessKey, puller: Puller) {
    loop {
        let store = async |events: &mut [callbacks::CloudEvent], _| {
            // What stays in the queue comes again: a batch without anything new ends the look.
            Ok(if puller.take(events) > 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        };
        let report = queue.drain(&key, store, AfterStore::Keep, Instant::now() + Duration::from_mins(1)).await;
        let state = report.error.map_or_else(|| "looked at".to_owned(), message);
        puller.note(&report.queue, &state);
        tokio::time::sleep(PAUSE).await;
    }
}
