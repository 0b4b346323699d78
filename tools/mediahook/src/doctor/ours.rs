//! What a stack has for a product: where it receives, what authenticates its callbacks, which queues it pulls.

use aws_sdk_secretsmanager::Client;
use callbacks::Product;
use callbacks::auth::Credentials;
use receiver::credentials::of_secret;
use sender::token::with_token;
use vendor_api::send;

use super::finding::Finding;
use super::options::DoctorOptions;
use super::url::{address, exposed};
use crate::explain::read_secret;
use crate::failure::Failure;
use crate::live::stack::Stack;
use crate::live::{aws, configuration};
use crate::output::message;
use crate::product::stack_name;

/// How long a function may take to refuse a request: the first one after a while takes longest.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// What the product's settings at the vendor have to fit.
pub(super) struct Ours {
    /// Where callbacks are received, without a token.
    pub(super) url: Option<String>,
    /// What the function authenticates them with; `None` where it could not be read.
    pub(super) credentials: Option<Credentials>,
    /// The queues that are pulled.
    pub(super) pull: Option<Pull>,
}

/// What a stack pulls.
pub(super) struct Pull {
    /// The vendor's server.
    pub(super) endpoint: String,
    /// The application of Tencent Cloud VOD; empty where there is none.
    pub(super) sub_app_id: String,
    /// Alibaba Cloud's queues.
    pub(super) queues: Vec<String>,
}

impl Ours {
    /// Reads them, and says what is wrong with them. `None` where nothing can be compared with them.
    pub(super) async fn read(product: Product, options: &DoctorOptions) -> (Option<Self>, Vec<Finding>) {
        let read = match &options.url {
            Some(url) => Ok((Some(address(url).to_owned()), None, None)),
            None => stack(product, &options.stack.stack, options.secret.is_none()).await,
        };
        let (url, pull, stored) = match read {
            Ok(read) => read,
            Err(finding) => return (None, vec![finding]),
        };
        let mut findings = Vec::new();
        let credentials = match &options.secret {
            _ if url.is_none() => None,
            Some(path) => Some(read_secret(path)),
            None => stored,
        };
        let credentials = credentials.and_then(|read| of_read(product, read, &mut findings));
        if let Some(url) = &url {
            findings.push(function(url).await);
        }
        (Some(Self { url, credentials, pull }), findings)
    }

    /// The URL that the vendor has to post to, with the newest token; of Alibaba Cloud the newest that is signed.
    ///
    /// # Errors
    /// Where the secret could not be read, or has none.
    pub(super) fn callback_url(&self, url: &str) -> Result<String, Failure> {
        let credentials = self.credentials.as_ref().ok_or_else(|| {
            "the secret of the function is not known: give --secret FILE, or the right to read it".to_owned()
        })?;
        if !credentials.callback_urls.is_empty() {
            let is_its = |signed: &&str| address(signed) == address(url);
            let newest = exposed(&credentials.callback_urls).rev().find(is_its).map(str::to_owned);
            return newest.ok_or_else(|| {
                "no callback URL in the secret is one of this function: `mediahook secret add <product> --url <URL>`"
                    .to_owned()
                    .into()
            });
        }
        let newest = exposed(&credentials.tokens).next_back();
        Ok(newest.map_or_else(|| url.to_owned(), |token| with_token(url, token)))
    }

    /// The newest key that the vendor has to sign with.
    pub(super) fn key(&self) -> Option<&str> {
        exposed(&self.credentials.as_ref()?.keys).next_back()
    }
}

/// The credentials, if they could be read and authenticate something.
fn of_read(product: Product, read: Result<Credentials, String>, findings: &mut Vec<Finding>) -> Option<Credentials> {
    const CHECK: &str = "secret";
    let credentials = match read {
        Ok(credentials) => credentials,
        Err(error) => {
            findings.push(Finding::cannot_tell(CHECK, error, "give its JSON: --secret FILE"));
            return None;
        }
    };
    if let Err(error) = credentials.check(product) {
        let mend = format!("no new function starts with it: docs/setup/{}.md", product.slug());
        findings.push(Finding::differs(CHECK, error.to_string(), mend));
        return None;
    }
    let Credentials { keys, tokens, callback_urls } = &credentials;
    let found = format!("tokens: {}, keys: {}, callback URLs: {}", tokens.len(), keys.len(), callback_urls.len());
    findings.push(Finding::right(CHECK, found));
    Some(credentials)
}

