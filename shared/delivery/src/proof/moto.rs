//! The table of the proof against moto's: both are given the same items and the same requests.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ReturnValuesOnConditionCheckFailure,
    ScalarAttributeType,
};
use emulator::moto::Moto;
use explorer::{Schedule, sample};
use jiff::{SignedDuration, Timestamp};

use super::table::{Item, Items, Value, Written, attributes, read};
use crate::ledger::{LEASE, Table};

/// How many items each request is tried on.
const ITEMS: u64 = 150;

const NAME: &str = "events";
const KEY: &str = "aliyun-vod/a";

async fn client(moto: &Moto) -> Client {
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(moto.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = Client::from_conf(configuration);
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
    let table = client.create_table().table_name(NAME).billing_mode(BillingMode::PayPerRequest);
    table.attribute_definitions(id.unwrap()).key_schema(key.unwrap()).send().await.unwrap();
    client
}

/// An item such as the ledger has, or with attributes that are missing; sometimes none. moto fails at comparing values of
/// different types.
fn item(schedule: &mut Schedule<'_>, now: Timestamp) -> Option<Item> {
    let mut item = Item::from([("id".to_owned(), Value::Text(KEY.to_owned()))]);
    if schedule.choose(5) == 0 {
        return None;
    }
    let text = |text: &str| Value::Text(text.to_owned());
    let around = |seconds: i64| Value::Number(now.as_second() + seconds);
    for (name, values) in [
        ("state", [text("claimed"), text("completed"), text("claim"), text(""), text("claimed")]),
        ("claim", [text("run 1"), text("run 2"), text("run"), text("run 3"), text("run 1")]),
        ("lease_until", [around(0), around(-1), around(1), around(-100), around(LEASE.as_secs())]),
    ] {
        if let Some(value) = values.get(schedule.choose(6)) {
            item.insert(name.to_owned(), value.clone());
        }
    }
    Some(item)
}

/// A condition of all that the table of the proof knows.
fn condition(schedule: &mut Schedule<'_>, depth: usize) -> String {
    let operators = ["=", "<>", "<", "<=", ">", ">="];
    match schedule.choose(if depth == 0 { 3 } else { 6 }) {
        0 => "attribute_not_exists(#state)".to_owned(),
        1 => "attribute_exists(#claim)".to_owned(),
        2 => {
            let operator = operators[schedule.choose(operators.len())];
            let (name, value) =
                [("#state", ":claimed"), ("#claim", ":owner"), ("#lease_until", ":now"), ("#claim", ":claimed")]
                    [schedule.choose(4)];
            format!("{name} {operator} {value}")
        }
        3 => format!("NOT ({})", condition(schedule, depth - 1)),
        4 => format!("{} OR {}", condition(schedule, depth - 1), condition(schedule, depth - 1)),
        _ => format!("{} AND ({})", condition(schedule, depth - 1), condition(schedule, depth - 1)),
    }
}

/// Makes both tables hold this item, or none.
async fn hold(client: &Client, items: &mut Items, item: Option<Item>) {
    let id = aws_sdk_dynamodb::types::AttributeValue::S(KEY.to_owned());
    client.delete_item().table_name(NAME).key("id", id).send().await.unwrap();
    items.0.clear();
    if let Some(item) = item {
        client.put_item().table_name(NAME).set_item(Some(attributes(&item))).send().await.unwrap();
        items.0.insert(KEY.to_owned(), item);
    }
}

async fn held(client: &Client) -> Option<Item> {
    let id = aws_sdk_dynamodb::types::AttributeValue::S(KEY.to_owned());
    let found = client.get_item().table_name(NAME).key("id", id).consistent_read(true).send().await.unwrap();
    found.item.as_ref().map(|item| read(Some(item)))
}

#[tokio::test(flavor = "current_thread")]
async fn the_table_of_the_proof_answers_as_moto_does() {
    let moto = Moto::start().unwrap();
    let client = tokio::time::timeout(Duration::from_mins(1), client(&moto)).await.unwrap();
    let table = Table::new(client.clone(), NAME.to_owned());
    let now = Timestamp::constant(1_767_323_046, 0);
    let (mut items, mut refused, mut done) = (Items::default(), 0, 0);
    for seed in 0..ITEMS {
        let (item, condition) = sample(seed, 100, |schedule| (item(schedule, now), condition(schedule, 2)));
        for request in 0..4 {
            hold(&client, &mut items, item.clone()).await;
            let (theirs, ours) = match request {
                0 => {
                    let claim = table.claiming(KEY, "run 1", now);
                    let ours = items.put(&claim.as_input().clone().build().unwrap());
                    let answer = claim.send().await;
                    let found = answer.err().map(|error| match error.into_service_error() {
                        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                            failed,
                        ) => failed.item().map(|item| read(Some(item))),
                        other => panic!("{other:?}"),
                    });
                    (found.map_or(Written::Done, Written::Refused), ours)
                }
                1 => {
                    let completion = table.completing(KEY, "run 1", now + SignedDuration::from_secs(1));
                    let ours = items.update(&completion.as_input().clone().build().unwrap());
                    (written(completion.send().await.is_ok(), &ours), ours)
                }
                2 => {
                    let release = table.releasing(KEY, "run 1");
                    let ours = items.delete(&release.as_input().clone().build().unwrap());
                    (written(release.send().await.is_ok(), &ours), ours)
                }
                _ => {
                    // A claim whose condition is any. It has every name and value, and those that it does not use are left out.
                    let claim = table.claiming(KEY, "run 1", now).condition_expression(&condition);
                    let mut input = claim.as_input().clone().build().unwrap();
                    let all = table.completing(KEY, "run 1", now).as_input().clone().build().unwrap();
                    let mut names = input.expression_attribute_names.take().unwrap();
                    names.extend(all.expression_attribute_names.unwrap());
                    names.retain(|name, _| condition.contains(name.as_str()));
                    let mut values = input.expression_attribute_values.take().unwrap();
                    values.extend(all.expression_attribute_values.unwrap());
                    values.retain(|value, _| condition.contains(value.as_str()));
                    let values = (!values.is_empty()).then_some(values);
                    let claim =
                        claim.set_expression_attribute_names(Some(names)).set_expression_attribute_values(values);
                    let claim =
                        claim.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None);
                    let ours = items.put(&claim.as_input().clone().build().unwrap());
                    (written(claim.send().await.is_ok(), &ours), ours)
                }
            };
            assert_eq!(theirs, ours, "{seed} {request} {condition} {item:?}");
            assert_eq!(held(&client).await.as_ref(), items.0.get(KEY), "{seed} {request} {condition} {item:?}");
            if ours == Written::Done { done += 1 } else { refused += 1 }
        }
    }
    assert!(done > 100 && refused > 100, "{done} {refused}");
}

/// What was done, or refused with what the table of the proof says that it found.
fn written(is_done: bool, ours: &Written) -> Written {
    match ours {
        _ if is_done => Written::Done,
        Written::Refused(item) => Written::Refused(item.clone()),
        Written::Done => Written::Refused(None),
    }
}
