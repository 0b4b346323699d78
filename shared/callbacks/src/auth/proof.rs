//! What a request is authenticated by, and what each vendor's signatures have to offer.

use jiff::Timestamp;
use secrecy::SecretString;
use subtle::Choice;

/// What a product's callbacks are authenticated by. All keys, tokens and URLs are valid at once, so that each can be
/// replaced without a gap.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// The keys that the vendor signs with.
    pub keys: Vec<SecretString>,
    /// Secrets of which the URL has to include one, as `?token=`.
    pub tokens: Vec<SecretString>,
    /// The callback URLs as they are configured at Alibaba Cloud, to the letter: they are part of what is signed. Secret,
    /// since they may include a token.
    pub callback_urls: Vec<SecretString>,
}

/// Credentials that could authenticate nothing, or less than they seem to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// There is neither a key nor a token.
    #[error("there is neither a key nor a token")]
    None,
    /// The vendor signs with keys and callback URLs, and only one of the two is there.
    #[error("keys need the callback URLs that are signed with them, and callback URLs need keys")]
    KeysWithoutUrls,
    /// The vendor signs nothing, so that a key has no effect.
    #[error("Cloud Infinite signs nothing: it needs a token, and takes no key")]
    NothingIsSigned,
}

/// A request, as far as it can prove where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r, 'b> {
    /// Names and values of all headers, repeated ones repeated.
    pub headers: &'r [(&'r str, &'r str)],
    /// Values of all `token` parameters in the query string, decoded.
    pub tokens: &'r [&'r str],
    /// The body as it was sent.
    pub body: &'b [u8],
}

/// The time that signatures are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time now.
    pub now: Timestamp,
    /// How far a signed time may be from it, in seconds, both ways.
    pub tolerance: u64,
}

/// The request is not shown to be the vendor's. The reason is for metrics; the sender must not learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// No token, several, or one that is not valid.
    #[error("no valid token in the URL")]
    Token,
    /// A part of the signature is missing, there twice, or not in the vendor's form.
    #[error("no signature, or one that is not in the vendor's form")]
    Unsigned,
    /// The signed time is too long ago.
    #[error("the signature is too old")]
    Stale,
    /// The signed time is too far ahead.
    #[error("the signature is from the future")]
    Future,
    /// The signature is none of the configured keys'.
    #[error("the signature is not valid")]
    Signature,
}

/// What a vendor adds to a request to sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Headers: names and values.
    Headers([(&'static str, String); 2]),
    /// Members of the JSON body: `Sign` and `T`.
    Members {
        /// The signature.
        sign: String,
        /// When it expires, in Unix seconds.
        expiry: u64,
    },
}

/// A part of a signature, as a request has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is not there.
    Missing,
    /// It is there more than once.
    Repeated,
    /// It is there, and no text.
    NoText,
    /// Its text.
    Text(String),
}

/// The parts of a signature, as a request has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The signed time, in Unix seconds.
    pub(crate) time: Part,
    /// The digest.
    pub(crate) digest: Part,
}

/// How a vendor signs, for an explanation of why a request is refused.
pub(crate) struct Anatomy {
    /// The names of the time and of the digest.
    pub(crate) names: [&'static str; 2],
    /// What they are: `header` or `member of the body`.
    pub(crate) place: &'static str,
    /// Whether the callback URL is signed.
    pub(crate) has_url: bool,
    /// How long a signature is valid, in seconds, where its time is when it expires; 0 where that is when it was made.
    pub(crate) lifetime: u64,
    /// Whether letters of either case are taken in a digest.
    pub(crate) any_case: bool,
}

/// What a vendor signs its callbacks with.
pub(crate) trait Signatures: Sync {
    /// How a signature looks; `None` where nothing is signed.
    fn anatomy(&self) -> Option<Anatomy>;

    /// The parts of a request's signature; `None` where its body cannot be read, which has them.
    fn parts(&self, request: &Request<'_, '_>) -> Option<Parts>;

    /// The digest of a key, a callback URL and the text of a time.
    fn digest(&self, key: &SecretString, callback_url: &str, time: &str) -> String;

    /// Whether a signed time is not too far from the clock's.
    fn in_time(&self, time: u64, clock: Clock) -> Result<(), NotAuthentic>;

    /// Whether these credentials, of which there are some, can verify signatures, or need not.
    fn check(&self, credentials: &Credentials) -> Result<(), CredentialsError>;

    /// Whether one of the keys signed the request.
    fn verify(&self, credentials: &Credentials, request: &Request<'_, '_>, clock: Clock) -> Result<(), NotAuthentic>;

    /// Signs as the vendor does, at this time in Unix seconds.
    fn sign(&self, key: &SecretString, callback_url: Option<&str>, time: u64) -> Result<Signature, CredentialsError>;
}

/// Whether one of the items is equal, having looked at all of them.
pub(crate) fn is_any<T>(items: &[T], is_equal: impl Fn(&T) -> Choice) -> Choice {
    items.iter().fold(Choice::from(0), |found, item| found | is_equal(item))
}

/// Reads a time in Unix seconds that consists of digits and of nothing else: no sign, no space, no point.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

impl Clock {
    /// The time now in Unix seconds. Before 1970, which no clock of a function shows, nothing is in time.
    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.now.as_second()).unwrap_or(u64::MAX)
    }
}
