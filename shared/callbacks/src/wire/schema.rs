//! JSON Schemas of the vendors' structs: what the vendors send, as the types here read it.
//!
//! They are made by a test, so that no function carries them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{
    CamelCase, Decimal, Embedded, Integer, Many, One, Text, Texts, Time, UnixTime, Unused, UserData, WithHead,
};

/// Gives a type one schema, which stands where it is used.
macro_rules! inline {
    ($type:ty, $($schema:tt)+) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($schema)+)
            }
        }
    };
}

inline!(Text, { "type": ["string", "number", "boolean", "null"] });
inline!(Integer, { "type": ["integer", "string", "null"], "pattern": r"^\s*(-?\d+(\.0*)?)?\s*$" });
inline!(Decimal, { "type": ["number", "string", "null"], "pattern": r"^\s*(-?\d+(\.\d*)?([eE][-+]?\d+)?(/\d+)?)?\s*$" });
inline!(Time, { "type": ["string", "null"] });
inline!(UnixTime, { "type": ["integer", "string", "null"], "pattern": r"^\s*\d*\s*$" });
inline!(Texts, {
    "type": ["array", "string", "number", "null"],
    "items": { "type": ["string", "number", "boolean", "null"] }
});
// Whatever the customer attached.
inline!(UserData, {});

/// Gives a type that holds another a schema made of that.
macro_rules! inline_of {
    ($type:ident<$of:ident>, $make:expr) => {
        impl<$of: JsonSchema> JsonSchema for $type<$of> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $of::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let make: fn(Schema) -> Schema = $make;
                make(generator.subschema_for::<$of>())
            }
        }
    };
}

// One object; in JSON that was XML an element without content is an empty string.
inline_of!(One<T>, |one| json_schema!({ "anyOf": [one, nothing()] }));
// Several objects; a single one may stand there as itself.
inline_of!(
    Many<T>,
    |item| json_schema!({ "anyOf": [{ "type": "array", "items": { "anyOf": [item, nothing()] } }, item, nothing()] })
);
inline_of!(Unused<T>, |unused| unused);
// JSON in a string, or the thing itself.
inline_of!(Embedded<T>, |inner| json_schema!({
    "anyOf": [{ "type": "string", "contentMediaType": "application/json", "contentSchema": inner }, inner]
}));

/// What stands for no object.
fn nothing() -> Value {
    json!({ "enum": [null, ""] })
}

impl<T: JsonSchema> JsonSchema for CamelCase<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("CamelCase<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            let camel_case = std::mem::take(properties);
            properties.extend(
                camel_case.into_iter().flat_map(|(key, value)| spellings(&key).map(|key| (key, value.clone()))),
            );
        }
        schema
    }
}

/// A key in `camelCase`, in the three spellings.
fn spellings(key: &str) -> [String; 3] {
    let mut letters = key.chars();
    let pascal_case = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    let mut snake_case = String::new();
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            snake_case.push('_');
        }
        snake_case.push(letter.to_ascii_lowercase());
    }
    [key.to_owned(), pascal_case, snake_case]
}

impl<H: JsonSchema, B: JsonSchema> JsonSchema for WithHead<H, B> {
    fn schema_name() -> Cow<'static, str> {
        B::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("WithHead<{}, {}>", H::schema_id(), B::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = B::json_schema(generator);
        let mut head = H::json_schema(generator);
        for keyword in ["properties", "patternProperties"] {
            let Some(Value::Object(members)) = head.remove(keyword) else { continue };
            let own = schema.ensure_object().entry(keyword).or_insert_with(|| Map::new().into());
            if let Value::Object(own) = own {
                for (key, value) in members {
                    own.entry(key).or_insert(value);
                }
            }
        }
        schema
    }
}
