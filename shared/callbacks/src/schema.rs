//! The JSON Schemas of what a consumer receives, made from the types.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::event::{CloudEvent, DATA_SCHEMA, MediaEvent};

/// Names the schema of the whole event, envelope included.
pub const CLOUD_EVENT_SCHEMA: &str = "urn:mediahook:cloudevent:1";

/// The schema of an event's `data`, which its `dataschema` names.
#[must_use]
pub fn event_schema() -> Schema {
    schema::<MediaEvent>(DATA_SCHEMA)
}

/// The schema of the whole event: the envelope, and `data` in it.
#[must_use]
pub fn cloud_event_schema() -> Schema {
    schema::<CloudEvent>(CLOUD_EVENT_SCHEMA)
}

/// JSON Schema 2020-12 of what `T` is written as. A member that is absent is left out, never null.
fn schema<T: JsonSchema>(id: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    schema
}

/// Takes null out of the types that schemars gives an `Option`.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|of| of == "null");
    for keyword in ["type", "anyOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(keyword) else { continue };
        choices.retain(|choice| !is_null(choice));
        let [only] = choices.as_mut_slice() else { continue };
        let only = only.take();
        schema.remove(keyword);
        match only {
            Value::Object(inner) => inner.into_iter().for_each(|(key, value)| drop(schema.insert(key, value))),
            of_type => drop(schema.insert(keyword.to_owned(), of_type)),
        }
    }
}
