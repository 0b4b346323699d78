//! Whether an event is what its schema says.

use std::sync::LazyLock;

use callbacks::{CloudEvent, cloud_event_schema};
use jsonschema::Validator;

/// The validator of events; why there is none, which would be a mistake in the schema.
static VALIDATOR: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
    jsonschema::validator_for(cloud_event_schema().as_value()).map_err(|error| format!("the schema: {error}"))
});

/// What is wrong with an event by the schema that consumers have: where, and what.
pub(crate) fn problems(event: &CloudEvent) -> Vec<String> {
    let validator = match &*VALIDATOR {
        Ok(validator) => validator,
        Err(error) => return vec![error.clone()],
    };
    let event = serde_json::to_value(event).unwrap_or_default();
    validator.iter_errors(&event).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_is_wrong_with_an_event_is_told() {
        let events = decode(Product::AliyunIms, br#"{"EventType":"SnapshotComplete"}"#, Timestamp::UNIX_EPOCH);
        let [event] = &events[..] else { panic!("{events:?}") };
        assert_eq!(problems(event), Vec::<String>::new());
        let wrong = CloudEvent { id: "no id".to_owned(), ..event.clone() };
        let told = problems(&wrong);
        assert!(matches!(&told[..], [problem] if problem.starts_with("/id: ")), "{told:?}");
    }
}
