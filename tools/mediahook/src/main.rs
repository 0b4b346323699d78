//! `mediahook`: decodes media callbacks, and sends them to functions.
#![expect(clippy::print_stderr, reason = "a command-line tool prints what went wrong")]

mod input;
mod pull;
mod samples;
mod send;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use callbacks::{Product, cloud_event_schema, decode, event_schema, kinds};
use clap::{Parser, Subcommand};
use jiff::Timestamp;
use mediahook::request;

use crate::send::{SendOptions, SigningOptions};

/// Decode and send the callbacks of media services: Alibaba Cloud VOD and IMS, Tencent Cloud VOD and Cloud Infinite.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_long_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
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
  Print the events in a vendor's queue, and leave them there:
    export TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…
    mediahook pull tencent-vod --once

Products: aliyun-vod, aliyun-ims, tencent-ci, tencent-vod.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the events of a callback, one per line, as a function would store them.
    ///
    /// Takes the body of a callback, JSON or XML, a response of PullEvents, or a function URL request with a body in it. A body that cannot be parsed
    /// becomes an `unreadable` event; then the reason goes to standard error and the exit code is 1.
    Decode {
        /// The product: aliyun-vod, aliyun-ims, tencent-ci or tencent-vod.
        #[arg(value_name = "PRODUCT")]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
    },
    /// Print the function URL request of a callback.
    ///
    /// It is the payload that AWS Lambda creates from the vendor's POST, for `sam local invoke -e -`. With a key or a token it is signed with the current
    /// time, for the URL <https://function.lambda-url.eu-central-1.on.aws/> unless --callback-url names another.
    Request {
        /// The product: aliyun-vod, aliyun-ims, tencent-ci or tencent-vod.
        #[arg(value_name = "PRODUCT")]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
        #[command(flatten)]
        signing: SigningOptions,
    },
    /// Send a callback to a function as its vendor does: signed, if there is a key, and with the vendor's timeout.
    ///
    /// Prints the status, time and body of each response. The exit code is 0 if all are 200, and 1 otherwise.
    Send {
        /// The product: aliyun-vod, aliyun-ims, tencent-ci or tencent-vod.
        #[arg(value_name = "PRODUCT")]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE")]
        callback: String,
        #[command(flatten)]
        options: SendOptions,
    },
    /// Print the events in a vendor's queue, one per line, and leave them there.
    ///
    /// Received events are hidden from other clients for a while. The access key comes from the variables that the vendor's own tools read.
    Pull {
        #[command(subcommand)]
        command: pull::PullCommand,
    },
    /// List the bundled samples: the vendors' published examples, and variations of them.
    Samples {
        /// Only samples of this product.
        #[arg(value_name = "PRODUCT")]
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
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Decode { product, callback } => print_events(product, &callback),
        Command::Request { product, callback, signing } => print_request(product, &callback, &signing),
        Command::Send { product, callback, options } => send(product, &callback, &options),
        Command::Pull { command } => pull::run(command),
        Command::Samples { product, decoded } => list_samples(product, decoded),
        Command::Kinds => print_line(kinds_table().trim_end()),
        Command::Schema { data } => print_line(&schema(data)),
        Command::Events { folder } => write_events(&folder),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("mediahook: {message}");
            ExitCode::FAILURE
        }
    }
}

fn print_events(product: Product, callback: &str) -> Result<(), String> {
    let body = input::find(product, callback).map_err(message)?;
    let problems = print_decoded(product, &body)?;
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

/// Prints the events of a body, one per line, and returns the reasons of unreadable ones.
fn print_decoded(product: Product, body: &[u8]) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for event in decode(product, body, Timestamp::now()) {
        print_line(&serde_json::to_string(&event).map_err(message)?)?;
        problems.extend(event.unreadable().map(|reason| format!("unreadable: {reason}")));
    }
    Ok(problems)
}

fn print_request(product: Product, callback: &str, signing: &SigningOptions) -> Result<(), String> {
    let body = input::find(product, callback).map_err(message)?;
    let mut request = request::of_vendor(product, &body);
    if signing.are_given() {
        print_note(signing.note());
        let callback = signing.sign_request(product, &body).map_err(message)?;
        request = request::arriving(request, Timestamp::now()).map_err(message)?;
        request = request::bringing(request, &callback).map_err(message)?;
    }
    print_line(&request::to_json(&request))
}

fn send(product: Product, callback: &str, options: &SendOptions) -> Result<(), String> {
    let body = input::find(product, callback).map_err(message)?;
    print_note(options.note());
    match options.send(product, &body, print_line)? {
        None => Ok(()),
        Some(unexpected) => Err(format!("expected 200, got {unexpected}")),
    }
}

fn print_note(note: Option<&str>) {
    if let Some(note) = note {
        eprintln!("mediahook: {note}");
    }
}

fn list_samples(product: Option<Product>, decoded: bool) -> Result<(), String> {
    for product in Product::ALL.into_iter().filter(|known| product.is_none_or(|product| product == *known)) {
        for sample in samples::of(product) {
            if decoded {
                print_decoded(product, &sample.body)?;
            } else {
                print_line(&format!("{product} {}", sample.case))?;
            }
        }
    }
    Ok(())
}

fn write_events(folder: &std::path::Path) -> Result<(), String> {
    let written = samples::write_requests(folder).map_err(message)?;
    print_line(&format!("{written} requests in {}", folder.display()))
}

fn schema(data: bool) -> String {
    let schema = if data { event_schema() } else { cloud_event_schema() };
    format!("{:#}", schema.to_value())
}

/// What the tests install; the versions of the vendors' SDKs among it.
const REQUIREMENTS: &str = include_str!("../../../requirements/test.txt");

/// The table of `docs/kinds.md`.
fn kinds_table() -> String {
    let sdk =
        REQUIREMENTS.lines().find_map(|line| line.strip_prefix("tencentcloud-sdk-python-vod==")).unwrap_or_default();
    let head = format!(
        "# Vendor events and their kinds\n\nMade by `make events`. Those of Tencent Cloud VOD are checked against the vendor's SDK \
         (`tencentcloud-sdk-python-vod` {sdk}); `make drift` checks the newest.\n\n| product | event | kind |\n|---|---|---|\n"
    );
    let rows = kinds().into_iter().map(|(product, event, kind)| format!("| `{product}` | `{event}` | `{kind}` |\n"));
    std::iter::once(head).chain(rows).collect()
}

/// Prints a line. If the reader has closed the pipe, as `| head` does, the tool exits quietly.
fn print_line(line: &str) -> Result<(), String> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        printed => printed.map_err(message),
    }
}

/// An error with its causes, in one line.
fn message(error: impl std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_kinds_is_in_step() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/kinds.md");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        assert!(text == kinds_table(), "run `make events`: docs/kinds.md differs");
    }

    #[test]
    fn the_schemas_are_in_step() {
        for (file, data) in [("cloudevent-1", false), ("event-1", true)] {
            let path =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schema/{file}.schema.json"));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            assert!(text.trim_end() == schema(data), "run `make events`: schema/{file}.schema.json differs");
        }
    }

    #[test]
    fn the_arguments_are_well_formed() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
