//! `mediahook doctor` and `mediahook connect`: whether a vendor's callback settings fit a stack, and making them fit.

mod aliyun;
mod change;
mod finding;
mod options;
mod ours;
mod tencent_ci;
mod tencent_vod;
mod url;

use std::time::Duration;

use callbacks::Product;
use lookup::Configuration;
use vendor_api::aliyun::{ICE, Rpc, VOD};
use vendor_api::{ApiError, tencent};

use self::change::Change;
use self::finding::{Finding, print};
pub(crate) use self::options::{ConnectOptions, DoctorOptions};
use self::ours::{Ours, Pull};
use crate::failure::Failure;
use crate::lookup::api;
use crate::output::{message, print_line, print_note};
use crate::runtime::runtime;

/// How long one request to a vendor may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A product's settings at its vendor.
enum Vendor {
    Aliyun(aliyun::Callback),
    TencentCi(tencent_ci::Ci),
    TencentVod(tencent_vod::Vod),
}

impl Vendor {
    /// Reads where it is from the variables.
    fn new(product: Product, options: &DoctorOptions) -> Result<Self, Failure> {
        let (configuration, key, client) = api(product)?;
        Ok(match configuration {
            Configuration::TencentVod { endpoint, sub_app_id } => Self::TencentVod(tencent_vod::Vod {
                endpoint: endpoint.join("/").to_string(),
                api: tencent::Vod::new(client, endpoint),
                sub_app_id,
                key,
            }),
            Configuration::TencentCi { endpoint, buckets, .. } => Self::TencentCi(tencent_ci::Ci {
                buckets: buckets
                    .into_iter()
                    .filter_map(|bucket| {
                        let api = bucket.api(&client, endpoint.as_ref())?;
                        Some(tencent_ci::NamedBucket { name: bucket.name, api })
                    })
                    .collect(),
                key,
                only: options.only.clone(),
            }),
            Configuration::AliyunVod { endpoint, .. } => Self::Aliyun(aliyun::Callback {
                product,
                api: Rpc::new(client, endpoint, VOD),
                key,
                app_id: options.app_id.clone(),
            }),
            Configuration::AliyunIms { endpoint, .. } => {
                Self::Aliyun(aliyun::Callback { product, api: Rpc::new(client, endpoint, ICE), key, app_id: None })
            }
        })
    }

    /// Reads the settings, and compares them.
    async fn examine(&self, product: Product, ours: &Ours, events: &[String]) -> Vec<Finding> {
        let examined: Result<Vec<Finding>, ApiError> = match self {
            Self::Aliyun(callback) => callback.read().await.map(|setting| callback.examine(&setting, ours, events)),
            Self::TencentCi(ci) => ci.read().await.map(|settings| ci.examine(&settings, ours)),
            Self::TencentVod(vod) => vod.read().await.map(|config| vod.examine(&config, ours, events)),
        };
        examined.unwrap_or_else(|error| vec![Finding::access(product, error)])
    }
}

/// Prints what is right, what differs, and how to mend it.
pub(crate) fn doctor(product: Product, options: &DoctorOptions, json: bool) -> Result<(), Failure> {
    options.check(product)?;
    let vendor = Vendor::new(product, options)?;
    let findings = runtime()?.block_on(async {
        let (ours, mut findings) = Ours::read(product, options).await;
        if let Some(ours) = ours {
            findings.extend(vendor.examine(product, &ours, &options.events).await);
        }
        findings
    });
    print(product, &findings, json)?;
    verdict(&findings)
}

fn verdict(findings: &[Finding]) -> Result<(), Failure> {
    if findings.iter().any(Finding::is_wrong) { Err(Failure::Told) } else { Ok(()) }
}

