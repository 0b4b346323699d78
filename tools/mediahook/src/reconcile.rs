//! `mediahook reconcile`: which jobs ended at a vendor, and of which of them no event came.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use callbacks::{CloudEvent, NaturalKey, Outcome, Product};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use lookup::{Answer, Choice, Ended, Listed, Window};
use tokio::time::Instant;

use crate::failure::Failure;
use crate::live::store::Store;
use crate::live::{self, StackOptions};
use crate::lookup::{PATIENCE, Vendor};
use crate::output::{message, print_events, print_line, print_note};
use crate::runtime::runtime;

#[derive(Debug, Args)]
pub(crate) struct ReconcileOptions {
    /// From when on: so long ago, such as `24h`, or a time such as 2026-11-24T10:00:00Z.
    #[arg(long, value_name = "AGE|TIME", default_value = "24h")]
    since: Moment,
    /// Until when; by default five minutes ago, since callbacks of jobs that have just ended are under way.
    #[arg(long, value_name = "AGE|TIME", default_value = "5m")]
    until: Moment,
    /// How long a job runs at most: where the vendor lists jobs by when they were created, so much earlier ones are looked at.
    #[arg(long, value_name = "DURATION", default_value = "6h")]
    longest_job: Age,
    /// Which kinds of events, separated by commas: `upload,transcode`. With `all`, those are left out of which the vendor does not tell whether a
    /// callback was due, uploads of videos to ApsaraVideo VOD; `all,upload` takes them in.
    #[arg(long, value_name = "KINDS", default_value = "all")]
    kinds: String,
    /// A file of events that came, one per line, as `mediahook tail` prints them: their jobs are left out.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Print the events of the jobs, one per line, instead of their names.
    #[arg(long, conflicts_with = "store")]
    events: bool,
    /// Put the events of the jobs into the queue of a stack, from which they are published, unless the stack has published them. Jobs for which
    /// no callback was due are left out, as far as the vendor says. Region and credentials are those of the AWS CLI.
    #[arg(long)]
    store: bool,
    #[command(flatten)]
    stack: StackOptions,
}

/// A length of time: `24h`, `90m`, `1h 30m`.
#[derive(Debug, Clone, Copy)]
struct Age(SignedDuration);

/// A time, or how long ago it was.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Ago(Age),
    At(Timestamp),
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let age: SignedDuration = text.parse().map_err(|_| "expected a duration, such as 24h".to_owned())?;
        if age.is_negative() { Err("expected a duration that is not negative".to_owned()) } else { Ok(Self(age)) }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = || text.parse().map(Self::At).map_err(|_| "expected an age such as 24h, or a time".to_owned());
        text.parse().map(Self::Ago).or_else(|_: String| time())
    }
}

impl Moment {
    fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(Age(age)) => now.saturating_sub(age).unwrap_or_default(),
            Self::At(time) => time,
        }
    }
}

/// What becomes of the jobs that are missing.
enum Shown<'a> {
    Names,
    Events,
    Stored(&'a Store),
}

#[derive(Default)]
struct Counts {
    ended: usize,
    missing: usize,
    stored: usize,
    /// Those for which no callback may have been due.
    left_out: usize,
}

/// Which jobs are looked for.
struct Wanted {
    window: Window,
    choice: Choice,
    /// What the jobs are known by of which events came.
    known: HashSet<String>,
}

/// Looks for the jobs that ended, and of which no event came.
pub(crate) fn run(product: Product, options: &ReconcileOptions) -> Result<(), Failure> {
    let now = Timestamp::now();
    let window = Window {
        since: options.since.at(now),
        until: options.until.at(now),
        longest_job: options.longest_job.0.unsigned_abs(),
    };
    if window.since >= window.until {
        return Err(Failure::Failed("expected --since to be before --until".to_owned()));
    }
    let choice = choice(product, &options.kinds)?;
    let known = options.known.as_deref().map(known_keys).transpose()?.unwrap_or_default();
    let wanted = Wanted { window, choice, known };
    let vendor = Vendor::new(product)?;
    let search = async |shown: Shown<'_>| search(&vendor, &wanted, &shown).await;
    if options.store {
        return live::run(async |aws| {
            let store = Store::of(aws, &options.stack, product).await?;
            let counts = search(Shown::Stored(&store)).await?;
            print_note(format!("{} jobs ended, the events of {} of them were stored", counts.ended, counts.stored));
            counts.tell_left_out();
            Ok(())
        });
    }
    let counts = runtime()?.block_on(search(if options.events { Shown::Events } else { Shown::Names }))?;
    print_note(format!("{} jobs ended, {} of them are missing", counts.ended, counts.missing));
    counts.tell_left_out();
    Ok(())
}

