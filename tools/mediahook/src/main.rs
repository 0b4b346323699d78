//! `mediahook`: decodes media callbacks, sends them to functions, and explains what these make of them.
#![expect(clippy::print_stderr, reason = "a command-line tool prints what went wrong")]

mod arguments;
mod decode;
mod dev;
mod doctor;
mod explain;
mod failure;
mod input;
mod live;
mod lookup;
mod manual;
mod output;
mod product;
mod pull;
mod reconcile;
mod runtime;
mod samples;
mod secret;
mod send;

use std::process::ExitCode;

use callbacks::{Product, cloud_event_schema, event_schema, kinds};
use clap::Parser;
use jiff::Timestamp;
use sender::request;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;
use crate::output::{message, print_line, print_note};
use crate::send::CallbackOptions;

fn main() -> ExitCode {
    let Arguments { verbose, command } = Arguments::parse();
    match run(command, verbose) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => {
            print_note(message);
            ExitCode::FAILURE
        }
        Err(Failure::Unexpected(message)) => {
            print_note(message);
            ExitCode::from(3)
        }
        Err(Failure::Told) => ExitCode::FAILURE,
    }
}

fn run(command: Command, verbose: bool) -> Result<(), Failure> {
    match command {
        Command::Decode { product, callback, options } => decode::run(product, &callback, &options)?,
        Command::Request { product, callback, options } => print_request(product, &callback, &options, verbose)?,
        Command::Send { product, callback, options } => options.run(product, &callback, verbose)?,
        Command::Explain { product, request, options } => explain::run(product, &request, &options)?,
        Command::Secret { command } => secret::run(&command)?,
        Command::Dev { options } => dev::run(options)?,
        Command::Pull { command } => pull::run(command)?,
        Command::Lookup { product, id, options } => lookup::job(product, id, options)?,
        Command::Reconcile { product, options } => reconcile::run(product, &options)?,
        Command::Doctor { product, options, json } => doctor::doctor(product, &options, json)?,
        Command::Connect { product, options } => doctor::connect(product, &options)?,
        Command::Tail { options } => live::run(async |aws| live::tail::run(aws, &options).await)?,
        Command::Replay { options } => live::run(async |aws| live::replay::run(aws, &options).await)?,
        Command::Samples { product, decoded } => list_samples(product, decoded)?,
        Command::Kinds => print_line(kinds_table().trim_end())?,
        Command::Schema { data } => print_line(&schema(data))?,
        Command::Events { folder } => write_events(&folder)?,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { folder } => manual::pages(folder.as_deref())?,
    }
    Ok(())
}

fn print_request(product: Product, callback: &str, options: &CallbackOptions, verbose: bool) -> Result<(), Failure> {
    let found = input::find(product, callback).map_err(message)?;
    let mut request = request::of_vendor(product, &found.bytes);
    if options.are_given() {
        options.notes(product, verbose);
        let callback = options.sign_request(product, &found.bytes)?;
        request = request::arriving(request, Timestamp::now()).map_err(message)?;
        request = request::bringing(request, &callback).map_err(message)?;
    }
    print_line(&request::to_json(&request))?;
    Ok(())
}

fn list_samples(product: Option<Product>, decoded: bool) -> Result<(), Failure> {
    for product in Product::ALL.into_iter().filter(|known| product.is_none_or(|product| product == *known)) {
        for sample in samples::of(product) {
            if decoded {
                decode::print_lines(product, &sample.body)?;
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
