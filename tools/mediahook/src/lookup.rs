//! `mediahook lookup` and `mediahook reconcile`: what a vendor's own API says of a job, and which jobs ended.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use callbacks::{CloudEvent, NaturalKey, Outcome, Product};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use lookup::{Answer, Configuration, Listed, Lookup, Window};
use tokio::time::Instant;
use vendor_api::AccessKey;

use crate::failure::Failure;
use crate::output::{message, print_events, print_line, print_note};
use crate::pull::access_key;
use crate::runtime::runtime;

/// How long one job, or one page of a list, is asked for.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Args)]
pub(crate) struct LookupOptions {
    /// What ended, where it is no task or job: the vendor's name of the event, such as `NewFileUpload` or `WorkflowFinish`. The id is then that of the file or
    /// of the run.
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// The id of a part beside the job's, where the event is that of a part.
    #[arg(long, value_name = "ID")]
    part: Vec<String>,
}

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
    /// A file of events that came, one per line, as `mediahook tail` prints them: their jobs are left out.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// Print the events of the jobs, one per line, instead of their names.
    #[arg(long)]
    events: bool,
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

/// A product's API, and the key to ask it with.
struct Vendor {
    lookup: Lookup,
    key: AccessKey,
}

impl Vendor {
    fn new(product: Product) -> Result<Self, Failure> {
        let variable = |name: &str| std::env::var(name).ok();
        let configuration = Configuration::from_variables(product, variable).map_err(message)?;
        let key = access_key(Configuration::access_key_variables(product))?;
        Ok(Self { lookup: Lookup::new(vendor_api::client().map_err(message)?, configuration), key })
    }

    async fn job(&self, key: &NaturalKey) -> Result<Answer, String> {
        self.lookup.job(key, &self.key, Instant::now() + PATIENCE).await.map_err(message)
    }
}

/// Prints the events that the vendor's API tells of a job.
pub(crate) fn job(product: Product, id: String, options: LookupOptions) -> Result<(), Failure> {
    let key = key_of(product, id, options)?;
    let vendor = Vendor::new(product)?;
    match runtime()?.block_on(vendor.job(&key))? {
        Answer::Ended(ended) if ended.events.is_empty() => {
            Err(Failure::Failed(format!("{key} has ended; jobs of its type have no callback")))
        }
        Answer::Ended(ended) => {
            if ended.is_due == Some(false) {
                print_note("no callback was due for this job");
            }
            Ok(print_events(&ended.events)?)
        }
        Answer::Running => Err(Failure::Failed(format!("{key} has not ended"))),
        Answer::Unknown => Err(Failure::Failed(format!("the vendor knows of no {key}, or no longer"))),
    }
}

fn key_of(product: Product, id: String, options: LookupOptions) -> Result<NaturalKey, String> {
    let mut ends = NaturalKey::ends(product);
    let end = match options.event {
        Some(event) => event,
        // Tencent Cloud's ids tell by themselves what they are of.
        None if matches!(product, Product::TencentVod | Product::TencentCi) => {
            ends.next().unwrap_or_default().to_owned()
        }
        None => return Err(format!("what ended? --event says it: {}", known_ends(product))),
    };
    let ids = std::iter::once(id).chain(options.part);
    NaturalKey::new(product, &end, ids).ok_or_else(|| {
        format!("expected an id of letters, digits, `-` and `_`, and one of these events: {}", known_ends(product))
    })
}

fn known_ends(product: Product) -> String {
    NaturalKey::ends(product).collect::<Vec<_>>().join(", ")
}

/// Prints the jobs that ended, and of which no event came.
pub(crate) fn finished(product: Product, options: &ReconcileOptions) -> Result<(), Failure> {
    let now = Timestamp::now();
    let window = Window {
        since: options.since.at(now),
        until: options.until.at(now),
        longest_job: options.longest_job.0.unsigned_abs(),
    };
    if window.since >= window.until {
        return Err(Failure::Failed("expected --since to be before --until".to_owned()));
    }
    let known = options.known.as_deref().map(known_keys).transpose()?.unwrap_or_default();
    let vendor = Vendor::new(product)?;
    let counts = runtime()?.block_on(print_missing(&vendor, window, &known, options.events))?;
    print_note(format!("{} jobs ended, {} of them are missing", counts.ended, counts.missing));
    Ok(())
}

#[derive(Default)]
struct Counts {
    ended: usize,
    missing: usize,
}

async fn print_missing(
    vendor: &Vendor,
    window: Window,
    known: &HashSet<String>,
    events: bool,
) -> Result<Counts, String> {
    let (mut counts, mut seen, mut page) = (Counts::default(), HashSet::new(), None);
    loop {
        let deadline = Instant::now() + PATIENCE;
        let finished = vendor.lookup.finished(window, page.as_ref(), &vendor.key, deadline).await.map_err(message)?;
        for job in finished.jobs {
            let name = job.key.to_string();
            if !seen.insert(name.clone()) {
                continue;
            }
            counts.ended += 1;
            if known.contains(&name) {
                continue;
            }
            counts.missing += 1;
            if events { print_job(vendor, job).await? } else { print_name(&name, job.ended_at)? }
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

/// Prints the events of a job that is listed, and asks for them where the list does not tell.
async fn print_job(vendor: &Vendor, job: Listed) -> Result<(), String> {
    if let Some(ended) = job.ended {
        return print_events(&ended.events);
    }
    match vendor.job(&job.key).await? {
        Answer::Ended(ended) => print_events(&ended.events),
        Answer::Running | Answer::Unknown => {
            print_note(format!("{} is listed, and its details are not there", job.key));
            Ok(())
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
