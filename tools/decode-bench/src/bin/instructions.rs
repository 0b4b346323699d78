//! Counts the instructions that the samples take, by valgrind, and compares them with the table in `instructions.tsv`: unlike
//! times, they are the same on every machine and however busy it is.
//!
//! `instructions` compares, `instructions --write` writes the table.

use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use decode_bench::Body;

/// By how much a sample may take more instructions than in the table.
const TOLERANCE: f64 = 1.05;

/// Given to this program when it runs under valgrind, with the number of a sample.
const DECODE: &str = "--decode";
const TOKENS: &str = "--tokens";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        [] => compare(),
        ["--write"] => write(),
        [DECODE, number] => measured(number, |body| body.decode_and_encode() > 0),
        [TOKENS, number] => measured(number, Body::tokenise),
        _ => Err(io::Error::other("expected no argument, or --write")),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("cannot count instructions: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What a sample takes.
struct Count {
    sample: String,
    bytes: usize,
    /// Instructions of decoding and encoding it.
    decode: u64,
    /// Instructions of reading its tokens only.
    tokens: u64,
}

/// Compares the counts with the table; `false` where one grew.
///
/// The counts of the table are scaled by what reading the tokens takes now: another compiler, or another architecture, changes
/// both. With the same compiler the scale is exactly one.
fn compare() -> io::Result<bool> {
    let table = read_table(&std::fs::read_to_string(table_path())?)?;
    let mut is_within = true;
    say(&format!("{:44} {:>9} {:>9} {:>7}", "instructions", "table", "now", "change"));
    for now in count()? {
        let Some(then) = table.iter().find(|then| then.sample == now.sample && then.bytes == now.bytes) else {
            say(&format!("{:44} {:>9} {:>9} new or changed", now.sample, "-", now.decode));
            is_within = false;
            continue;
        };
        let expected = float(then.decode) * float(now.tokens) / float(then.tokens);
        let change = float(now.decode) / expected;
        let has_grown = change > TOLERANCE;
        is_within &= !has_grown;
        let verdict = if has_grown { " too many" } else { "" };
        say(&format!("{:44} {expected:>9.0} {:>9} {:>+6.1}%{verdict}", now.sample, now.decode, (change - 1.0) * 100.0));
    }
    if !is_within {
        say(
            "Find out what takes the instructions (CONTRIBUTING.md, \"Speed\"). Where they are worth it, or a sample is new: `make instructions-table`.",
        );
    }
    Ok(is_within)
}

fn write() -> io::Result<bool> {
    let mut table = "sample\tbytes\tdecode and encode\ttokens only\n".to_owned();
    for Count { sample, bytes, decode, tokens } in count()? {
        table.extend([format!("{sample}\t{bytes}\t{decode}\t{tokens}\n")]);
    }
    std::fs::write(table_path(), table)?;
    Ok(true)
}

fn table_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.tsv")
}

fn read_table(text: &str) -> io::Result<Vec<Count>> {
    let row = |line: &str| {
        let mut cells = line.split('\t');
        Some(Count {
            sample: cells.next()?.to_owned(),
            bytes: cells.next()?.parse().ok()?,
            decode: cells.next()?.parse().ok()?,
            tokens: cells.next()?.parse().ok()?,
        })
    };
    let rows = text.lines().skip(1).map(row).collect::<Option<_>>();
    rows.ok_or_else(|| io::Error::other("instructions.tsv: expected four columns"))
}

fn count() -> io::Result<Vec<Count>> {
    let samples = decode_bench::samples()?.into_iter().enumerate();
    let count = |(number, body): (usize, Body)| {
        let sample = format!("{}/{}", body.product.slug(), body.name);
        let (decode, tokens) = (callgrind(DECODE, number)?, callgrind(TOKENS, number)?);
        Ok(Count { sample, bytes: body.bytes.len(), decode, tokens })
    };
    samples.map(count).collect()
}

/// Runs this program under valgrind, which counts the instructions of [`measured_call`].
fn callgrind(work: &str, number: usize) -> io::Result<u64> {
    let file = std::env::temp_dir().join(format!("mediahook-instructions-{}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*measured_call*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe()?)
        .args([work, &number.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    match output {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(io::Error::other(format!("valgrind ended with {status}"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(io::Error::other("valgrind is not installed (Debian, Ubuntu: apt-get install valgrind)"));
        }
        Err(error) => return Err(error),
    }
    let counts = std::fs::read_to_string(&file)?;
    std::fs::remove_file(&file)?;
    let total = counts.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.filter(|total| *total > 0).ok_or_else(|| io::Error::other("valgrind counted nothing"))
}

/// Does some work on a sample twice. What is done once in a process is not counted.
fn measured(number: &str, work: impl Fn(&Body) -> bool) -> io::Result<bool> {
    let samples = decode_bench::samples()?;
    let body = number.parse().ok().and_then(|number: usize| samples.get(number));
    let body = body.ok_or_else(|| io::Error::other("no such sample"))?;
    Ok(work(body) && measured_call(|| work(body)))
}

#[inline(never)]
fn measured_call(work: impl FnOnce() -> bool) -> bool {
    black_box(work())
}

#[expect(clippy::cast_precision_loss, reason = "counts of instructions are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn say(line: &str) {
    // Who does not read it does not care.
    writeln!(io::stdout(), "{line}").unwrap_or_default();
}
