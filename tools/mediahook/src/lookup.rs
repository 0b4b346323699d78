//! `mediahook lookup`: what a vendor's own API says of a job.

use std::time::Duration;

use callbacks::{NaturalKey, Product};
use clap::Args;
use lookup::{Answer, Configuration, Lookup};
use tokio::time::Instant;
use vendor_api::{AccessKey, Client, client};

use crate::failure::Failure;
use crate::output::{message, print_events, print_note};
use crate::pull::access_key;
use crate::runtime::runtime;

/// How long one job, or one page of a list, is asked for.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

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

/// A product's API, and the key to ask it with.
pub(crate) struct Vendor {
    pub(crate) lookup: Lookup,
    pub(crate) key: AccessKey,
}

impl Vendor {
    pub(crate) fn new(product: Product) -> Result<Self, Failure> {
        let (configuration, key, client) = api(product)?;
        Ok(Self { lookup: Lookup::new(client, configuration), key })
    }

    pub(crate) async fn job(&self, key: &NaturalKey) -> Result<Answer, String> {
        self.lookup.job(key, &self.key, Instant::now() + PATIENCE).await.map_err(message)
    }
}

/// What a product's API is asked with: the configuration and the access key of the environment, and a client.
pub(crate) fn api(product: Product) -> Result<(Configuration, AccessKey, Client), Failure> {
    let configuration = Configuration::from_variables(product, |name| std::env::var(name).ok()).map_err(message)?;
    let key = access_key(Configuration::access_key_variables(product))?;
    Ok((configuration, key, client().map_err(message)?))
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
