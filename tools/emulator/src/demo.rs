//! Sends every sample to its function in the runtime interface emulator, signed as its vendor signs, and shows what comes
//! out; then forged ones, and shows that they are refused.
//!
//! Exits with 1 if a function's answer or events are not what they have to be.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the demo is there to be read")]

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callbacks::{CloudEvent, Content, Kind, Outcome, Product};
use emulator::{Emulator, EmulatorError, FunctionResponse, expected_events, requests, vendor};
use jiff::Timestamp;
use sender::request;
use sender::signing::{Signing, Tamper};

/// The sample that is shown in full at the end.
const SHOWN: (Product, &str) = (Product::TencentCi, "task-finish-transcode-xml");

/// A callback that is not authentic.
struct Forgery {
    name: &'static str,
    /// Whether there is nothing to forge where the vendor signs nothing.
    needs_signature: bool,
    /// Makes it of the vendor's own.
    forge: fn(Signing) -> Signing,
}

const HOUR: u64 = 60 * 60;

const FORGERIES: &[Forgery] = &[
    Forgery {
        name: "no token in the URL",
        needs_signature: false,
        forge: |signing| Signing { token: None, ..signing },
    },
    Forgery {
        name: "another token",
        needs_signature: false,
        forge: |signing| Signing { tamper: Some(Tamper::Token), ..signing },
    },
    Forgery { name: "not signed", needs_signature: true, forge: |signing| Signing { key: None, ..signing } },
    Forgery {
        name: "signed with another key",
        needs_signature: true,
        forge: |signing| Signing { key: Some("OtherKey1".into()), ..signing },
    },
    Forgery {
        name: "signature changed",
        needs_signature: true,
        forge: |signing| Signing { tamper: Some(Tamper::Signature), ..signing },
    },
    Forgery {
        name: "time changed",
        needs_signature: true,
        forge: |signing| Signing { tamper: Some(Tamper::Timestamp), ..signing },
    },
    Forgery {
        name: "signed an hour ago",
        needs_signature: true,
        forge: |signing| Signing { time: signing.time.saturating_sub(HOUR), ..signing },
    },
    Forgery {
        name: "signed an hour ahead",
        needs_signature: true,
        forge: |signing| Signing { time: signing.time.saturating_add(HOUR), ..signing },
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(results) if results.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the whole run came to.
#[derive(Default)]
struct DemoResults {
    callbacks: usize,
    events: usize,
    forgeries: usize,
    failed: usize,
    shown: Option<String>,
    /// The answers to the forgeries, for each product; none where it does not apply.
    forged: Vec<Vec<Option<u16>>>,
}

fn run() -> Result<DemoResults, EmulatorError> {
    let style = Style { colored: std::io::stdout().is_terminal() };
    println!(
        "Every sample callback, signed as its vendor signs, through the real functions in AWS's runtime interface"
    );
    println!("emulator:\n");
    println!("{}", style.dim(&row("product", "callback", "kind", "outcome", "answer", "time")));
    let mut results = DemoResults::default();
    let started = Instant::now();
    for product in Product::ALL {
        let mut function = Emulator::start(product, vendor::environment(product))?;
        send_all(product, &mut function, &style, &mut results)?;
        forge_all(product, &mut function, &mut results)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("\nAnd some that are not the vendors', each with all else as it has to be:\n");
    print_forged(&results, &style);
    let DemoResults { callbacks, events, forgeries, failed, shown, .. } = &results;
    println!(
        "\n{callbacks} callbacks and {forgeries} forged ones to {} functions in {seconds:.1} s: {events} events, {failed} failed.",
        Product::ALL.len()
    );
    if let Some(event) = shown {
        let (product, case) = SHOWN;
        println!(
            "\nOne of them in full: what {product} made of `{case}` (its `vendor` part, the original, left out):\n"
        );
        println!("{event}");
    }
    println!("\nNext: `make invoke FUNCTION=aliyun-ims EVENT=snapshot-complete`, or `make help`.");
    Ok(results)
}

fn send_all(
    product: Product,
    function: &mut Emulator,
    style: &Style,
    results: &mut DemoResults,
) -> Result<(), EmulatorError> {
    for (case, request) in requests(product)? {
        let now = Timestamp::now();
        let unsigned = request::arriving(serde_json::from_str(&request)?, now)?;
        let expected = expected_events(product, &unsigned.to_string())?;
        let signed = vendor::sent(product, unsigned, &vendor::signing(product, now))?.to_string();
        let started = Instant::now();
        let answer = function.invoke(&signed)?;
        let time = started.elapsed();
        let events = function.events()?;
        // The signature leaves no trace in the event.
        let is_right = answer.status_code == 200 && expected == events;
        results.callbacks += 1;
        results.events += events.len();
        results.failed += usize::from(!is_right);
        print_rows(product, &case, &answer, time, &events, is_right, style);
        if (product, case.as_str()) == SHOWN {
            results.shown = events.first().and_then(|event| in_full(event));
        }
    }
    Ok(())
}

/// Sends forgeries of the product's first sample.
fn forge_all(product: Product, function: &mut Emulator, results: &mut DemoResults) -> Result<(), EmulatorError> {
    let mut answers = Vec::new();
    let Some((_, request)) = requests(product)?.into_iter().next() else { return Ok(()) };
    for Forgery { needs_signature, forge, .. } in FORGERIES {
        if *needs_signature && !vendor::is_signed(product) {
            answers.push(None);
            continue;
        }
        let now = Timestamp::now();
        let request = request::arriving(serde_json::from_str(&request)?, now)?;
        let forged = vendor::sent(product, request, &forge(vendor::signing(product, now)))?;
        let answer = function.invoke(&forged.to_string())?;
        let events = function.events()?;
        let is_refused = answer.status_code == 401 && events.is_empty();
        results.forgeries += 1;
        results.failed += usize::from(!is_refused);
        answers.push(Some(answer.status_code));
    }
    results.forged.push(answers);
    Ok(())
}

/// A row for each forgery, a column for each product.
fn print_forged(results: &DemoResults, style: &Style) {
    let products = Product::ALL.map(|product| format!("{:>12}", product.slug())).concat();
    println!("{}", style.dim(&format!("{:<24}{products}", "forged")));
    for (index, forgery) in FORGERIES.iter().enumerate() {
        let answers = results.forged.iter().map(|answers| answers.get(index).copied().flatten());
        let cells: String = answers
            .map(|answer| match answer {
                None => format!("{:>12}", "-"),
                Some(401) => format!("{:>12}", 401),
                Some(status) => style.paint("1;31", &format!("{:>12}", format!("{status} ✗"))),
            })
            .collect();
        println!("{:<24}{cells}", forgery.name);
    }
}

fn print_rows(
    product: Product,
    case: &str,
    answer: &FunctionResponse,
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
    event.map_or((Kind::Unreadable, Outcome::Unknown), |event| (event.r#type.kind, event.r#type.outcome))
}

/// The event over several lines, without the vendor's part.
fn in_full(event: &str) -> Option<String> {
    let mut event: CloudEvent = serde_json::from_str(event).ok()?;
    if let Content::Read(data) = &mut event.content {
        data.vendor = None;
    }
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
