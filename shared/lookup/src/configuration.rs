//! Where a product's API is, and what may be asked there.

use std::str::FromStr;

use callbacks::{Product, kinds};
use variables::{
    ALIYUN_ACCOUNT, ALIYUN_VOD_ENDPOINT, CI_BUCKETS, CI_ENDPOINT, CI_TAGS, CI_WORKFLOWS, IMS_ENDPOINT, SUB_APP_ID,
    TENCENT_ENDPOINT,
};
use vendor_api::{BucketApi, Client, Endpoint, tencent};

/// Where the API of a product is, and what may be asked there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configuration {
    /// Tencent Cloud VOD.
    TencentVod {
        /// [`tencent::VOD_MAINLAND`] or [`tencent::VOD_INTERNATIONAL`].
        endpoint: Endpoint,
        /// The application. Accounts opened after 2023-12-25 need it.
        sub_app_id: Option<u64>,
    },
    /// Cloud Infinite.
    TencentCi {
        /// The buckets that may be asked. A job that is said to be in another one is not.
        buckets: Vec<CiBucket>,
        /// A server to ask in place of the buckets' own, for tests.
        endpoint: Option<Endpoint>,
        /// The tags of jobs to list.
        tags: Vec<String>,
        /// The ids of workflows whose runs to list.
        workflows: Vec<String>,
    },
    /// Intelligent Media Services.
    AliyunIms {
        /// The server of a region: `https://ice.cn-shanghai.aliyuncs.com`.
        endpoint: Endpoint,
        /// The account's id, for the events; few answers have it.
        account: Option<String>,
    },
    /// `ApsaraVideo` VOD.
    AliyunVod {
        /// The server of a region: `https://vod.cn-shanghai.aliyuncs.com`.
        endpoint: Endpoint,
        /// The account's id, for the events; few answers have it.
        account: Option<String>,
    },
}

/// A bucket of Cloud Object Storage: `examplebucket-1250000000/ap-beijing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiBucket {
    /// Its name, with the account's APPID.
    pub name: String,
    /// Its region.
    pub(crate) region: String,
}

/// The configuration is invalid. The message never has a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A variable has another form.
    #[error("{name}: expected {expected}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What is expected of it.
        expected: &'static str,
    },
}

impl Configuration {
    /// Reads the variables of a product, which `variable` looks up. An empty one counts as not set.
    ///
    /// # Errors
    /// Where one is missing, or has another form.
    pub fn from_variables(
        product: Product,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigurationError> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        match product {
            Product::TencentVod => tencent_vod(variable),
            Product::TencentCi => tencent_ci(variable),
            Product::AliyunIms => aliyun_ims(variable),
            Product::AliyunVod => aliyun_vod(variable),
        }
    }

    /// The id of the vendor's account, where it is configured: the jobs of others are not seen.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::AliyunIms { account, .. } | Self::AliyunVod { account, .. } => account.as_deref(),
            Self::TencentCi { .. } | Self::TencentVod { .. } => None,
        }
    }

    /// The environment variables of an access key of this product, named as the vendor's own tools do: id, secret, token.
    #[must_use]
    pub fn access_key_variables(product: Product) -> [&'static str; 3] {
        match product {
            Product::TencentVod | Product::TencentCi => tencent::ACCESS_KEY_VARIABLES,
            Product::AliyunIms | Product::AliyunVod => vendor_api::aliyun::ACCESS_KEY_VARIABLES,
        }
    }
}

fn tencent_vod(variable: impl Fn(&str) -> Option<String>) -> Result<Configuration, ConfigurationError> {
    const EXPECTED: &str = "`https://vod.tencentcloudapi.com` or `https://vod.intl.tencentcloudapi.com`";
    let endpoint = variable(TENCENT_ENDPOINT).unwrap_or_else(|| tencent::VOD_MAINLAND.to_owned());
    let sub_app_id = variable(SUB_APP_ID).map(|text| read(SUB_APP_ID, &text, "a number")).transpose()?;
    Ok(Configuration::TencentVod { endpoint: read(TENCENT_ENDPOINT, &endpoint, EXPECTED)?, sub_app_id })
}

