//! From which member of the vendor's event a field of ours comes, found by experiment: take a value away, decode again, and see what
//! changes. So it is right for whatever the parser does, and the parser knows nothing of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use callbacks::{CloudEvent, Product, decode};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The largest event that is traced, in bytes, and the most values of it.
const MOST_BYTES: usize = 256 * 1024;
const MOST_LEAVES: usize = 1_000;

/// Fields that are not of the vendor's event, or are named by another.
const OURS: [&str; 4] = ["vendor", "product", "kind", "outcome"];

/// Where the fields of an event come from.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Provenance {
    pub(crate) fields: Vec<Field>,
    /// How many values the vendor's event has.
    pub(crate) leaves: usize,
    pub(crate) too_large: bool,
}

/// A field, and where it comes from.
#[derive(Debug, PartialEq, serde::Serialize)]
pub(crate) struct Field {
    pub(crate) path: String,
    pub(crate) sources: Vec<String>,
    /// By what the vendor's number was multiplied.
    pub(crate) factor: Option<f64>,
}

/// A value in the vendor's event.
#[derive(Debug, Clone)]
struct Node {
    path: String,
    /// Where it is in the text; in the text of a string in it, and so on.
    at: Vec<Range<usize>>,
    raw: String,
    is_leaf: bool,
}

