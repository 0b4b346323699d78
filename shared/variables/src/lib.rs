//! The names of all environment variables that Mediahook reads, for the functions, the tools and the tests.
//!
//! ```ignore
//! let intake = std::env::var(variables::INTAKE);
//! ```
//!
//! An empty variable counts as not set. `docs/operations.md` lists the variables of the functions for whoever operates them.

// All functions.

/// Maximum bytes of a message of the queue and of an entry of the bus: 16384 to 1048576, by default 262144. All functions of
/// a stack must have the same value.
pub const EVENT_LIMIT: &str = "MEDIAHOOK_EVENT_LIMIT";

/// Minimum level of the log: `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`; by default `INFO`.
///
/// Lambda's own setting (`AWS_LAMBDA_LOG_LEVEL`) is no substitute: it also drops the log lines that hold metrics.
pub const LOG_LEVEL: &str = "MEDIAHOOK_LOG_LEVEL";

/// Namespace of the metrics in `CloudWatch`; by default `Mediahook`.
pub const METRICS_NAMESPACE: &str = "MEDIAHOOK_METRICS_NAMESPACE";

/// A PEM file of root certificates to which the certificates of AWS servers must chain; the AWS CLI and SDKs read it, too. By
/// default these are the roots of Amazon Trust Services.
pub const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Address of the Lambda runtime API. Lambda and its emulators set it; without it a function has no source of requests.
pub const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// The name of the function, which Lambda sets.
pub const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// How Lambda initialized the function. Lambda sets it, its emulators do not.
pub const INITIALIZATION_TYPE: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";

// Functions that receive or pull.

/// Where events are stored: `sqs:<queue URL>`, or `stdout`, one event per line. The default is `stdout`; in Lambda it must be
/// set.
pub const INTAKE: &str = "MEDIAHOOK_INTAKE";

/// Where the data of events above the size limit is stored: `s3:<bucket>`. Without it, storing such an event fails.
pub const OVERFLOW: &str = "MEDIAHOOK_OVERFLOW";

/// Name or ARN of a secret in Secrets Manager, instead of the variables that hold secrets. For a function that receives
/// callbacks it is `{"keys":[…],"tokens":[…],"callback_urls":[…]}`, for one that pulls
/// `{"access_key_id":"…","access_key_secret":"…"}`.
pub const SECRET_ID: &str = "MEDIAHOOK_SECRET_ID";

/// The longest for which a value of the secret is used without reading it again, in seconds: 1 to 86400, by default 300.
pub const SECRET_MAX_AGE: &str = "MEDIAHOOK_SECRET_MAX_AGE";

// Functions that pull, and confirm.

/// Which events are confirmed: products with the kinds of their events, such as
/// `tencent-ci:moderation,transcode tencent-vod:all`. A product without kinds has none. The pull functions mark such events as
/// confirmed, since the vendor gave them.
pub const CONFIRM: &str = "MEDIAHOOK_CONFIRM";

/// Of which products' events what is missing is looked for, with the kinds, in the form of [`CONFIRM`]. The functions that
/// receive or pull mark such events with what they are known by at the vendor.
pub const RECONCILE: &str = "MEDIAHOOK_RECONCILE";

// The confirm function.

/// URL of the queue whose messages the function gets: it hides them in there until it asks again. Required.
pub const CONFIRM_QUEUE: &str = "MEDIAHOOK_CONFIRM_QUEUE";

/// The longest for which an event waits for the vendor's answer, in seconds: 1 to 43200, by default 600.
pub const CONFIRM_WITHIN: &str = "MEDIAHOOK_CONFIRM_WITHIN";

/// How many events a minute each vendor is asked about at most, in all runs together; by default 600.
pub const CONFIRM_PER_MINUTE: &str = "MEDIAHOOK_CONFIRM_PER_MINUTE";

/// All domains that deliver media of `ApsaraVideo` VOD, separated by spaces. Its API tells where files are in the storage: without the
/// domains, no address of a file is confirmed.
pub const ALIYUN_VOD_DOMAINS: &str = "MEDIAHOOK_ALIYUN_VOD_DOMAINS";

/// Name or ARN of the secret with the access key that asks Alibaba Cloud IMS about jobs, in the form of [`SECRET_ID`].
pub const ALIYUN_IMS_SECRET_ID: &str = "MEDIAHOOK_ALIYUN_IMS_SECRET_ID";

/// The same for Alibaba Cloud VOD.
pub const ALIYUN_VOD_SECRET_ID: &str = "MEDIAHOOK_ALIYUN_VOD_SECRET_ID";

/// The same for Cloud Infinite.
pub const TENCENT_CI_SECRET_ID: &str = "MEDIAHOOK_TENCENT_CI_SECRET_ID";

/// The same for Tencent Cloud VOD.
pub const TENCENT_VOD_SECRET_ID: &str = "MEDIAHOOK_TENCENT_VOD_SECRET_ID";

// Functions that receive.

/// The vendor's signing keys, separated by spaces. All are valid at once.
pub const KEYS: &str = "MEDIAHOOK_KEYS";

/// The callback URLs exactly as they are configured at Alibaba Cloud, separated by spaces: they are part of what is signed.
pub const CALLBACK_URLS: &str = "MEDIAHOOK_CALLBACK_URLS";

