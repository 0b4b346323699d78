//! A function that does nothing: what the runtime itself costs.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_runtime::run(service_fn(async |_: LambdaEvent<Box<RawValue>>| {
        Ok::<Value, Error>(json!({"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}))
    })))
}
