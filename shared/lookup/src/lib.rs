//! Asks the vendors' own APIs about jobs: about one, by its [`NaturalKey`], or for all that ended.
//!
//! ```ignore
//! let lookup = Lookup::new(client()?, Configuration::from_variables(Product::TencentVod, variable)?);
//! let key = NaturalKey::of(&event).ok_or(NoKey)?;
//! match lookup.job(&key, &access_key, deadline).await? {
//!     Answer::Ended(ended) => compare(&event, &ended.events),
//!     Answer::Running => ask_again_later(),
//!     Answer::Unknown => contradicted_if_it_stays_so(),
//! }
//! ```
//!
//! An answer becomes the events of its callback: where it has the callback's shape, by the callback's parser; else by a body
//! that is built from it and goes through the same parser.
//!
//! Invariants:
//!
//! - Nothing of an event chooses a host or a path but ids, whose letters are checked, and buckets that are configured.
//! - No more requests are sent than the vendor documents, also where several are due at once: [`Configuration`] has the rates.
//! - Throttling and faults are retried until the deadline; nothing else is.
//! - No error message has a part of an answer, an access key or a URL in it.
//! - Nothing is asked for that creates a task, or costs.

mod aliyun;
mod aliyun_ims;
mod aliyun_vod;
mod answer;
mod choice;
mod configuration;
mod error;
mod listed;
mod marks;
mod pace;
mod tencent_ci;
mod tencent_vod;
mod xml;

use callbacks::{NaturalKey, Product};
use tokio::time::Instant;
use vendor_api::{AccessKey, Client};

pub use crate::answer::{Answer, Ended, Finished, Listed, Page, Window};
pub use crate::choice::{Choice, UnknownChoice};
pub use crate::configuration::{CiBucket, Configuration, ConfigurationError};
pub use crate::error::Error;
pub use crate::listed::{job_end, job_ends, listed_ends};
pub use crate::marks::Marks;
use crate::pace::{Asking, Pace};

/// The query API of one product.
#[derive(Debug)]
pub struct Lookup {
    api: Api,
    pace: Pace,
}

#[derive(Debug)]
enum Api {
    TencentVod(tencent_vod::Vod),
    TencentCi(tencent_ci::Ci),
    AliyunIms(aliyun_ims::Ims),
    AliyunVod(aliyun_vod::Vod),
}

impl Lookup {
    /// The query API of the product that is configured.
    #[must_use]
    pub fn new(client: Client, configuration: Configuration) -> Self {
        let (api, rate) = match configuration {
            Configuration::TencentVod { endpoint, sub_app_id } => {
                (Api::TencentVod(tencent_vod::Vod::new(client, endpoint, sub_app_id)), tencent_vod::RATE)
            }
            Configuration::TencentCi { buckets, endpoint, tags, workflows } => (
                Api::TencentCi(tencent_ci::Ci::new(&client, buckets, endpoint.as_ref(), &tags, &workflows)),
                tencent_ci::RATE,
            ),
            Configuration::AliyunIms { endpoint, account } => {
                (Api::AliyunIms(aliyun_ims::Ims::new(client, endpoint, account)), aliyun::RATE)
            }
            Configuration::AliyunVod { endpoint, account } => {
                (Api::AliyunVod(aliyun_vod::Vod::new(client, endpoint, account)), aliyun::RATE)
            }
        };
        Self { api, pace: Pace::new(rate) }
    }

    /// Whose API it is.
    #[must_use]
    pub fn product(&self) -> Product {
        match self.api {
            Api::TencentVod(_) => Product::TencentVod,
            Api::TencentCi(_) => Product::TencentCi,
            Api::AliyunIms(_) => Product::AliyunIms,
            Api::AliyunVod(_) => Product::AliyunVod,
        }
    }

    /// What the vendor says of a job.
    ///
    /// # Errors
    /// Where the vendor gave no answer before `deadline`, or cannot be asked about this job.
    pub async fn job(&self, key: &NaturalKey, credentials: &AccessKey, deadline: Instant) -> Result<Answer, Error> {
        if key.product() != self.product() {
            return Err(Error::Product(key.product()));
        }
        let asking = Asking { pace: &self.pace, credentials, deadline };
        match &self.api {
            Api::TencentVod(vod) => vod.job(key, asking).await,
            Api::TencentCi(ci) => ci.job(key, asking).await,
            Api::AliyunIms(ims) => ims.job(key, asking).await,
            Api::AliyunVod(vod) => vod.job(key, asking).await,
        }
    }

    /// The jobs that ended in a window: a page of them, the first one for `None`. Of some sorts the vendor has no list:
    /// `docs/lookup.md` says which. Lists that take a right of their own are read only for what is chosen; else jobs are listed
    /// whether they are or not.
    ///
    /// # Errors
    /// Where the vendor gave no answer before `deadline`.
    pub async fn finished(
        &self,
        window: Window,
        choice: &Choice,
        page: Option<&Page>,
        credentials: &AccessKey,
        deadline: Instant,
    ) -> Result<Finished, Error> {
        let asking = Asking { pace: &self.pace, credentials, deadline };
        let page = page.cloned().unwrap_or_default();
        match &self.api {
            Api::TencentVod(vod) => vod.finished(window, page, asking).await,
            Api::TencentCi(ci) => ci.finished(window, page, asking).await,
            Api::AliyunIms(ims) => ims.finished(window, page, asking).await,
            Api::AliyunVod(vod) => vod.finished(window, choice, page, asking).await,
        }
    }
}
