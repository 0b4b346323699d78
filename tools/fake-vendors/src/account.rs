//! The account that the servers know: its access key, application, bucket and queues.

use callbacks::Product;
use tls_server::Server;

/// Id of the access key that the servers know.
pub const KEY_ID: &str = "AKIDthatTheServersKnow";
/// Its secret.
pub const KEY: &str = "SECRETthatSigns";
/// Its token, where it is a temporary one.
pub const TOKEN: &str = "SECRETtoken+/=";
/// The application of Tencent Cloud VOD that has events.
pub const SUB_APP_ID: &str = "1500012345";
/// The bucket that the server of Cloud Infinite has, and its region.
pub const BUCKET: (&str, &str) = ("test-1234567890", "ap-chongqing");
/// The id of the account at Alibaba Cloud.
pub(crate) const ACCOUNT: &str = "1833202230007314";
/// The queues that Alibaba Cloud's server has.
pub(crate) const QUEUES: [&str; 2] = ["ice-callback-demo", "vod-callback"];

/// The variables of the access key of Tencent Cloud.
pub(crate) fn tencent_key() -> [(&'static str, String); 3] {
    [
        (variables::TENCENTCLOUD_SECRET_ID, KEY_ID),
        (variables::TENCENTCLOUD_SECRET_KEY, KEY),
        (variables::TENCENTCLOUD_TOKEN, TOKEN),
    ]
    .map(owned)
}

/// The variables of the access key of Alibaba Cloud.
pub(crate) fn aliyun_key() -> [(&'static str, String); 3] {
    [
        (variables::ALIBABA_CLOUD_ACCESS_KEY_ID, KEY_ID),
        (variables::ALIBABA_CLOUD_ACCESS_KEY_SECRET, KEY),
        (variables::ALIBABA_CLOUD_SECURITY_TOKEN, TOKEN),
    ]
    .map(owned)
}

/// The variable of the root certificates by which a client trusts a server. On Linux it replaces the system's.
pub(crate) fn ca_bundle(server: &Server) -> (&'static str, String) {
    ("SSL_CERT_FILE", server.ca_bundle().display().to_string())
}

/// The variables of a client of a product's API on this server.
pub(crate) fn environment(product: Product, server: &Server) -> Vec<(&'static str, String)> {
    let url = server.url();
    let mut environment = vec![ca_bundle(server)];
    match product {
        Product::TencentVod => {
            environment.extend(tencent_key());
            environment.extend([(variables::TENCENT_ENDPOINT, &*url), (variables::SUB_APP_ID, SUB_APP_ID)].map(owned));
        }
        Product::TencentCi => {
            let (name, region) = BUCKET;
            environment.extend(tencent_key());
            environment.push((variables::CI_ENDPOINT, url));
            environment.push((variables::CI_BUCKETS, format!("{name}/{region}")));
        }
        Product::AliyunIms => {
            environment.extend(aliyun_key());
            environment.extend([(variables::IMS_ENDPOINT, &*url), (variables::ALIYUN_ACCOUNT, ACCOUNT)].map(owned));
        }
        Product::AliyunVod => {
            environment.extend(aliyun_key());
            let variables = [(variables::ALIYUN_VOD_ENDPOINT, &*url), (variables::ALIYUN_ACCOUNT, ACCOUNT)];
            environment.extend(variables.map(owned));
        }
    }
    environment
}

fn owned((name, value): (&'static str, &str)) -> (&'static str, String) {
    (name, value.to_owned())
}
