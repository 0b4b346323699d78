//! Sends every sample to its function in the runtime interface emulator and shows what comes out.
//!
//! Exits with 1 if a function's answer or events are not what they have to be.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the demo is there to be read")]

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Kind, Outcome, Product};
use emulator::{Answer, Emulator, EmulatorError, expected_events, requests};

/// The sample that is shown in full at the end.
const SHOWN: (Product, &str) = (Product::TencentCi, "task-finish-transcode-xml");

fn main() -> ExitCode {
    match run() {
        Ok(report) if report.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the whole run came to.
#[derive(Default)]
struct Report {
    callbacks: usize,
    events: usize,
    failed: usize,
    shown: Option<String>,
}

fn run() -> Result<Report, EmulatorError> {
    let style = Style { colored: std::io::stdout().is_terminal() };
    println!("Every sample callback, through the real functions in AWS's runtime interface emulator:\n");
    println!("{}", style.dim(&row("product", "callback", "kind", "outcome", "answer", "time")));
    let mut report = Report::default();
    let started = Instant::now();
    for product in Product::ALL {
        send_all(product, &style, &mut report)?;
    }
    let Report { callbacks, events, failed, shown } = &report;
    println!(
        "\n{callbacks} callbacks to {} functions in {:.1} s: {events} events, {failed} failed.",
        Product::ALL.len(),
        started.elapsed().as_secs_f64()
    );
    if let Some(event) = shown {
        let (product, case) = SHOWN;
        println!(
            "\nOne of them in full: what {product} made of `{case}` (its `vendor` part, the original, left out):\n"
        );
        println!("{event}");
    }
    println!("\nNext: `make invoke FUNCTION=aliyun-ims EVENT=snapshot-complete`, or `make help`.");
    Ok(report)
}

fn send_all(product: Product, style: &Style, report: &mut Report) -> Result<(), EmulatorError> {
    let mut function = Emulator::start(product, &[("MEDIAHOOK_ALLOW_UNSIGNED", "true")])?;
    for (case, request) in requests(product)? {
        let started = Instant::now();
        let answer = function.invoke(&request)?;
        let time = started.elapsed();
        let events = function.events()?;
        let is_right =
            answer.status_code == 200 && expected_events(product, &request).is_ok_and(|expected| expected == events);
        report.callbacks += 1;
        report.events += events.len();
        report.failed += usize::from(!is_right);
        print_rows(product, &case, &answer, time, &events, is_right, style);
        if (product, case.as_str()) == SHOWN {
            report.shown = events.first().and_then(|event| in_full(event));
        }
    }
    Ok(())
}

fn print_rows(
    product: Product,
    case: &str,
    answer: &Answer,
    time: Duration,
    events: &[String],
    is_right: bool,
    style: &Style,
) {
    let status = if is_right { answer.status_code.to_string() } else { format!("{} ✗", answer.status_code) };
    let time = format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    let mut head = (product.slug(), case, status.as_str(), time.as_str());
    if events.is_empty() {
        println!("{}", row(head.0, head.1, "-", "(no event)", head.2, head.3));
    }
    // A callback of several events takes a row for each; what belongs to the callback stands in the first.
    for event in events {
        let (kind, outcome) = kind_and_outcome(event);
        let text = row(head.0, head.1, kind.as_str(), outcome.as_str(), head.2, head.3);
        println!("{}", style.of(outcome, is_right, &text));
        head = ("", "", "", "");
    }
}

fn row(product: &str, case: &str, kind: &str, outcome: &str, answer: &str, time: &str) -> String {
    format!("{product:<12} {case:<45} {kind:<11} {outcome:<10} {answer:>6} {time:>9}").trim_end().to_owned()
}

fn kind_and_outcome(event: &str) -> (Kind, Outcome) {
    let event: Option<CloudEvent> = serde_json::from_str(event).ok();
    event.and_then(|event| event.data).map_or((Kind::Unreadable, Outcome::Unknown), |data| (data.kind, data.outcome))
}

/// The event over several lines, without the vendor's part.
fn in_full(event: &str) -> Option<String> {
    let mut event: CloudEvent = serde_json::from_str(event).ok()?;
    event.data.as_mut()?.vendor = None;
    serde_json::to_string_pretty(&event).ok()
}

/// Colors, where a person is looking.
struct Style {
    colored: bool,
}

impl Style {
    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn of(&self, outcome: Outcome, is_right: bool, text: &str) -> String {
        match outcome {
            _ if !is_right => self.paint("1;31", text),
            Outcome::Succeeded => text.to_owned(),
            Outcome::Failed => self.paint("31", text),
            Outcome::Partial => self.paint("33", text),
            Outcome::Canceled | Outcome::Unknown => self.paint("35", text),
            Outcome::Running => self.paint("36", text),
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colored { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
