//! The resources of a stack, as its outputs name them, and the parameters that it was made with.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;

use super::aws;
use crate::failure::Failure;

/// A stack's outputs and parameters.
pub(crate) struct Stack {
    name: String,
    outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
}

impl Stack {
    /// Reads the outputs and the parameters of the stack of this name.
    pub(crate) async fn describe(configuration: &SdkConfig, name: &str) -> Result<Self, Failure> {
        let described = Client::new(configuration).describe_stacks().stack_name(name).send().await;
        let described = described.map_err(aws(&format!("the stack {name} could not be described")))?;
        let outputs = described.stacks().iter().flat_map(aws_sdk_cloudformation::types::Stack::outputs);
        let outputs =
            outputs.filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())));
        let parameters = described.stacks().iter().flat_map(aws_sdk_cloudformation::types::Stack::parameters);
        let parameters =
            parameters.filter_map(|own| Some((own.parameter_key()?.to_owned(), own.parameter_value()?.to_owned())));
        Ok(Self { name: name.to_owned(), outputs: outputs.collect(), parameters: parameters.collect() })
    }

    /// The output of this name. `cure` says what makes the stack have it.
    pub(super) fn output(&self, key: &str, cure: &str) -> Result<&str, Failure> {
        let output = self.find(key);
        output.ok_or_else(|| Failure::Failed(format!("the stack {} has no output {key}: {cure}", self.name)))
    }

    /// The output of this name, if the stack has it.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.outputs.get(key).map(String::as_str)
    }

    /// The parameter of this name; empty if the stack has none.
    pub(crate) fn parameter(&self, key: &str) -> &str {
        self.parameters.get(key).map_or("", String::as_str)
    }
}
