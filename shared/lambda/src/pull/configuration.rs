//! The configuration of a function that pulls.

use callbacks::Origin;
use delivery::Aws;
use lookup::Marks;
use queues::{AccessKey, AccessKeyError, Endpoint, mns, tencent};
use variables::{MNS_ENDPOINT, MNS_QUEUES, SECRET_ID, SUB_APP_ID, TENCENT_ENDPOINT};

use super::source::Source;
use crate::access_key::AccessKeySource;
use crate::environment::{Environment, EnvironmentError, IntakeConfiguration};

/// The configuration of a function that pulls.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) aws: Aws,
    pub(super) intake: IntakeConfiguration,
    pub(super) access_key: AccessKeySource,
    pub(super) queues: Queues,
    /// What is noted on the events.
    pub(super) marks: Marks,
}

/// Where each queue is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Queues {
    Tencent { endpoint: Endpoint, sub_app_id: Option<u64> },
    Mns { endpoint: Endpoint, names: Vec<mns::QueueName> },
}

/// The configuration is invalid. The message never has a value.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("no access key: set {SECRET_ID}, or {} and {}", .0[0], .0[1])]
    NoAccessKey([&'static str; 3]),
    #[error("{SECRET_ID} replaces {} and {}: set it or them, not both", .0[0], .0[1])]
    TwoSources([&'static str; 3]),
    #[error(transparent)]
    AccessKey(#[from] AccessKeyError),
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    pub(super) fn from_environment(
        source: Source,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, StartError> {
        let environment = Environment(variable);
        let intake = environment.intake()?;
        let queues = match source {
            Source::TencentVod => tencent_queues(&environment)?,
            Source::AliyunMns => mns_queues(&environment)?,
        };
        let access_key = access_key(source, &environment)?;
        let marks = environment.marks(Origin::Queue)?;
        environment.in_lambda()?;
        Ok(Self { aws: environment.aws(), intake, access_key, queues, marks })
    }
}

fn access_key(
    source: Source,
    environment: &Environment<impl Fn(&str) -> Option<String>>,
) -> Result<AccessKeySource, StartError> {
    let names = source.access_key_variables();
    match (environment.secret()?, names.map(|name| environment.text(name))) {
        (Some(secret), [None, None, None]) => Ok(AccessKeySource::Secret(secret)),
        (Some(_), _) => Err(StartError::TwoSources(names)),
        (None, [Some(id), Some(key), token]) => {
            let credentials = AccessKey::new(&id.into(), &key.into(), token.map(Into::into).as_ref())?;
            Ok(AccessKeySource::Environment(credentials))
        }
        (None, _) => Err(StartError::NoAccessKey(names)),
    }
}

fn tencent_queues(environment: &Environment<impl Fn(&str) -> Option<String>>) -> Result<Queues, EnvironmentError> {
    let expected = "`https://vod.tencentcloudapi.com` or `https://vod.intl.tencentcloudapi.com`";
    let invalid = || EnvironmentError::expected(TENCENT_ENDPOINT, expected);
    let endpoint = environment.text(TENCENT_ENDPOINT).unwrap_or_else(|| tencent::MAINLAND.to_owned());
    let sub_app_id = environment.text(SUB_APP_ID).map(|text| text.parse());
    let sub_app_id = sub_app_id.transpose().map_err(|_| EnvironmentError::expected(SUB_APP_ID, "a number"))?;
    Ok(Queues::Tencent { endpoint: endpoint.parse().map_err(|_| invalid())?, sub_app_id })
}

fn mns_queues(environment: &Environment<impl Fn(&str) -> Option<String>>) -> Result<Queues, EnvironmentError> {
    let endpoint = environment.text(MNS_ENDPOINT).and_then(|text| text.parse().ok());
    let endpoint = endpoint
        .ok_or_else(|| EnvironmentError::expected(MNS_ENDPOINT, "`https://<account>.mns.<region>.aliyuncs.com`"))?;
    let names = environment.text(MNS_QUEUES).unwrap_or_default();
    let names: Option<Vec<mns::QueueName>> = names.split_whitespace().map(|name| name.parse().ok()).collect();
    let names = names.filter(|names| !names.is_empty()).ok_or_else(|| {
        let expected = "names of queues, separated by spaces, each of up to 120 letters, digits and hyphens";
        EnvironmentError::expected(MNS_QUEUES, expected)
    })?;
    Ok(Queues::Mns { endpoint, names })
}

#[cfg(test)]
mod tests {
    use variables::{CONFIRM, INTAKE, RECONCILE, RUNTIME_API, SECRET_MAX_AGE};

    use super::*;
    use crate::environment::SecretConfiguration;

    const KEY: [(&str, &str); 5] = [
        (variables::TENCENTCLOUD_SECRET_ID, "SECRET1"),
        (variables::TENCENTCLOUD_SECRET_KEY, "SECRET2"),
        (variables::ALIBABA_CLOUD_ACCESS_KEY_ID, "SECRET3"),
        (variables::ALIBABA_CLOUD_ACCESS_KEY_SECRET, "SECRET4"),
        (RUNTIME_API, "localhost:9001"),
    ];
    const MNS: [(&str, &str); 2] =
        [(MNS_ENDPOINT, "https://1.mns.cn-shanghai.aliyuncs.com"), (MNS_QUEUES, " ice-callback-a  vod-b ")];

    fn read(source: Source, variables: &[(&str, &str)]) -> Result<Configuration, StartError> {
        let lookup =
            |name: &str| variables.iter().rfind(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Configuration::from_environment(source, lookup)
    }

    #[test]
    fn tencents_server_is_the_mainlands_unless_it_is_set() {
        let queues = |variables: &[_]| read(Source::TencentVod, &[&KEY[..], variables].concat()).unwrap().queues;
        let endpoint = |text: &str| text.parse().unwrap();
        let mainland = Queues::Tencent { endpoint: endpoint(tencent::MAINLAND), sub_app_id: None };
        assert_eq!(queues(&[]), mainland);
        assert_eq!(queues(&[(TENCENT_ENDPOINT, ""), (SUB_APP_ID, "")]), mainland);
        assert_eq!(
            queues(&[(TENCENT_ENDPOINT, tencent::INTERNATIONAL), (SUB_APP_ID, "1500012345")]),
            Queues::Tencent { endpoint: endpoint(tencent::INTERNATIONAL), sub_app_id: Some(1_500_012_345) }
        );
    }

    #[test]
    fn there_are_any_number_of_queues_at_alibaba_cloud() {
        let configuration = read(Source::AliyunMns, &[&KEY[..], &MNS].concat()).unwrap();
        let names = ["ice-callback-a", "vod-b"].map(|name| name.parse().unwrap()).to_vec();
        assert_eq!(configuration.queues, Queues::Mns { endpoint: MNS[0].1.parse().unwrap(), names });
        assert!(matches!(configuration.access_key, AccessKeySource::Environment(_)));
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (source, name, value) in [
            (Source::TencentVod, INTAKE, "kafka:Please"),
            (Source::TencentVod, TENCENT_ENDPOINT, "http://Please"),
            (Source::TencentVod, SUB_APP_ID, "Please"),
            (Source::TencentVod, CONFIRM, "Please"),
            (Source::TencentVod, RECONCILE, "Please"),
            (Source::AliyunMns, MNS_ENDPOINT, "Please"),
            (Source::AliyunMns, MNS_ENDPOINT, ""),
            (Source::AliyunMns, MNS_QUEUES, "a/Please"),
            (Source::AliyunMns, MNS_QUEUES, " "),
        ] {
            let error = read(source, &[&KEY[..], &MNS, &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("expected"), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
    }

    #[test]
    fn a_function_without_a_key_or_outside_of_lambda_does_not_start() {
        for source in [Source::TencentVod, Source::AliyunMns] {
            for name in &source.access_key_variables()[..2] {
                let error = read(source, &[&KEY[..], &MNS, &[(name, "")]].concat()).unwrap_err().to_string();
                assert!(error.starts_with("no access key") && error.contains(name), "{error}");
                let error = read(source, &[&KEY[..], &MNS, &[(name, "Please no")]].concat()).unwrap_err().to_string();
                assert!(!error.contains("Please"), "{error}");
            }
            let error = read(source, &[&KEY[..], &MNS, &[(RUNTIME_API, "")]].concat()).unwrap_err();
            assert!(matches!(error, StartError::Environment(EnvironmentError::NotInLambda)));
        }
    }

    #[test]
    fn a_secret_takes_the_place_of_the_variables() {
        let secret = [(SECRET_ID, "s"), (SECRET_MAX_AGE, "7"), KEY[4]];
        let AccessKeySource::Secret(SecretConfiguration { id, max_age }) =
            read(Source::TencentVod, &secret).unwrap().access_key
        else {
            panic!()
        };
        assert_eq!((id.as_str(), max_age.as_secs()), ("s", 7));
        let error = read(Source::TencentVod, &[&secret[..], &KEY].concat()).unwrap_err();
        assert!(matches!(error, StartError::TwoSources(_)));
    }
}
