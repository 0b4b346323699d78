//! How a product's query API is asked.

use callbacks::Product;
use lookup::ConfigurationError;
use variables::{ALIYUN_IMS_SECRET_ID, ALIYUN_VOD_SECRET_ID, TENCENT_CI_SECRET_ID, TENCENT_VOD_SECRET_ID};

use crate::access_key::AccessKeySource;
use crate::environment::{Environment, EnvironmentError};

/// How a product's query API is asked.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) lookup: lookup::Configuration,
    pub(crate) access_key: AccessKeySource,
}

/// The configuration is invalid. The message never has a value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueryError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Lookup(#[from] ConfigurationError),
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// How the API of a product is asked, whose access key is in a secret.
    pub(crate) fn query(&self, product: Product) -> Result<Query, QueryError> {
        let variable = secret_variable(product);
        let secret = self.secret_named(variable)?;
        let secret = secret.ok_or_else(|| EnvironmentError::expected(variable, "the name or ARN of a secret"))?;
        let lookup = lookup::Configuration::from_variables(product, |name| self.text(name))?;
        Ok(Query { lookup, access_key: AccessKeySource::Secret(secret) })
    }
}

/// The variable with the secret of a product.
fn secret_variable(product: Product) -> &'static str {
    match product {
        Product::AliyunVod => ALIYUN_VOD_SECRET_ID,
        Product::AliyunIms => ALIYUN_IMS_SECRET_ID,
        Product::TencentCi => TENCENT_CI_SECRET_ID,
        Product::TencentVod => TENCENT_VOD_SECRET_ID,
    }
}
