//! Measures the parsing crate: speed beside reading the same bytes only, allocations, growth. Prints a summary, one `name=value`
//! a line, and two tables in Markdown: `make bench` makes a document of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use decode_bench::{Body, SHAPES};
use rustix::time::{ClockId, clock_gettime};

/// How often each figure is taken. The figures of a table take turns, so that whatever else the machine does hits all of them.
const ROUNDS: usize = 41;

/// How long a body is worked on for one figure, in nanoseconds of processor time.
const TURN: f64 = 1.5e6;

fn main() -> ExitCode {
    let tables = decode_bench::samples().map(|samples| {
        let mut summary = Summary::default();
        let (speed, growth) = (speed(&samples, &mut summary), growth(&mut summary));
        format!("{}\n{speed}\n{growth}", summary.text())
    });
    match tables.and_then(|tables| io::stdout().write_all(tables.as_bytes())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "cannot measure: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

/// The medians of all samples, by the figure's name.
#[derive(Default)]
struct Summary(BTreeMap<&'static str, Vec<f64>>);

impl Summary {
    fn add(&mut self, name: &'static str, value: f64) {
        self.0.entry(name).or_default().push(value);
    }

    /// From the lowest to the highest of each.
    fn text(self) -> String {
        let mut text = String::new();
        for (name, values) in self.0 {
            let (low, high) =
                values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
            writeln!(text, "{name}={low:.1} to {high:.1}").unwrap_or_default();
        }
        text
    }
}

/// Each sample, beside its floors.
fn speed(samples: &[Body], summary: &mut Summary) -> String {
    let mut table = "\
| callback | bytes | MB/s | x tokens | x `Value` | allocations | peak memory |
|---|---:|---:|---:|---:|---:|---:|
"
    .to_owned();
    for body in samples {
        let decode = || body.decode_and_encode() > 0;
        let mut works: Vec<&dyn Fn() -> bool> = vec![&decode];
        let tokenise = || body.tokenise();
        works.push(&tokenise);
        let to_value = || body.to_value();
        if !body.is_xml() {
            works.push(&to_value);
        }
        let rounds = interleaved(&works);
        let speed: Vec<f64> =
            column(&rounds, 0).map(|nanoseconds| float(body.bytes.len()) * 1_000.0 / nanoseconds).collect();
        let mut ratio = |floor: usize, name: &'static str| -> String {
            let ratios: Vec<f64> =
                column(&rounds, 0).zip(column(&rounds, floor)).map(|(decode, floor)| decode / floor).collect();
            if ratios.is_empty() {
                return String::new();
            }
            summary.add(name, median(&ratios));
            spread(ratios, 1)
        };
        let tokens = ratio(1, if body.is_xml() { "xml tokens" } else { "json tokens" });
        let value = ratio(2, "json value");
        let (allocations, peak) = memory(body);
        line(
            &mut table,
            &[
                format!("{} {}", body.product.slug(), body.name),
                body.bytes.len().to_string(),
                spread(speed, 0),
                tokens,
                value,
                allocations.to_string(),
                format!("{:.1} x", peak / float(body.bytes.len())),
            ],
        );
    }
    table
}

/// How many parts the callbacks have whose growth is measured; the last make bodies of 2 to 3 MB.
const PARTS: &[usize] = &[1, 10, 100, 1_000, 10_000];

/// Bytes of the largest callback that Lambda accepts.
const LARGEST: usize = 6_000_000;

/// What a byte takes, in bodies of every size.
fn growth(summary: &mut Summary) -> String {
    let mut table = "\
| callback | parts | bytes | ns per byte | x tokens | peak memory |
|---|---:|---:|---:|---:|---:|
"
    .to_owned();
    for shape in SHAPES {
        let bodies = PARTS.iter().map(|parts| (*parts, shape.body(*parts)));
        for (parts, body) in bodies.chain([(shape.parts(LARGEST), shape.of_length(LARGEST))]) {
            let rounds = interleaved(&[&|| body.decode_and_encode() > 0, &|| body.tokenise()]);
            let per_byte = column(&rounds, 0).map(|nanoseconds| nanoseconds / float(body.bytes.len())).collect();
            let ratios = column(&rounds, 0).zip(column(&rounds, 1)).map(|(decode, tokens)| decode / tokens).collect();
            let peak = memory(&body).1 / float(body.bytes.len());
            if body.bytes.len() > 2_000_000 {
                summary.add("large peak", peak);
            }
            line(
                &mut table,
                &[
                    shape.name.to_owned(),
                    parts.to_string(),
                    body.bytes.len().to_string(),
                    spread(per_byte, 1),
                    spread(ratios, 1),
                    format!("{peak:.1} x"),
                ],
            );
        }
    }
    table
}

/// Nanoseconds that each piece of work takes, in every round.
fn interleaved(works: &[&dyn Fn() -> bool]) -> Vec<Vec<f64>> {
    let repeats: Vec<u32> = works
        .iter()
        .map(|work| {
            let start = processor_time();
            let mut repeats = 0;
            while processor_time() - start < TURN {
                black_box(work());
                repeats += 1;
            }
            repeats
        })
        .collect();
    let rounds = if repeats.first() == Some(&1) { ROUNDS / 4 } else { ROUNDS };
    let time = |work: &dyn Fn() -> bool, repeats: u32| {
        let start = processor_time();
        for _ in 0..repeats {
            black_box(work());
        }
        (processor_time() - start) / f64::from(repeats)
    };
    (0..rounds).map(|_| works.iter().zip(&repeats).map(|(work, repeats)| time(work, *repeats)).collect()).collect()
}

/// Nanoseconds for which this thread has had a processor: what other programs do does not count.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default()).as_secs_f64() * 1e9
}

fn column(rounds: &[Vec<f64>], index: usize) -> impl Iterator<Item = f64> {
    rounds.iter().filter_map(move |round| round.get(index).copied())
}

/// How many allocations decoding and encoding takes, and how many bytes are in use at most at once.
fn memory(body: &Body) -> (u64, f64) {
    // What is allocated once in a process does not count.
    black_box(body.decode_and_encode());
    let info = allocation_counter::measure(|| {
        black_box(body.decode_and_encode());
    });
    (info.count_total, float(usize::try_from(info.bytes_max).unwrap_or(usize::MAX)))
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median, and from where to where four of five values are.
fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len() - 1) * percent / 100).copied().unwrap_or(f64::NAN);
    format!("{:.digits$} ({:.digits$}–{:.digits$})", at(50), at(10), at(90))
}

fn line(table: &mut String, cells: &[String]) {
    // Writing to memory does not fail.
    writeln!(table, "| {} |", cells.join(" | ")).unwrap_or_default();
}

#[expect(clippy::cast_precision_loss, reason = "bytes are far below 2^52")]
fn float(number: usize) -> f64 {
    number as f64
}