/// Tokens, separated by spaces. The URL must include one of them, as `?token=`. All are valid at once.
pub const TOKENS: &str = "MEDIAHOOK_TOKENS";

/// `true` accepts callbacks without authentication, for local use. Without it, a function with neither keys nor tokens does
/// not start.
pub const ALLOW_UNSIGNED: &str = "MEDIAHOOK_ALLOW_UNSIGNED";

/// Maximum difference between a signed time and the function's clock, in seconds, both ways: 0 to 86400, by default 300.
pub const TOLERANCE: &str = "MEDIAHOOK_TOLERANCE";

/// Maximum bytes of a body; by default 6 MiB, the limit of Lambda.
pub const BODY_LIMIT: &str = "MEDIAHOOK_BODY_LIMIT";

// Functions that pull, and `mediahook pull`, `lookup` and `reconcile`.

/// Tencent Cloud VOD's server: `https://vod.tencentcloudapi.com`, which is the default, or
/// `https://vod.intl.tencentcloudapi.com`.
pub const TENCENT_ENDPOINT: &str = "MEDIAHOOK_TENCENT_ENDPOINT";

/// The number of the Tencent Cloud VOD application whose events are pulled. Accounts opened after 2023-12-25 need it.
pub const SUB_APP_ID: &str = "MEDIAHOOK_SUB_APP_ID";

/// The buckets of Cloud Infinite that may be asked about jobs, separated by spaces, each `<name>-<APPID>/<region>`.
pub const CI_BUCKETS: &str = "MEDIAHOOK_CI_BUCKETS";

/// The tags of jobs of Cloud Infinite to list, separated by spaces; by default all that have a name here.
pub const CI_TAGS: &str = "MEDIAHOOK_CI_TAGS";

/// The ids of workflows of Cloud Infinite whose runs to list, separated by spaces.
pub const CI_WORKFLOWS: &str = "MEDIAHOOK_CI_WORKFLOWS";

/// A server to ask in place of that of each bucket, for tests.
pub const CI_ENDPOINT: &str = "MEDIAHOOK_CI_ENDPOINT";

/// Alibaba Cloud's server for Intelligent Media Services: `https://ice.<region>.aliyuncs.com`.
pub const IMS_ENDPOINT: &str = "MEDIAHOOK_IMS_ENDPOINT";

/// Alibaba Cloud's server for `ApsaraVideo` VOD: `https://vod.<region>.aliyuncs.com`.
pub const ALIYUN_VOD_ENDPOINT: &str = "MEDIAHOOK_ALIYUN_VOD_ENDPOINT";

/// The id of the account at Alibaba Cloud, for the events that are made from what its APIs tell. Events that name another one are
/// not confirmed.
pub const ALIYUN_ACCOUNT: &str = "MEDIAHOOK_ALIYUN_ACCOUNT";

/// The id of an access key of Tencent Cloud. The vendor's own tools read this name.
pub const TENCENTCLOUD_SECRET_ID: &str = "TENCENTCLOUD_SECRET_ID";

/// The secret of that access key. The vendor's own tools read this name.
pub const TENCENTCLOUD_SECRET_KEY: &str = "TENCENTCLOUD_SECRET_KEY";

/// The token of a temporary access key of Tencent Cloud. The vendor's own tools read this name.
pub const TENCENTCLOUD_TOKEN: &str = "TENCENTCLOUD_TOKEN";

/// Alibaba Cloud's server for the queues: `https://<account>.mns.<region>.aliyuncs.com`.
pub const MNS_ENDPOINT: &str = "MEDIAHOOK_MNS_ENDPOINT";

/// Names of the queues at Alibaba Cloud, separated by spaces.
pub const MNS_QUEUES: &str = "MEDIAHOOK_MNS_QUEUES";

/// The id of an access key of Alibaba Cloud. The vendor's own tools read this name.
pub const ALIBABA_CLOUD_ACCESS_KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";

/// The secret of that access key. The vendor's own tools read this name.
pub const ALIBABA_CLOUD_ACCESS_KEY_SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";

/// The token of a temporary access key of Alibaba Cloud. The vendor's own tools read this name.
pub const ALIBABA_CLOUD_SECURITY_TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

// The reconcile function.

/// How long ago a job ended at least that is looked for, in seconds: 60 to 86400, by default 900. Before that its callback may
/// be under way.
pub const RECONCILE_GRACE: &str = "MEDIAHOOK_RECONCILE_GRACE";

/// The longest that a job runs, in seconds: 60 to 604800, by default 21600. Where the vendor lists jobs by when they were
/// created, so much earlier ones are looked at.
pub const RECONCILE_LONGEST_JOB: &str = "MEDIAHOOK_RECONCILE_LONGEST_JOB";

// The dispatch and reconcile functions.

/// Where published events are recorded: `dynamodb:<table>`, or `memory` for local use. Required.
pub const LEDGER: &str = "MEDIAHOOK_LEDGER";

// The dispatch function.

/// Where events are published: `eventbridge:<bus name or ARN>`, or `stdout` for local use. Required.
pub const BUS: &str = "MEDIAHOOK_BUS";

// The command-line tool.

/// The key that `mediahook send` and `mediahook request` sign with.
pub const KEY: &str = "MEDIAHOOK_KEY";

/// The token that `mediahook send` and `mediahook request` add to the URL.
pub const TOKEN: &str = "MEDIAHOOK_TOKEN";
