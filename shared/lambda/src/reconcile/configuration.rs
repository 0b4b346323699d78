//! The configuration of the function that reconciles.

use std::time::Duration;

use callbacks::{Origin, Product};
use delivery::{Aws, LedgerTarget};
use lookup::{Choice, Marks};
use variables::{FUNCTION_NAME, LEDGER, RECONCILE, RECONCILE_GRACE, RECONCILE_LONGEST_JOB};

use super::NAME;
use crate::environment::{Environment, IntakeConfiguration};
use crate::query::{Query, QueryError};

/// The configuration of the function.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) aws: Aws,
    pub(super) intake: IntakeConfiguration,
    pub(super) ledger: LedgerTarget,
    /// What is noted on the events. Its choice says which are looked for.
    pub(super) marks: Marks,
    /// How long ago a job ended at least.
    pub(super) grace: Duration,
    /// The longest that a job runs.
    pub(super) longest_job: Duration,
    /// The function's own name, which no other has had.
    pub(super) function: String,
    /// One for each product of the choice.
    pub(super) queries: Vec<(Product, Query)>,
}

impl Configuration {
    /// Reads the variables that `variable` looks up. An empty one counts as not set.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, QueryError> {
        let environment = Environment(variable);
        let intake = environment.intake()?;
        let ledger = environment.required(LEDGER)?;
        let choice: Choice = environment.required(RECONCILE)?;
        let grace = Duration::from_secs(environment.seconds(RECONCILE_GRACE, 60..=86_400, 900)?);
        let longest_job = Duration::from_secs(environment.seconds(RECONCILE_LONGEST_JOB, 60..=604_800, 21_600)?);
        let query = |product| Ok((product, environment.query(product)?));
        let queries = choice.products().map(query).collect::<Result<_, QueryError>>()?;
        let marks = environment.marks(Origin::Reconciled)?;
        let function = environment.text(FUNCTION_NAME).unwrap_or_else(|| NAME.to_owned());
        environment.in_lambda()?;
        Ok(Self { aws: environment.aws(), intake, ledger, marks, grace, longest_job, function, queries })
    }
}

#[cfg(test)]
mod tests {
    use variables::{
        ALIYUN_IMS_SECRET_ID, ALIYUN_VOD_ENDPOINT, ALIYUN_VOD_SECRET_ID, CI_BUCKETS, IMS_ENDPOINT, INTAKE, RUNTIME_API,
        TENCENT_CI_SECRET_ID, TENCENT_VOD_SECRET_ID,
    };

    use super::*;
    use crate::environment::EnvironmentError;

    const ALL: [(&str, &str); 7] = [
        (INTAKE, "stdout"),
        (LEDGER, "memory"),
        (RUNTIME_API, "localhost:9001"),
        (RECONCILE, "tencent-ci:transcode tencent-vod:all"),
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
    fn each_product_of_the_choice_is_asked() {
        let products = |variables: &[_]| {
            let configuration = read(&[&ALL[..], variables].concat()).unwrap();
            configuration.queries.iter().map(|(product, _)| *product).collect::<Vec<_>>()
        };
        assert_eq!(products(&[]), [Product::TencentCi, Product::TencentVod]);
        let vod = [(RECONCILE, "tencent-ci: tencent-vod:upload"), (TENCENT_CI_SECRET_ID, "")];
        assert_eq!(products(&vod), [Product::TencentVod]);
        let aliyun = [
            (RECONCILE, "aliyun-vod:all aliyun-ims:snapshot"),
            (ALIYUN_VOD_SECRET_ID, "s3"),
            (ALIYUN_VOD_ENDPOINT, "https://vod.cn-shanghai.aliyuncs.com"),
            (ALIYUN_IMS_SECRET_ID, "s4"),
            (IMS_ENDPOINT, "https://ice.cn-shanghai.aliyuncs.com"),
        ];
        assert_eq!(products(&aliyun), [Product::AliyunVod, Product::AliyunIms]);
        let configuration = read(&ALL).unwrap();
        assert_eq!(
            (configuration.grace, configuration.longest_job),
            (Duration::from_mins(15), Duration::from_hours(6))
        );
        assert_eq!(configuration.function, "reconcile");
        assert_eq!(read(&[&ALL[..], &[(FUNCTION_NAME, "stack-1")]].concat()).unwrap().function, "stack-1");
    }

    #[test]
    fn a_wrong_value_is_told_without_repeating_it() {
        for (name, value) in [
            (INTAKE, "kafka:Please"),
            (LEDGER, "Please"),
            (LEDGER, ""),
            (RECONCILE, ""),
            (RECONCILE, "tencent-ci:Please"),
            (RECONCILE_GRACE, "59"),
            (RECONCILE_LONGEST_JOB, "Please"),
            (TENCENT_VOD_SECRET_ID, ""),
            (CI_BUCKETS, "Please"),
        ] {
            let error = read(&[&ALL[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains("expected"), "{error}");
            assert!(!error.contains("Please"), "{error}");
        }
        let outside = read(&[&ALL[..], &[(RUNTIME_API, "")]].concat()).unwrap_err();
        assert!(matches!(outside, QueryError::Environment(EnvironmentError::NotInLambda)));
    }
}