impl Counts {
    fn tell_left_out(&self) {
        if self.left_out > 0 {
            let what =
                "the vendor does not tell whether a callback was due for them; `--kinds all,upload` takes them in";
            print_note(format!("{} uploads were left out: {what}", self.left_out));
        }
    }
}

fn choice(product: Product, kinds: &str) -> Result<Choice, String> {
    let choice = format!("{}:{kinds}", product.slug()).parse().ok().filter(|choice: &Choice| choice.has(product));
    choice.ok_or_else(|| "--kinds: expected kinds of events separated by commas, or all".to_owned())
}

async fn search(vendor: &Vendor, wanted: &Wanted, shown: &Shown<'_>) -> Result<Counts, String> {
    let Wanted { window, choice, known } = wanted;
    let (mut counts, mut seen, mut page) = (Counts::default(), HashSet::new(), None);
    loop {
        let deadline = Instant::now() + PATIENCE;
        let finished =
            vendor.lookup.finished(*window, choice, page.as_ref(), &vendor.key, deadline).await.map_err(message)?;
        for job in finished.jobs {
            let name = job.key.to_string();
            if !seen.insert(name.clone()) {
                continue;
            }
            if known.contains(&name) {
                counts.ended += 1;
                continue;
            }
            if !choice.may_look_for(&job.key) {
                // Who names other kinds does not ask for them.
                counts.left_out += usize::from(choice.has_all(job.key.product()));
                continue;
            }
            let at = job.ended_at;
            // Where a list does not say when a job ended, or some kinds are wanted, the vendor is asked.
            let is_asked = at.is_none() || !matches!(shown, Shown::Names) || !choice.has_all(job.key.product());
            let mut ended = if is_asked { told(vendor, job).await? } else { None };
            if let Some(Ended { events, .. }) = &mut ended
                && !events.is_empty()
            {
                events.retain(|event| choice.looks_for(event) && window.includes(at, event));
                if events.is_empty() {
                    continue;
                }
            }
            counts.ended += 1;
            counts.missing += 1;
            match shown {
                Shown::Names => print_name(&name, at)?,
                Shown::Events => print_events(&ended.map_or_else(Vec::new, |ended| ended.events))?,
                Shown::Stored(store) => {
                    if let Some(ended) = ended.filter(|ended| ended.is_due != Some(false))
                        && store.store(ended.events).await?
                    {
                        counts.stored += 1;
                        print_name(&name, at)?;
                    }
                }
            }
        }
        page = finished.next;
        if page.is_none() {
            return Ok(counts);
        }
    }
}

fn print_name(name: &str, ended_at: Option<Timestamp>) -> Result<(), String> {
    match ended_at {
        Some(time) => print_line(&format!("{name} {time}")),
        None => print_line(name),
    }
}

/// What a job that is listed came to. Where the list does not tell, the vendor is asked.
async fn told(vendor: &Vendor, job: Listed) -> Result<Option<Ended>, String> {
    if job.ended.is_some() {
        return Ok(job.ended);
    }
    match vendor.job(&job.key).await? {
        Answer::Ended(ended) => Ok(Some(ended)),
        Answer::Running | Answer::Unknown => {
            print_note(format!("{} is listed, and its details are not there", job.key));
            Ok(None)
        }
    }
}

/// What the jobs are known by of which events came.
fn known_keys(path: &Path) -> Result<HashSet<String>, String> {
    let named = |error: String| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| named(message(error)))?;
    let mut keys = HashSet::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| named(message(error)))?;
        if line.trim().is_empty() {
            continue;
        }
        let event: CloudEvent =
            serde_json::from_str(&line).map_err(|_| named("expected one event per line".to_owned()))?;
        // What reports progress does not report the end.
        if event.r#type.outcome != Outcome::Running {
            keys.extend(NaturalKey::of(&event).map(|key| key.to_string()));
        }
    }
    Ok(keys)
}