/// Traces an event.
pub(crate) fn trace(event: &CloudEvent) -> Provenance {
    let vendor = event.data().and_then(|data| data.vendor.as_ref());
    let Some(vendor) = vendor.map(|vendor| vendor.get()) else { return Provenance::default() };
    let product = event.source;
    let nodes = nodes(vendor);
    let leaves: Vec<&Node> = nodes.iter().filter(|node| node.is_leaf).collect();
    if vendor.len() > MOST_BYTES || leaves.len() > MOST_LEAVES {
        return Provenance { leaves: leaves.len(), too_large: true, ..Provenance::default() };
    }
    let base = traceable(event, product, vendor);
    let changes = |text: &str| changed(&base, &decoded(product, text));
    let mut found = Found::default();
    for leaf in &leaves {
        found.add(std::slice::from_ref(&leaf.path), changes(&spliced(vendor, &leaf.at, "null")));
    }
    // For fields with two sources: all members of one value together.
    let mut alike: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for leaf in &leaves {
        alike.entry(leaf.raw.as_str()).or_default().push(leaf);
    }
    if found.lacks(&base) {
        for group in alike.into_values().filter(|group| (2..=20).contains(&group.len())) {
            let paths: Vec<String> = group.iter().map(|node| node.path.clone()).collect();
            found.add_new(&paths, changes(&without(vendor, &paths)));
        }
    }
    // For what depends on shape or name: an object or list gone, a leaf another word.
    if found.lacks(&base) {
        for node in nodes.iter().filter(|node| !node.is_leaf && !node.path.is_empty()) {
            found.add_new(std::slice::from_ref(&node.path), changes(&spliced(vendor, &node.at, "null")));
        }
        for leaf in &leaves {
            found.add_new(std::slice::from_ref(&leaf.path), changes(&spliced(vendor, &leaf.at, r#""another""#)));
        }
    }
    let values: BTreeMap<&str, &str> = leaves.iter().map(|leaf| (leaf.path.as_str(), leaf.raw.as_str())).collect();
    let fields: Vec<Field> = base
        .iter()
        .filter_map(|(path, value)| {
            let sources = found.sources(path)?;
            let factor = sources.first().and_then(|source| factor(values.get(source.as_str())?, value));
            Some(Field { path: path.clone(), sources, factor })
        })
        .collect();
    Provenance { fields, leaves: leaves.len(), too_large: false }
}

/// What changed each field: the sources, and how many fields changed with it.
#[derive(Default)]
struct Found(BTreeMap<String, (usize, Vec<String>)>);

impl Found {
    fn add(&mut self, sources: &[String], changed: Vec<String>) {
        let many = changed.len();
        for field in changed {
            let known = self.0.get(&field).map(|(many, _)| *many);
            if known.is_none_or(|known| many < known) {
                self.0.insert(field, (many, sources.to_vec()));
            }
        }
    }

    /// The same for fields of which nothing is known.
    fn add_new(&mut self, sources: &[String], changed: Vec<String>) {
        for field in changed {
            self.0.entry(field).or_insert_with(|| (usize::MAX, sources.to_vec()));
        }
    }

    fn lacks(&self, base: &BTreeMap<String, Value>) -> bool {
        base.keys().any(|field| !self.0.contains_key(field))
    }

    fn sources(&self, field: &str) -> Option<Vec<String>> {
        self.0.get(field).map(|(_, sources)| sources.clone())
    }
}

/// The fields of an event that can come from the vendor's: not the time of receipt.
fn traceable(event: &CloudEvent, product: Product, vendor: &str) -> BTreeMap<String, Value> {
    let mut fields = fields(event);
    if decoded(product, vendor).get("time") != fields.get("time") {
        fields.remove("time");
    }
    fields
}

/// The fields of a vendor's event that came at a time of no vendor's.
fn decoded(product: Product, vendor: &str) -> BTreeMap<String, Value> {
    decode(product, vendor.as_bytes(), Timestamp::UNIX_EPOCH).first().map(fields).unwrap_or_default()
}

/// The fields of an event, by their paths.
fn fields(event: &CloudEvent) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    let data = event.data().and_then(|data| serde_json::to_value(data).ok());
    if let Some(Value::Object(members)) = data {
        for (name, value) in members {
            if !OURS.contains(&name.as_str()) {
                flatten(name, value, &mut fields);
            }
        }
    }
    fields.insert("time".to_owned(), event.time.to_string().into());
    fields.insert("type".to_owned(), event.r#type.to_string().into());
    if let Some(subject) = &event.subject {
        fields.insert("subject".to_owned(), subject.clone().into());
    }
    fields
}

fn flatten(path: String, value: Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if path != "user_data" => {
            for (name, value) in members {
                flatten(format!("{path}.{name}"), value, fields);
            }
        }
        Value::Array(items) if path != "user_data" => {
            for (number, value) in items.into_iter().enumerate() {
                flatten(format!("{path}[{number}]"), value, fields);
            }
        }
        value => drop(fields.insert(path, value)),
    }
}

/// The fields that have another value, or are gone.
fn changed(base: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> Vec<String> {
    base.iter().filter(|(path, value)| other.get(*path) != Some(value)).map(|(path, _)| path.clone()).collect()
}

/// By what a number was multiplied, where it was.
fn factor(source: &str, value: &Value) -> Option<f64> {
    let number = |text: &str| text.trim_matches('"').parse::<f64>().ok();
    let (source, value) = (number(source)?, value.as_f64()?);
    if source == 0.0 || (source - value).abs() < f64::EPSILON {
        return None;
    }
    let factor = value / source;
    let known = [1000.0, 1024.0, 1_000_000.0, 100.0, 10.0, 0.1, 0.01, 0.001, 0.000_001];
    known.into_iter().find(|known| (factor / known - 1.0).abs() < 1e-6)
}

/// All values of a text, with those of JSON in strings, each before what is in it.
fn nodes(text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    collect(text, "", &[], &mut nodes);
    nodes
}

/// The members of an object in their order, or the items of a list.
enum Members<'a> {
    Object(Vec<(Cow<'a, str>, &'a RawValue)>),
    List(Vec<&'a RawValue>),
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object or a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = object.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members::Object(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Members::List(items))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

fn collect(text: &str, path: &str, outer: &[Range<usize>], nodes: &mut Vec<Node>) {
    let Ok(members) = serde_json::from_str::<Members<'_>>(text) else { return };
    let start = text.as_ptr() as usize;
    let members: Vec<(String, &RawValue)> = match members {
        Members::Object(members) => members.into_iter().map(|(name, value)| (joined(path, &name), value)).collect(),
        Members::List(items) => {
            items.into_iter().enumerate().map(|(number, value)| (format!("{path}[{number}]"), value)).collect()
        }
    };
    for (path, value) in members {
        let raw = value.get();
        let from = raw.as_ptr() as usize - start;
        let mut at = outer.to_vec();
        at.push(from..from + raw.len());
        let inner = raw.starts_with('"').then(|| serde_json::from_str::<String>(raw).ok()).flatten();
        let embedded = inner.as_deref().map(str::trim).filter(|inner| inner.starts_with(['{', '[']));
        let embedded = embedded.filter(|inner| serde_json::from_str::<Members<'_>>(inner).is_ok());
        let is_leaf = embedded.is_none() && !raw.starts_with(['{', '[']);
        if is_leaf && ["null", "\"\""].contains(&raw) {
            continue;
        }
        nodes.push(Node { path: path.clone(), at: at.clone(), raw: raw.to_owned(), is_leaf });
        match (&inner, embedded) {
            (Some(inner), Some(_)) => collect(inner, &path, &at, nodes),
            _ if !is_leaf => collect_in(raw, &path, outer, from, nodes),
            _ => {}
        }
    }
}

/// The values of an object or list in the same text.
fn collect_in(raw: &str, path: &str, outer: &[Range<usize>], from: usize, nodes: &mut Vec<Node>) {
    let first = nodes.len();
    collect(raw, path, outer, nodes);
    let level = outer.len();
    for node in nodes.iter_mut().skip(first) {
        if let Some(range) = node.at.get_mut(level) {
            *range = range.start + from..range.end + from;
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The text with another value in this place.
fn spliced(text: &str, at: &[Range<usize>], value: &str) -> String {
    let Some((first, rest)) = at.split_first() else { return text.to_owned() };
    let (before, behind) = (text.get(..first.start).unwrap_or_default(), text.get(first.end..).unwrap_or_default());
    if rest.is_empty() {
        return format!("{before}{value}{behind}");
    }
    let inner: String = text.get(first.clone()).and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
    let inner = serde_json::to_string(&spliced(&inner, rest, value)).unwrap_or_default();
    format!("{before}{inner}{behind}")
}

/// The text without the values at these paths.
fn without(text: &str, paths: &[String]) -> String {
    let mut text = text.to_owned();
    for path in paths {
        let at = nodes(&text).into_iter().find(|node| node.path == *path).map(|node| node.at);
        if let Some(at) = at {
            text = spliced(&text, &at, "null");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traced(product: Product, body: &str) -> BTreeMap<String, (Vec<String>, Option<f64>)> {
        let events = decode(product, body.as_bytes(), "2026-01-02T03:04:05Z".parse().unwrap());
        let fields = trace(&events[0]).fields;
        fields.into_iter().map(|field| (field.path, (field.sources, field.factor))).collect()
    }

    #[test]
    fn values_are_found_in_strings_in_strings() {
        let text = r#"{"a":1,"b":{"c":"x","d":[true,"{\"e\":\"{\\\"f\\\":2}\"}"]},"g":null}"#;
        let nodes = nodes(text);
        let leaves: Vec<&str> = nodes.iter().filter(|node| node.is_leaf).map(|node| node.path.as_str()).collect();
        assert_eq!(leaves, ["a", "b.c", "b.d[0]", "b.d[1].e.f"]);
        for node in nodes.iter().filter(|node| node.is_leaf) {
            let again: Value = serde_json::from_str(&spliced(text, &node.at, "\"new\"")).unwrap();
            assert_ne!(again, serde_json::from_str::<Value>(text).unwrap(), "{}", node.path);
        }
        let last = nodes.last().unwrap();
        assert_eq!(
            spliced(text, &last.at, "7"),
            r#"{"a":1,"b":{"c":"x","d":[true,"{\"e\":\"{\\\"f\\\":7}\"}"]},"g":null}"#
        );
    }

    #[test]
    fn a_field_leads_to_its_source() {
        let body = r#"{"EventType":"FileUploadComplete","EventTime":"2022-07-15T08:48:14Z","UserId":1,"VideoId":"v",
            "FileUrl":"http://a.example/x.mp4","Size":7,"Status":"success"}"#;
        let fields = traced(Product::AliyunVod, body);
        assert_eq!(fields["media.id"].0, ["VideoId"]);
        assert_eq!(fields["media.size"].0, ["Size"]);
        assert_eq!(fields["account"].0, ["UserId"]);
        assert_eq!(fields["status"].0, ["Status"]);
    }
}

#[cfg(test)]
mod samples {
    use std::path::Path;

    use super::*;

    /// Of all fields of the test data's events, at least 99 in a hundred lead to a source. Every seventh payload is traced;
    /// `TRACE_ALL` traces all.
    #[test]
    fn nearly_every_field_has_a_source() {
        let every = if std::env::var_os("TRACE_ALL").is_some() { 1 } else { 7 };
        let (mut fields_in_all, mut missing) = (0, Vec::new());
        for product in Product::ALL {
            let folder =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/callbacks/testdata").join(product.slug());
            let folders = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
            let mut files: Vec<_> =
                folders.flat_map(|event| event.read_dir().unwrap()).map(|entry| entry.unwrap().path()).collect();
            files.retain(|file| file.extension().is_some_and(|ending| ending != "snap"));
            files.sort();
            for file in files.iter().step_by(every) {
                for event in decode(product, &std::fs::read(file).unwrap(), "2026-01-02T03:04:05Z".parse().unwrap()) {
                    let traced = trace(&event);
                    let vendor = event.data().and_then(|data| data.vendor.as_ref()).map_or("", |vendor| vendor.get());
                    let all = traceable(&event, product, vendor);
                    let all = if traced.too_large { BTreeMap::new() } else { all };
                    fields_in_all += all.len();
                    missing.extend(
                        all.into_keys()
                            .filter(|path| !traced.fields.iter().any(|field| field.path == *path))
                            .map(|path| format!("{}: {path}", file.display())),
                    );
                }
            }
        }
        assert!(missing.len() * 100 <= fields_in_all, "{} of {fields_in_all}: {missing:#?}", missing.len());
    }
}
