//! What `doctor` and `connect` are told on the command line.

use callbacks::Product;
use clap::Args;

use crate::failure::Failure;
use crate::live::StackOptions;

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    #[command(flatten)]
    pub(super) stack: StackOptions,
    /// The URL of the function, in place of a stack. A token in it is left out.
    #[arg(long, value_name = "URL", value_parser = crate::send::http_url)]
    pub(super) url: Option<String>,
    /// The secret's JSON, as the function has it: a file, or `-` for standard input. By default it is read from Secrets Manager.
    #[arg(long, value_name = "FILE")]
    pub(super) secret: Option<String>,
    /// An event that you need, by the vendor's name; may be given more than once. By default all that Tencent Cloud VOD has a switch for.
    #[arg(long = "event", value_name = "NAME")]
    pub(super) events: Vec<String>,
    /// The id of a queue or workflow of Cloud Infinite to look at; may be given more than once. By default all of the buckets.
    #[arg(long, value_name = "ID")]
    pub(super) only: Vec<String>,
    /// The application of Alibaba Cloud VOD; by default `app-1000000`.
    #[arg(long, value_name = "ID")]
    pub(super) app_id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectOptions {
    #[command(flatten)]
    pub(super) options: DoctorOptions,
    /// Have the vendor write to the queue that the stack pulls, where it has a URL as well.
    #[arg(long)]
    pub(super) pull: bool,
    /// The queue that Alibaba Cloud is to write to, where the stack pulls more than one.
    #[arg(long, value_name = "NAME")]
    pub(super) queue: Option<String>,
    /// Change the settings. Otherwise it is only shown what would be changed.
    #[arg(long)]
    pub(super) yes: bool,
}

impl DoctorOptions {
    /// # Errors
    /// Where an option would do nothing with this product.
    pub(super) fn check(&self, product: Product) -> Result<(), Failure> {
        let is_ci = product == Product::TencentCi;
        let without_use = [
            ("--event", is_ci && !self.events.is_empty(), "the products but tencent-ci"),
            ("--only", !is_ci && !self.only.is_empty(), "tencent-ci"),
            ("--app-id", product != Product::AliyunVod && self.app_id.is_some(), "aliyun-vod"),
        ];
        refuse(&without_use)
    }
}

impl ConnectOptions {
    /// # Errors
    /// Where an option would do nothing with this product.
    pub(super) fn check(&self, product: Product) -> Result<(), Failure> {
        let is_aliyun = matches!(product, Product::AliyunVod | Product::AliyunIms);
        refuse(&[("--queue", !is_aliyun && self.queue.is_some(), "aliyun-vod and aliyun-ims")])?;
        self.options.check(product)
    }
}

/// Refuses the first option that is given, and is another product's.
fn refuse(options: &[(&str, bool, &str)]) -> Result<(), Failure> {
    match options.iter().find(|(_, is_refused, _)| *is_refused) {
        Some((name, _, of)) => Err(format!("{name} is an option of {of}").into()),
        None => Ok(()),
    }
}
