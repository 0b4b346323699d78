//! Commands that work on a deployed stack: `tail`, `replay` and `reconcile --store`.

pub(crate) mod replay;
pub(crate) mod stack;
pub(crate) mod store;
pub(crate) mod tail;
mod tap;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::result::SdkError;
use clap::Args;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::runtime::runtime;

/// The stack that a command works on.
#[derive(Debug, Args)]
pub(crate) struct StackOptions {
    /// The stack, whose outputs name its resources.
    #[arg(long, value_name = "NAME", default_value = "mediahook")]
    pub(crate) stack: String,
}

/// Runs a command that calls AWS.
pub(crate) fn run(command: impl AsyncFnOnce(&SdkConfig) -> Result<(), Failure>) -> Result<(), Failure> {
    runtime()?.block_on(async { command(&configuration().await?).await })
}

/// Region and credentials as the AWS CLI finds them.
pub(crate) async fn configuration() -> Result<SdkConfig, Failure> {
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(roots()?).build_https();
    let configuration = aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await;
    if configuration.region().is_none() {
        return Err("no region: set AWS_REGION, or `aws configure set region <region>`".to_owned().into());
    }
    Ok(configuration)
}

fn roots() -> Result<TlsContext, Failure> {
    let store = match std::env::var_os(variables::CA_BUNDLE) {
        None => TrustStore::default(),
        Some(path) => {
            let pem = std::fs::read(&path).map_err(|error| format!("{}: {error}", variables::CA_BUNDLE))?;
            TrustStore::empty().with_pem_certificate(pem)
        }
    };
    TlsContext::builder().with_trust_store(store).build().map_err(|error| Failure::Failed(error.to_string()))
}

/// What completes with the first signal that would end the program.
fn interrupted() -> std::io::Result<oneshot::Receiver<()>> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        // Nobody listens any more where the command has ended by itself.
        signals.forever().next().map(|_| sender.send(())).transpose().unwrap_or_default();
    });
    Ok(receiver)
}

/// What AWS says about a call that failed, and what to do about it.
pub(crate) fn aws<E: ProvideErrorMetadata, R: std::fmt::Debug>(call: &str) -> impl Fn(SdkError<E, R>) -> Failure {
    move |error| {
        let text = match &error {
            SdkError::ServiceError(context) => {
                let error = context.err();
                let code = error.code().unwrap_or("no error code");
                format!("{code}: {}", error.message().unwrap_or("no message"))
            }
            SdkError::TimeoutError(_) => "no response before the timeout".to_owned(),
            SdkError::DispatchFailure(failure) if failure.is_other() || failure.is_user() => {
                "no credentials that can be used: set AWS_PROFILE, or, for single sign-on, \
                 eval \"$(aws configure export-credentials --format env)\""
                    .to_owned()
            }
            SdkError::DispatchFailure(_) => "no connection to AWS in this region".to_owned(),
            _ => "no response that can be read".to_owned(),
        };
        Failure::Failed(format!("{call}: {text}"))
    }
}
