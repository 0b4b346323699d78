//! What `doctor` and `connect` are told on the command line.

use clap::Args;

use crate::live::StackOptions;

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    #[command(flatten)]
    pub(super) stack: StackOptions,
    /// The URL of the function, without a token, in place of a stack.
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
