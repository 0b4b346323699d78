//! The account that the servers know: its access key, application and queues.

/// Id of the access key that the servers know.
pub const KEY_ID: &str = "AKIDthatTheServersKnow";
/// Its secret.
pub const KEY: &str = "SECRETthatSigns";
/// Its token, where it is a temporary one.
pub const TOKEN: &str = "SECRETtoken+/=";
/// The application of Tencent Cloud VOD that has events.
pub const SUB_APP_ID: &str = "1500012345";
/// The id of the account at Alibaba Cloud.
pub(crate) const ACCOUNT: &str = "1833202230007314";
/// The queues that Alibaba Cloud's server has.
pub(crate) const QUEUES: [&str; 2] = ["ice-callback-demo", "vod-callback"];