/// The URL, the queues and the secret that a stack has for the product.
type Of = (Option<String>, Option<Pull>, Option<Result<Credentials, String>>);

async fn stack(product: Product, name: &str, reads_secret: bool) -> Result<Of, Finding> {
    const CHECK: &str = "stack";
    let failed = |failure| {
        let text = match failure {
            Failure::Failed(text) | Failure::Unexpected(text) => text,
            Failure::Told => String::new(),
        };
        Finding::differs(
            CHECK,
            text,
            "--stack names the stack, AWS_REGION and AWS_PROFILE its region and account; or give --url",
        )
    };
    let configuration = configuration().await.map_err(failed)?;
    let stack = Stack::describe(&configuration, name).await.map_err(failed)?;
    let prefix = stack_name(product);
    let url = stack.find(&format!("{prefix}Url")).map(str::to_owned);
    let pull = pull(product, &stack);
    if url.is_none() && pull.is_none() {
        let others: Vec<&str> = Product::ALL
            .into_iter()
            .filter(|other| stack.find(&format!("{}Url", stack_name(*other))).is_some())
            .map(Product::slug)
            .collect();
        let others = if others.is_empty() { "no product".to_owned() } else { others.join(", ") };
        let mend = format!("deploy it with {prefix}=true, or name another stack");
        return Err(Finding::differs(
            CHECK,
            format!("the stack {name} has nothing for {product}: it receives {others}"),
            mend,
        ));
    }
    let stored = match stack.find(&format!("{prefix}SecretName")) {
        Some(secret) if reads_secret => {
            let read = Client::new(&configuration).get_secret_value().secret_id(secret).send().await;
            let read = read.map_err(aws(&format!("the secret {secret} could not be read")));
            Some(match read {
                Ok(value) => of_secret(&value.secret_string().unwrap_or_default().into()).map_err(message),
                Err(Failure::Failed(text) | Failure::Unexpected(text)) => Err(text),
                Err(Failure::Told) => Err(String::new()),
            })
        }
        _ => None,
    };
    Ok((url, pull, stored))
}

fn pull(product: Product, stack: &Stack) -> Option<Pull> {
    match product {
        Product::TencentVod => stack.find("TencentVodPullSecretName").map(|_| Pull {
            endpoint: stack.parameter("TencentVodPullEndpoint").to_owned(),
            sub_app_id: stack.parameter("TencentVodSubAppId").to_owned(),
            queues: Vec::new(),
        }),
        Product::AliyunVod | Product::AliyunIms => stack.find("AliyunMnsPullSecretName").map(|_| Pull {
            endpoint: stack.parameter("AliyunMnsEndpoint").to_owned(),
            sub_app_id: String::new(),
            queues: stack.parameter("AliyunMnsQueues").split_whitespace().map(str::to_owned).collect(),
        }),
        Product::TencentCi => None,
    }
}

/// Whether the function answers, and refuses what has no token.
async fn function(url: &str) -> Finding {
    const CHECK: &str = "function";
    let client = match vendor_api::client() {
        Ok(client) => client,
        Err(error) => return Finding::cannot_tell(CHECK, message(error), "try again"),
    };
    match send(client.post(url).header("content-type", "application/json").body("{}"), PATIENCE).await {
        Ok(response) if response.status == 401 => Finding::right(CHECK, "it refuses a request without token: 401"),
        Ok(response) if response.status == 200 => Finding::differs(
            CHECK,
            "it accepts a request without token: 200",
            "anybody can send it callbacks: put a token into its secret, and deploy it without AllowUnsigned",
        ),
        Ok(response) => Finding::differs(
            CHECK,
            format!("expected 401 to a request without token, got {}", response.status),
            "is this the URL of a function of this stack? Its log says more",
        ),
        Err(error) => Finding::differs(CHECK, message(error), "can this machine reach the URL of the stack?"),
    }
}
