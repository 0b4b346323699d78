//! `mediahook dev`: the local inspector.

use std::path::PathBuf;

use callbacks::Product;
use clap::Args;
use inspector::{Form, Inspector, Options};

use crate::explain::{SecretFile, secrets};
use crate::output::{message, print_line, print_note};
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
    /// Append each new event to this file, one a line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Runs the inspector until Ctrl+C.
pub(crate) fn run(options: DevOptions) -> Result<(), String> {
    let credentials = secrets(&options.secrets)?;
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
        record: options.record,
        callbacks: CALLBACKS,
        bytes: BYTES,
        samples: |product: Product| samples::of(product).map(|sample| (sample.case, sample.body)).collect(),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(message)?;
    runtime.block_on(async {
        let inspector = Inspector::start(options).await.map_err(message)?;
        print_line(&format!("  inspector   {:40} for you only: never point a tunnel at it", inspector.page()))?;
        print_line(&format!("  receivers   {:40} point the tunnel here", format!("{}<slug>", inspector.receivers())))?;
        print_line(&format!("  accepts     {}", inspector.accepts().join("\n              ")))?;
        if !inspector::is_built() {
            print_note("this build has no page in it: run `make web`, and build again");
        }
        tokio::select! {
            () = inspector.run(print_note) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}
