//! The resources of a stack, as its outputs name them.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;

use super::aws;
use crate::failure::Failure;

/// A stack's outputs.
pub(super) struct Stack {
    name: String,
    outputs: BTreeMap<String, String>,
}

impl Stack {
    /// Reads the outputs of the stack of this name.
    pub(super) async fn describe(configuration: &SdkConfig, name: &str) -> Result<Self, Failure> {
        let described = Client::new(configuration).describe_stacks().stack_name(name).send().await;
        let described = described.map_err(aws(&format!("the stack {name} could not be described")))?;
        let outputs = described.stacks().iter().flat_map(aws_sdk_cloudformation::types::Stack::outputs);
        let outputs =
            outputs.filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())));
        Ok(Self { name: name.to_owned(), outputs: outputs.collect() })
    }

    /// The output of this name. `cure` says what makes the stack have it.
    pub(super) fn output(&self, key: &str, cure: &str) -> Result<&str, Failure> {
        let output = self.outputs.get(key).map(String::as_str);
        output.ok_or_else(|| Failure::Failed(format!("the stack {} has no output {key}: {cure}", self.name)))
    }
}