fn tencent_ci(variable: impl Fn(&str) -> Option<String>) -> Result<Configuration, ConfigurationError> {
    const EXPECTED: &str = "buckets separated by spaces, each `<name>-<APPID>/<region>`";
    let words = |name| variable(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let ids = |name, expected| {
        let words = words(name);
        let is_word = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if words.iter().all(is_word) { Ok(words) } else { Err(ConfigurationError::Variable { name, expected }) }
    };
    let buckets = words(CI_BUCKETS);
    let buckets: Result<Vec<CiBucket>, _> = buckets.iter().map(|text| read(CI_BUCKETS, text, EXPECTED)).collect();
    let buckets = buckets?;
    if buckets.is_empty() {
        return Err(ConfigurationError::Variable { name: CI_BUCKETS, expected: EXPECTED });
    }
    let endpoint =
        variable(CI_ENDPOINT).map(|text| read(CI_ENDPOINT, &text, "`https://` and a host name")).transpose()?;
    let mut tags = ids(CI_TAGS, "tags of jobs separated by spaces")?;
    if tags.is_empty() {
        tags = all_tags();
    }
    Ok(Configuration::TencentCi {
        buckets,
        endpoint,
        tags,
        workflows: ids(CI_WORKFLOWS, "ids of workflows separated by spaces")?,
    })
}

fn aliyun_ims(variable: impl Fn(&str) -> Option<String>) -> Result<Configuration, ConfigurationError> {
    let endpoint = aliyun_endpoint(&variable, IMS_ENDPOINT, "`https://ice.<region>.aliyuncs.com`")?;
    Ok(Configuration::AliyunIms { endpoint, account: aliyun_account(&variable)? })
}

fn aliyun_vod(variable: impl Fn(&str) -> Option<String>) -> Result<Configuration, ConfigurationError> {
    let endpoint = aliyun_endpoint(&variable, ALIYUN_VOD_ENDPOINT, "`https://vod.<region>.aliyuncs.com`")?;
    Ok(Configuration::AliyunVod { endpoint, account: aliyun_account(&variable)? })
}

/// The server of a region: no region is a default.
fn aliyun_endpoint(
    variable: impl Fn(&str) -> Option<String>,
    name: &'static str,
    expected: &'static str,
) -> Result<Endpoint, ConfigurationError> {
    read(name, &variable(name).unwrap_or_default(), expected)
}

fn aliyun_account(variable: impl Fn(&str) -> Option<String>) -> Result<Option<String>, ConfigurationError> {
    let number = |text: String| read::<u64>(ALIYUN_ACCOUNT, &text, "a number").map(|number| number.to_string());
    variable(ALIYUN_ACCOUNT).map(number).transpose()
}

/// Every tag that has a name here.
fn all_tags() -> Vec<String> {
    let of = |(product, name, _): (Product, String, _)| {
        (product == Product::TencentCi).then_some(name)?.strip_prefix("TaskFinish/").map(str::to_owned)
    };
    kinds().into_iter().filter_map(of).collect()
}

fn read<T: FromStr>(name: &'static str, text: &str, expected: &'static str) -> Result<T, ConfigurationError> {
    text.trim().parse().map_err(|_| ConfigurationError::Variable { name, expected })
}

impl FromStr for CiBucket {
    /// The only one who reads it says what is expected.
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, region) = text.split_once('/').ok_or(())?;
        let is_label = |text: &str| {
            let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !text.is_empty() && text.len() <= 63 && text.bytes().all(is_letter) && !text.starts_with('-')
        };
        let appid = name.rsplit_once('-').map_or("", |(_, appid)| appid);
        let is_appid = !appid.is_empty() && appid.bytes().all(|byte| byte.is_ascii_digit());
        if is_label(name) && is_label(region) && is_appid {
            Ok(Self { name: name.to_owned(), region: region.to_owned() })
        } else {
            Err(())
        }
    }
}

impl CiBucket {
    /// Its API, at the bucket's own server unless it is another. `None` where the server's address is none, which no name and
    /// region that were read make.
    #[must_use]
    pub fn api(&self, client: &Client, endpoint: Option<&Endpoint>) -> Option<BucketApi> {
        let own = || format!("https://{}.ci.{}.myqcloud.com", self.name, self.region).parse().ok();
        Some(BucketApi::new(client.clone(), endpoint.cloned().or_else(own)?))
    }
}
