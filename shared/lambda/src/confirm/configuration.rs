//! The configuration of the function that confirms.

use std::time::Duration;

use delivery::Aws;
use lookup::Choice;
use variables::{ALIYUN_VOD_DOMAINS, CONFIRM, CONFIRM_PER_MINUTE, CONFIRM_QUEUE, CONFIRM_WITHIN};

use super::patience::Patience;
use crate::environment::{Environment, EnvironmentError, IntakeConfiguration};
use crate::query::{Query, QueryError};

/// The configuration of the function.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) aws: Aws,
    pub(super) intake: IntakeConfiguration,
    /// URL of the queue that the function gets its messages from.
    pub(super) queue: String,
    pub(super) choice: Choice,
    pub(super) patience: Patience,
    /// The domains that deliver the media of Alibaba Cloud VOD.
    pub(super) domains: Vec<String>,
    /// One for each product of the choice.
    pub(super) vendors: Vec<VendorConfiguration>,
}

/// How a vendor's API is asked.
#[derive(Debug)]
pub(super) struct VendorConfiguration {
    pub(super) query: Query,
    /// Questions a minute, of all runs.
    pub(super) per_minute: u32,
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, QueryError> {
        let environment = Environment(variable);
        let intake = environment.intake()?;
        let choice: Choice = environment.required(CONFIRM)?;
        let is_url = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        let queue = environment.text(CONFIRM_QUEUE).filter(is_url);
        let queue = queue.ok_or_else(|| EnvironmentError::expected(CONFIRM_QUEUE, "the URL of a queue"))?;
        let within = Duration::from_secs(environment.seconds(CONFIRM_WITHIN, 1..=43_200, 600)?);
        let per_minute = environment.parsed(CONFIRM_PER_MINUTE, "a number of questions a minute", 600)?;
        let query = |product| Ok(VendorConfiguration { query: environment.query(product)?, per_minute });
        let vendors = choice.products().map(query).collect::<Result<_, QueryError>>()?;
        let domains = domains(&environment.text(ALIYUN_VOD_DOMAINS).unwrap_or_default())?;
        environment.in_lambda()?;
        Ok(Self { aws: environment.aws(), intake, queue, choice, patience: Patience { within }, domains, vendors })
    }
}

/// Names of domains, separated by spaces.
fn domains(text: &str) -> Result<Vec<String>, EnvironmentError> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let domains: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if domains.iter().all(|domain| domain.bytes().all(is_letter)) {
        return Ok(domains);
    }
    Err(EnvironmentError::expected(ALIYUN_VOD_DOMAINS, "names of domains separated by spaces"))
}

#[cfg(test)]
mod tests {
    use variables::{
        ALIYUN_IMS_SECRET_ID, ALIYUN_VOD_ENDPOINT, ALIYUN_VOD_SECRET_ID, CI_BUCKETS, IMS_ENDPOINT, INTAKE, RUNTIME_API,
        SUB_APP_ID, TENCENT_CI_SECRET_ID, TENCENT_ENDPOINT, TENCENT_VOD_SECRET_ID,
    };

    use super::*;
    use crate::access_key::AccessKeySource;

    const ALL: [(&str, &str); 7] = [
        (INTAKE, "stdout"),
        (RUNTIME_API, "localhost:9001"),
        (CONFIRM, "tencent-ci:moderation tencent-vod:all"),
        (CONFIRM_QUEUE, "https://sqs.eu-central-1.amazonaws.com/123456789012/confirm"),
        (TENCENT_CI_SECRET_ID, "s1"),
        (TENCENT_VOD_SECRET_ID, "s2"),
        (CI_BUCKETS, "media-1250000000/ap-guangzhou"),
    ];

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, QueryError> {
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(lookup)
    }

    #[test]
    fn each_product_of_the_choice_has_a_vendor() {
        let configuration = read(&ALL).unwrap();
        let of = |configuration: &Configuration| -> Vec<String> {
            let secret = |vendor: &VendorConfiguration| match &vendor.query.access_key {
                AccessKeySource::Secret(secret) => secret.id.clone(),
                AccessKeySource::Environment(_) => panic!("{vendor:?}"),
            };
            configuration.vendors.iter().map(secret).collect()
        };
        assert_eq!(of(&configuration), ["s1", "s2"]);
        assert_eq!(configuration.patience.within, Duration::from_mins(10));
        assert!(configuration.vendors.iter().all(|vendor| vendor.per_minute == 600));
        let vod = [&ALL[..], &[(CONFIRM, "tencent-ci: tencent-vod:upload"), (TENCENT_CI_SECRET_ID, "")]].concat();
        assert_eq!(of(&read(&vod).unwrap()), ["s2"]);
        let aliyun = [
            &ALL[..],
            &[
                (CONFIRM, "aliyun-ims:all aliyun-vod:transcode"),
                (ALIYUN_IMS_SECRET_ID, "s3"),
                (ALIYUN_VOD_SECRET_ID, "s4"),
                (IMS_ENDPOINT, "https://ice.cn-shanghai.aliyuncs.com"),
                (ALIYUN_VOD_ENDPOINT, "https://vod.cn-shanghai.aliyuncs.com"),
                (ALIYUN_VOD_DOMAINS, "media.example.com vod.example.com"),
            ],
        ];
        let aliyun = read(&aliyun.concat()).unwrap();
        assert_eq!(of(&aliyun), ["s3", "s4"]);
        assert_eq!(aliyun.domains, ["media.example.com", "vod.example.com"]);
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (name, value) in [
            (INTAKE, "kafka:Please"),
            (CONFIRM, ""),
            (CONFIRM, "tencent-ci:Please"),
            (CONFIRM_QUEUE, "Please"),
            (CONFIRM_QUEUE, ""),
            (CONFIRM_WITHIN, "0"),
            (CONFIRM_WITHIN, "Please"),
            (CONFIRM_PER_MINUTE, "Please"),
            (TENCENT_CI_SECRET_ID, ""),
            (TENCENT_VOD_SECRET_ID, " "),
            (CI_BUCKETS, "Please"),
            (CI_BUCKETS, ""),
            (TENCENT_ENDPOINT, "http://Please"),
            (SUB_APP_ID, "Please"),
            (ALIYUN_VOD_DOMAINS, "https://Please"),
        ] {
            let error = read(&[&ALL[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("expected"), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
        let outside = read(&[&ALL[..], &[(RUNTIME_API, "")]].concat()).unwrap_err();
        assert!(matches!(outside, QueryError::Environment(EnvironmentError::NotInLambda)));
    }
}