/// Shows what has to be changed at the vendor, and changes it when told to.
pub(crate) fn connect(product: Product, options: &ConnectOptions) -> Result<(), Failure> {
    options.check(product)?;
    let vendor = Vendor::new(product, &options.options)?;
    runtime()?.block_on(async {
        let (ours, findings) = Ours::read(product, &options.options).await;
        let Some(ours) = ours.filter(|_| !findings.iter().any(Finding::is_wrong)) else {
            print(product, &findings, false)?;
            return Err(Failure::Told);
        };
        if !vendor.change(product, &ours, options).await? {
            return Ok(());
        }
        let findings = vendor.examine(product, &ours, &options.options.events).await;
        print(product, &findings, false)?;
        verdict(&findings)
    })
}

impl Vendor {
    /// Whether anything was set.
    async fn change(&self, product: Product, ours: &Ours, options: &ConnectOptions) -> Result<bool, Failure> {
        let events = &options.options.events;
        if options.queue.is_some() && !options.pull && ours.url.is_some() {
            return Err("--queue needs --pull: the stack has a URL as well".to_owned().into());
        }
        let pull = ours.pull.as_ref().filter(|_| options.pull || ours.url.is_none());
        if options.pull && pull.is_none() {
            return Err(format!("the stack pulls nothing of {product}").into());
        }
        match self {
            Self::TencentVod(vod) => {
                let config = vod.read().await.map_err(message)?;
                let changes = tencent_vod::Vod::changes(&config, ours, events, pull.is_some())?;
                if !is_to_be_set(show("", &changes)?, options) {
                    return Ok(false);
                }
                vod.set(&changes).await.map_err(message)?;
            }
            Self::Aliyun(callback) => {
                let setting = callback.read().await.map_err(message)?;
                let pulled = pull.map(|pull| Ok::<_, Failure>((pull, queue(product, pull, options)?))).transpose()?;
                let changes = callback.changes(&setting, ours, events, pulled)?;
                if !is_to_be_set(show("", &changes)?, options) {
                    return Ok(false);
                }
                callback.set(&changes).await.map_err(message)?;
            }
            Self::TencentCi(ci) => {
                let settings = ci.read().await.map_err(message)?;
                let updates = ci.updates(&settings, ours)?;
                let mut changing = Vec::new();
                for update in updates {
                    if show(&update.title(), &update.changes)? {
                        changing.push(update);
                    }
                }
                if !is_to_be_set(!changing.is_empty(), options) {
                    return Ok(false);
                }
                for update in &changing {
                    ci.set(update).await.map_err(message)?;
                }
            }
        }
        Ok(true)
    }
}

/// The queue that the vendor is to write to: the only one that the stack pulls, or the one that is named.
fn queue<'q>(product: Product, pull: &'q Pull, options: &'q ConnectOptions) -> Result<&'q str, Failure> {
    if let Some(name) = &options.queue {
        let is_pulled = pull.queues.contains(name);
        return if is_pulled { Ok(name) } else { Err(format!("the stack does not pull the queue {name}").into()) };
    }
    // The names of IMS's queues have to begin like this.
    let mut fitting =
        pull.queues.iter().filter(|name| product != Product::AliyunIms || name.starts_with("ice-callback"));
    match (fitting.next(), fitting.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err("the stack pulls no queue that the vendor can write to".to_owned().into()),
        (Some(_), Some(_)) => Err("the stack pulls more than one queue: --queue names the one".to_owned().into()),
    }
}

/// Prints what changes of a thing. Whether anything does.
fn show(what: &str, changes: &[Change]) -> Result<bool, Failure> {
    let of = if what.is_empty() { String::new() } else { format!("{what}: ") };
    let mut changing = changes.iter().filter(|change| change.is_change()).peekable();
    if changing.peek().is_none() {
        print_note(format!("{of}nothing has to be changed"));
        return Ok(false);
    }
    for change in changing {
        print_line(&format!("{of}{change}"))?;
    }
    Ok(true)
}

/// Whether what was shown is to be set. Says so where it is not.
fn is_to_be_set(has_changes: bool, options: &ConnectOptions) -> bool {
    if has_changes && !options.yes {
        print_note("nothing was changed; --yes does it");
    }
    has_changes && options.yes
}
