//! A table that evaluates the requests of [`Table`](crate::ledger::Table) as they are.
//!
//! It knows the part of `DynamoDB`'s expressions that they are made of, and panics at any other.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::AttributeValue;

/// The attributes of an item, by their names.
pub(super) type Item = BTreeMap<String, Value>;

/// The value of an attribute: a string or a whole number. Values of different types are never equal, nor is one less.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

/// The table's answer to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    Done,
    /// The condition did not hold. This is the item, if there is one.
    Refused(Option<Item>),
}

/// A table whose partition key is `id`.
#[derive(Debug, Default, Clone, Hash)]
pub(super) struct Items(pub(super) BTreeMap<String, Item>);

impl Items {
    pub(super) fn put(&mut self, input: &PutItemInput) -> Written {
        let item = read(input.item());
        let Some(Value::Text(key)) = item.get("id").cloned() else { panic!("no key: {item:?}") };
        self.write(&key, input.condition_expression(), input, |items| drop(items.insert(key.clone(), item)))
    }

    pub(super) fn update(&mut self, input: &UpdateItemInput) -> Written {
        let key = key(input.key());
        let update = input.update_expression().expect("an update");
        self.write(&key, input.condition_expression(), input, |items| {
            let item =
                items.entry(key.clone()).or_insert_with(|| Item::from([("id".to_owned(), Value::Text(key.clone()))]));
            for assignment in update.strip_prefix("SET ").expect("SET").split(", ") {
                let (name, value) = assignment.split_once(" = ").expect("an assignment");
                item.insert(input.name(name).to_owned(), input.value(value));
            }
        })
    }

    pub(super) fn delete(&mut self, input: &DeleteItemInput) -> Written {
        let key = key(input.key());
        self.write(&key, input.condition_expression(), input, |items| drop(items.remove(&key)))
    }

    fn write(
        &mut self,
        key: &str,
        condition: Option<&str>,
        terms: &impl Terms,
        write: impl FnOnce(&mut BTreeMap<String, Item>),
    ) -> Written {
        let found = self.0.get(key);
        if condition.is_some_and(|condition| !holds(condition, terms, found.unwrap_or(&Item::new()))) {
            return Written::Refused(found.cloned());
        }
        write(&mut self.0);
        Written::Done
    }
}

/// What the names and values of an expression stand for.
pub(super) trait Terms {
    fn names(&self) -> Option<&HashMap<String, String>>;
    fn values(&self) -> Option<&HashMap<String, AttributeValue>>;

    fn name(&self, name: &str) -> &str {
        self.names().and_then(|names| names.get(name)).unwrap_or_else(|| panic!("no name {name}"))
    }

    fn value(&self, value: &str) -> Value {
        self.values().and_then(|values| values.get(value)).map_or_else(|| panic!("no value {value}"), of)
    }
}

macro_rules! terms {
    ($($input:ty),*) => {$(
        impl Terms for $input {
            fn names(&self) -> Option<&HashMap<String, String>> {
                self.expression_attribute_names()
            }
            fn values(&self) -> Option<&HashMap<String, AttributeValue>> {
                self.expression_attribute_values()
            }
        }
    )*};
}

terms!(PutItemInput, UpdateItemInput, DeleteItemInput);

/// Attributes as the SDK has them.
pub(super) fn read(attributes: Option<&HashMap<String, AttributeValue>>) -> Item {
    attributes.into_iter().flatten().map(|(name, value)| (name.clone(), of(value))).collect()
}

/// Attributes as the SDK wants them.
pub(super) fn attributes(item: &Item) -> HashMap<String, AttributeValue> {
    let attribute = |value: &Value| match value {
        Value::Text(text) => AttributeValue::S(text.clone()),
        Value::Number(number) => AttributeValue::N(number.to_string()),
    };
    item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn key(key: Option<&HashMap<String, AttributeValue>>) -> String {
    match read(key).remove("id") {
        Some(Value::Text(key)) => key,
        other => panic!("no key: {other:?}"),
    }
}

fn of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::Text(text.clone()),
        AttributeValue::N(number) => Value::Number(number.parse().expect("a whole number")),
        other => panic!("{other:?} is not understood"),
    }
}

/// Whether a condition holds for an item, which has no attributes where there is none.
pub(super) fn holds(condition: &str, terms: &impl Terms, item: &Item) -> bool {
    let spaced = condition.replace('(', " ( ").replace(')', " ) ");
    let mut condition = Condition { words: spaced.split_whitespace().peekable(), terms, item };
    let holds = condition.either();
    assert_eq!(condition.words.next(), None, "the condition is not understood");
    holds
}

struct Condition<'a, T, W: Iterator> {
    words: std::iter::Peekable<W>,
    terms: &'a T,
    item: &'a Item,
}

impl<'a, T: Terms, W: Iterator<Item = &'a str>> Condition<'a, T, W> {
    /// `AND` binds closer than `OR`. Both sides are always read.
    fn either(&mut self) -> bool {
        let mut holds = self.both();
        while self.words.next_if_eq(&"OR").is_some() {
            holds |= self.both();
        }
        holds
    }

    fn both(&mut self) -> bool {
        let mut holds = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        match self.words.next() {
            Some("NOT") => !self.one(),
            Some("(") => {
                let holds = self.either();
                self.expect(")");
                holds
            }
            Some("attribute_not_exists") => !self.exists(),
            Some("attribute_exists") => self.exists(),
            Some(name) => {
                let found = self.item.get(self.terms.name(name));
                let operator = self.words.next().unwrap_or_default();
                let value = self.terms.value(self.words.next().unwrap_or_default());
                // What is not there is different from every value, and neither less nor greater.
                found.map_or(operator == "<>", |found| compare(found, operator, &value))
            }
            None => panic!("the condition is not understood"),
        }
    }

    fn exists(&mut self) -> bool {
        self.expect("(");
        let name = self.words.next().unwrap_or_default();
        self.expect(")");
        self.item.contains_key(self.terms.name(name))
    }

    fn expect(&mut self, word: &str) {
        assert_eq!(self.words.next(), Some(word), "the condition is not understood");
    }
}

fn compare(found: &Value, operator: &str, value: &Value) -> bool {
    let order = match (found, value) {
        (Value::Text(found), Value::Text(value)) => Some(found.cmp(value)),
        (Value::Number(found), Value::Number(value)) => Some(found.cmp(value)),
        _ => None,
    };
    match operator {
        "=" => order.is_some_and(std::cmp::Ordering::is_eq),
        "<>" => !order.is_some_and(std::cmp::Ordering::is_eq),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        _ => panic!("{operator} is not understood"),
    }
}
