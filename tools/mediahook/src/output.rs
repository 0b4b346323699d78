//! What the commands print: lines for programs, and what people read on a terminal.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use callbacks::CloudEvent;

/// Text that is right, such as a check that passed.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Text that is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// Text that is neither, such as what still runs.
pub(crate) const UNSURE: Style = AnsiColor::Yellow.on_default();
/// Text that matters less than the rest.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Text that matters more.
pub(crate) const BOLD: Style = Style::new().bold();

/// Whether standard output is read by a person.
pub(crate) fn is_for_people() -> bool {
    io::stdout().is_terminal()
}

/// The text in this style. The styles are taken out where standard output is no terminal, or `NO_COLOR` is set.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints a line, which may be styled. If the reader has closed the pipe, as `| head` does, the tool exits quietly.
pub(crate) fn print_line(line: &str) -> Result<(), String> {
    let mut out = anstream::stdout();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        printed => printed.map_err(message),
    }
}

/// Prints events for programs, one a line.
pub(crate) fn print_events<'e>(events: impl IntoIterator<Item = &'e CloudEvent>) -> Result<(), String> {
    for event in events {
        print_line(&serde_json::to_string(event).map_err(message)?)?;
    }
    Ok(())
}

/// Prints a note for people to standard error.
pub(crate) fn print_note(note: impl std::fmt::Display) {
    eprintln!("mediahook: {note}");
}

/// An error with its causes, in one line.
pub(crate) fn message(error: impl std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}
