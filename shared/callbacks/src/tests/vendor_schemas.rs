//! The schemas of the vendors' events in `schema/vendor/`, which are made of the structs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Validator};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{all_payloads, events};
use crate::event::CloudEvent;
use crate::{Product, aliyun, kinds, tencent};

/// Where the schemas are. `WRITE_SCHEMAS=1` writes them.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/vendor")
}

fn id(file: &str) -> String {
    format!("urn:mediahook:vendor:{}", file.trim_end_matches(".schema.json"))
}

/// All files: one for each event, and one for each product with the structs of its events.
fn schemas() -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for product in Product::ALL {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let events = match product {
            Product::AliyunVod => aliyun::vod_schemas(&mut generator),
            Product::AliyunIms => aliyun::ims_schemas(&mut generator),
            Product::TencentCi => tencent::ci::schemas(&mut generator),
            Product::TencentVod => tencent::vod::schemas(&mut generator),
        };
        let structs = format!("{product}.schema.json");
        for (name, schema) in events {
            let file = format!("{product}.{name}.schema.json");
            let head = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": id(&file),
                "title": format!("{name} of {product}"),
                "type": "object",
            });
            let mut whole = elsewhere(schema.to_value(), &structs);
            if let (Value::Object(whole), Value::Object(head)) = (&mut whole, head) {
                whole.extend(head);
            }
            files.insert(file, whole);
        }
        let definitions = generator.take_definitions(true);
        let definitions: Map<String, Value> =
            definitions.into_iter().map(|(name, schema)| (name, plain(schema))).collect();
        let all = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": id(&structs),
            "title": format!("What the events of {product} are made of"),
            "$defs": definitions,
        });
        files.insert(structs, all);
    }
    files
}

/// A schema whose references are to the file of the product's structs.
fn elsewhere(mut schema: Value, structs: &str) -> Value {
    visit(&mut schema, &mut |object| {
        if let Some(Value::String(reference)) = object.get_mut("$ref") {
            *reference = format!("{}{reference}", id(structs));
        }
    });
    plain(schema)
}

/// A schema without the defaults and requirements of our structs, and with the lines of descriptions joined.
fn plain(mut schema: Value) -> Value {
    visit(&mut schema, &mut |object| {
        object.remove("default");
        // Vendors leave out whatever they like.
        object.remove("required");
        if let Some(Value::String(description)) = object.get_mut("description") {
            let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
            *description = paragraphs.collect::<Vec<_>>().join("\n\n");
        }
    });
    schema
}

/// Visits each schema in a schema. Names of properties are no keywords.
fn visit(schema: &mut Value, work: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            work(object);
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("properties" | "patternProperties" | "$defs", Value::Object(members)) => {
                        members.values_mut().for_each(|member| visit(member, work));
                    }
                    (_, value) => visit(value, work),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, work)),
        _ => {}
    }
}

fn text_of(schema: &Value) -> String {
    format!("{schema:#}\n")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests read files, and the environment")]
fn the_schemas_are_in_step() {
    let folder = folder();
    let schemas = schemas();
    if std::env::var_os("WRITE_SCHEMAS").is_some() {
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, schema) in &schemas {
            std::fs::write(folder.join(file), text_of(schema)).unwrap();
        }
    }
    let present: BTreeSet<String> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(present, schemas.keys().cloned().collect(), "run `make events`");
    for (file, schema) in schemas {
        let text = std::fs::read_to_string(folder.join(&file)).unwrap();
        assert!(text == text_of(&schema), "run `make events`: schema/vendor/{file} differs");
    }
}

/// The validator of each file.
pub(crate) struct Validators(BTreeMap<String, Validator>);

pub(crate) fn validators() -> Validators {
    let schemas = schemas();
    let resources = schemas.iter().map(|(file, schema)| (id(file), schema.clone()));
    let registry = Registry::new().extend(resources).unwrap().prepare().unwrap();
    let options = jsonschema::options().with_registry(&registry);
    Validators(schemas.iter().map(|(file, schema)| (file.clone(), options.build(schema).unwrap())).collect())
}

impl Validators {
    /// What the schema of an event has against its `vendor`; `None` where it is no event that has a schema.
    pub(crate) fn problems(&self, event: &CloudEvent) -> Option<Vec<String>> {
        let data = event.data()?;
        let (name, vendor) = (data.event.as_deref()?, data.vendor.as_ref()?);
        let validator = self.0.get(&file_of(data.product, name))?;
        let vendor: Value = serde_json::from_str(vendor.get()).unwrap();
        let told = validator.iter_errors(&vendor).map(|error| format!("{error} at {}", error.instance_path()));
        Some(told.collect())
    }
}

/// The file of an event by the vendor's name: all tags of Cloud Infinite's jobs have one.
fn file_of(product: Product, event: &str) -> String {
    format!("{product}.{}.schema.json", event.split('/').next().unwrap())
}

#[test]
fn every_event_has_a_schema() {
    let schemas = schemas();
    for (product, event, _) in kinds() {
        assert!(schemas.contains_key(&file_of(product, &event)), "{product} {event}");
    }
}

/// What the vendors send is what the schemas say.
#[test]
fn every_payload_is_valid() {
    let validators = validators();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for (product, file, body) in all_payloads() {
        for event in events(product, &body) {
            let Some(told) = validators.problems(&event) else { continue };
            problems.extend(told.into_iter().map(|problem| format!("{product}/{file}: {problem}")));
            seen.insert(file_of(event.source, event.vendorevent.as_deref().unwrap()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(seen.len() > 80, "{}", seen.len());
}

/// A value of another type is none that the vendors send.
#[test]
fn the_schemas_are_strict_where_the_vendors_are() {
    let validators = validators();
    for (file, event, is_valid) in [
        ("aliyun-vod.FileUploadComplete", json!({ "EventType": "FileUploadComplete", "Size": 1 }), true),
        ("aliyun-vod.FileUploadComplete", json!({ "EventType": "FileUploadComplete", "Size": "1" }), true),
        ("aliyun-vod.FileUploadComplete", json!({ "EventType": "FileUploadComplete", "Size": "large" }), false),
        ("aliyun-vod.FileUploadComplete", json!({ "EventTime": 7 }), false),
        ("aliyun-ims.SnapshotComplete", json!({ "MessageBody": { "JobId": "j" } }), true),
        ("aliyun-ims.SnapshotComplete", json!({ "MessageBody": { "JobId": {} } }), false),
        ("tencent-vod.NewFileUpload", json!({ "FileUploadEvent": { "FileId": "1", "MetaData": {} } }), true),
        ("tencent-vod.NewFileUpload", json!({ "FileUploadEvent": { "FileId": [] } }), false),
        ("tencent-ci.TaskFinish", json!({ "JobsDetail": { "Progress": "100" } }), true),
        ("tencent-ci.TaskFinish", json!({ "JobsDetail": [{ "Progress": "most" }] }), false),
    ] {
        let validator = &validators.0[&format!("{file}.schema.json")];
        assert_eq!(validator.is_valid(&event), is_valid, "{file}: {event}");
    }
}
