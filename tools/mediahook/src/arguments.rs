//! The arguments of the command line.

use std::path::PathBuf;

use callbacks::Product;
use clap::{Parser, Subcommand};

use crate::decode::DecodeOptions;
use crate::dev::DevOptions;
use crate::doctor::{ConnectOptions, DoctorOptions};
use crate::explain::ExplainOptions;
use crate::live::replay::ReplayOptions;
use crate::live::tail::TailOptions;
use crate::lookup::LookupOptions;
use crate::product;
use crate::pull::PullCommand;
use crate::reconcile::ReconcileOptions;
use crate::secret::SecretCommand;
use crate::send::{CallbackOptions, SendOptions};

/// Decode and send the callbacks of media services: Alibaba Cloud VOD and IMS, Tencent Cloud VOD and Cloud Infinite.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Say more about what is done, on standard error.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  Decode a bundled sample:
    mediahook decode aliyun-ims transcode-complete
  Decode a logged body, and select some fields:
    mediahook decode tencent-ci body.xml | jq '{type, subject, outputs: .data.outputs}'
    pbpaste | mediahook decode tencent-vod -
  Invoke a function on this machine:
    mediahook request aliyun-ims body.json | sam local invoke AliyunImsFunction -e -
  Send a signed callback, and one with a forged signature:
    export MEDIAHOOK_KEY=… MEDIAHOOK_TOKEN=…
    mediahook send aliyun-ims snapshot-complete --url https://….on.aws/
    mediahook send aliyun-ims snapshot-complete --url https://….on.aws/ --tamper signature
  Ask why a function refuses a request:
    mediahook explain aliyun-ims request.json --secret secret.json
  Print the events in a vendor's queue, and leave them there:
    export TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…
    mediahook pull tencent-vod --once
  Ask the vendor what became of a task, and which ended without a callback:
    mediahook lookup tencent-vod 1400155958-Procedure-2-e6d86b6e31ca1c3eaa5b59d6ab5e5f2c
    mediahook reconcile tencent-vod --since 24h --known events.jsonl
  See whether the vendor's settings fit the stack, and make them fit:
    mediahook doctor tencent-vod
    mediahook connect tencent-vod --yes

Exit codes: 0 done; 1 failed, or another answer than expected; 2 wrong arguments; 3 with --strict, a body that is not known.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the events of a callback: on a terminal for people, else one per line, as a function would store them.
    ///
    /// Takes the body of a callback, JSON or XML, a response of PullEvents, or a function URL request with a body in it. A body that cannot be parsed
    /// becomes an `unreadable` event; then the reason goes to standard error and the exit code is 1.
    Decode {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
        #[command(flatten)]
        options: DecodeOptions,
    },
    /// Print the function URL request of a callback.
    ///
    /// It is the payload that AWS Lambda creates from the vendor's POST, for `sam local invoke -e -`. With a key or a token it is signed with the current
    /// time, for the URL <https://function.lambda-url.eu-central-1.on.aws/> unless --callback-url names another.
    Request {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
        #[command(flatten)]
        options: CallbackOptions,
    },
    /// Send a callback to a function as its vendor does: signed, if there is a key, and with the vendor's timeout.
    ///
    /// Prints the status, time and body of each response. The exit code is 0 if all are as expected, and 1 otherwise: 200 is expected, or 401 after --tamper
    /// signature, timestamp or token and after a --skew of more than a function allows by default.
    Send {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE")]
        callback: String,
        #[command(flatten)]
        options: SendOptions,
    },
    /// Explain why a function accepts or refuses a request: every check, what was expected, and what would have passed.
    ///
    /// A function tells nobody why it refuses a request. With the credentials that it has, this tells you. No secret is printed. The exit code is 0 if the
    /// request is accepted, and 1 if it is refused.
    Explain {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// A file with the function URL request, as Lambda was invoked with it or `mediahook request` prints it; or `-` for standard input.
        #[arg(value_name = "FILE", default_value = "-")]
        request: String,
        #[command(flatten)]
        options: ExplainOptions,
    },
    /// Edit the secret of a function that receives callbacks: its JSON from standard input, the new one to standard output.
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Show every callback as it arrives, in the browser: the local inspector.
    ///
    /// Point a tunnel at the receivers' port, never at the page's.
    Dev {
        #[command(flatten)]
        options: DevOptions,
    },
    /// Print the events in a vendor's queue, one per line, and leave them there.
    ///
    /// Received events are hidden from other clients for a while. The access key comes from the variables that the vendor's own tools read.
    Pull {
        #[command(subcommand)]
        command: PullCommand,
    },
    /// Print the event that the vendor's own API tells of a job, as its callback would have become it.
    ///
    /// The access key and the API's place come from the variables that docs/lookup.md lists. The exit code is 1 where the job has not ended, or the vendor
    /// knows of none.
    Lookup {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        /// The vendor's id of the job or task.
        #[arg(value_name = "JOB")]
        id: String,
        #[command(flatten)]
        options: LookupOptions,
    },
    /// List the jobs that ended at the vendor, and of which no event came.
    ///
    /// It asks the vendor's own API, with the variables that docs/lookup.md lists, and leaves out the jobs of the events in --known. Nothing is stored without --store.
    Reconcile {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        #[command(flatten)]
        options: ReconcileOptions,
    },
    /// Compare a vendor's callback settings with a stack: what is right, what differs, and how to mend it. Nothing is changed.
    ///
    /// It asks the vendor's API with the access key and the place in the variables that the guide of the product lists, and AWS for the stack and its secret with
    /// region and credentials of the AWS CLI. The function's URL gets one request without a token, which it has to refuse. The exit code is 1 if anything
    /// differs.
    Doctor {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        #[command(flatten)]
        options: DoctorOptions,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change a vendor's callback settings so that they fit a stack. Without --yes it is only shown what would be changed.
    ///
    /// What fits stays as it is. Afterwards the settings are read again, and compared as `doctor` does. It needs what `doctor` needs, and the right to change
    /// the settings.
    Connect {
        /// The product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Product,
        #[command(flatten)]
        options: ConnectOptions,
    },
    /// Print events as they reach the bus of a stack, until Ctrl+C.
    ///
    /// A rule and a queue are created for it, and removed when it ends. Region and credentials are those of the AWS CLI.
    Tail {
        #[command(flatten)]
        options: TailOptions,
    },
    /// Publish events once more, from the archive of a stack or from its dead-letter queue. Without --yes nothing is published.
    ///
    /// Region and credentials are those of the AWS CLI.
    Replay {
        #[command(flatten)]
        options: ReplayOptions,
    },
    /// List the bundled samples: the vendors' published examples, and variations of them.
    Samples {
        /// Only samples of this product.
        #[arg(value_name = "PRODUCT", value_parser = product::parser())]
        product: Option<Product>,
        /// Print their events instead, one per line.
        #[arg(long)]
        decoded: bool,
    },
    /// List the recognised vendor events and their kinds, as a table in Markdown.
    Kinds,
    /// Print the JSON Schema of the whole event, or of its `data`.
    Schema {
        /// Only `data`, the schema that `dataschema` names.
        #[arg(long)]
        data: bool,
    },
    /// Write the requests of all bundled samples to a folder, as `<product>/<case>.json`.
    ///
    /// Other JSON files in these folders are removed.
    Events {
        /// The folder; created if it is missing.
        folder: PathBuf,
    },
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man {
        /// Write the pages of all commands to this folder instead.
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}
