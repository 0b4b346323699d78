//! `mediahook`: understand a media callback, or make the request that brings one to a function.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool prints its results")]

mod input;
mod request;
mod samples;

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use callbacks::{Product, decode, kinds};
use clap::{Parser, Subcommand};
use jiff::Timestamp;

use input::Callback;

/// Understand the callbacks of media services: Alibaba Cloud VOD and IMS, Tencent Cloud VOD and Cloud Infinite.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_long_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  See what a bundled sample becomes:
    mediahook decode aliyun-ims transcode-complete
  Decode a body that you logged, and pick out what matters:
    mediahook decode tencent-ci body.xml | jq '{type, subject, outputs: .data.outputs}'
    pbpaste | mediahook decode tencent-vod -
  Invoke a function on this machine with it:
    mediahook request aliyun-ims body.json | sam local invoke AliyunImsFunction -e -

Products: aliyun-vod, aliyun-ims, tencent-ci, tencent-vod.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the events of a callback, one per line, as a function would hand them on.
    ///
    /// Takes the body of a callback, JSON or XML, or what PullEvents answered. A body that cannot be read gives an
    /// `unreadable` event like any other; then the reason goes to standard error and the exit code is 1.
    Decode {
        /// Whose callback it is: aliyun-vod, aliyun-ims, tencent-ci or tencent-vod.
        #[arg(value_name = "PRODUCT")]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
    },
    /// Print the function URL request that would bring a callback to its function.
    ///
    /// It is what `sam local invoke -e -` takes, and what AWS Lambda makes of the vendor's POST.
    Request {
        /// Whose callback it is: aliyun-vod, aliyun-ims, tencent-ci or tencent-vod.
        #[arg(value_name = "PRODUCT")]
        product: Product,
        /// Name of a bundled sample (`mediahook samples` lists them), a file, or `-` for standard input.
        #[arg(value_name = "CASE|FILE", default_value = "-")]
        callback: String,
    },
    /// List the bundled samples: the vendors' published examples, and variations that occur.
    Samples {
        /// Only this product's.
        #[arg(value_name = "PRODUCT")]
        product: Option<Product>,
    },
    /// List the vendor events that have a name here, and their kinds, as a table in Markdown.
    Kinds,
    /// Write the requests of all bundled samples to a folder, as `<product>/<case>.json`.
    ///
    /// Files there that are no sample's any more are removed.
    Events {
        /// The folder; made where it is missing.
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Decode { product, callback } => print_events(product, &callback),
        Command::Request { product, callback } => print_request(product, &callback),
        Command::Samples { product } => {
            list_samples(product);
            Ok(())
        }
        Command::Kinds => {
            print!("{}", kinds_table());
            Ok(())
        }
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
    let callback = Callback::find(product, callback).map_err(message)?;
    let mut problems = String::new();
    for decoded in decode(product, &callback.body, Timestamp::now()) {
        println!("{}", serde_json::to_string(&decoded.event).map_err(message)?);
        if let Some(reason) = decoded.event.unreadable {
            write!(problems, "{}unreadable: {reason}", if problems.is_empty() { "" } else { "; " }).map_err(message)?;
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn print_request(product: Product, callback: &str) -> Result<(), String> {
    let callback = Callback::find(product, callback).map_err(message)?;
    println!("{}", request::to_json(&request::of_vendor(product, &callback)));
    Ok(())
}

fn list_samples(product: Option<Product>) {
    for product in Product::ALL.into_iter().filter(|known| product.is_none_or(|product| product == *known)) {
        for sample in samples::of(product) {
            println!("{product} {}", sample.case);
        }
    }
}

fn write_events(folder: &std::path::Path) -> Result<(), String> {
    let written = samples::write_requests(folder).map_err(message)?;
    println!("{written} requests in {}", folder.display());
    Ok(())
}

/// The table of `docs/kinds.md`.
fn kinds_table() -> String {
    let head =
        "# Vendor events and their kinds\n\nMade by `make events`.\n\n| product | event | kind |\n|---|---|---|\n";
    let rows = kinds().into_iter().map(|(product, event, kind)| format!("| `{product}` | `{event}` | `{kind}` |\n"));
    std::iter::once(head.to_owned()).chain(rows).collect()
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
    fn the_arguments_are_well_formed() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
