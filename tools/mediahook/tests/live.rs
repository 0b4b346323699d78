//! `mediahook tail` and `mediahook replay` against the AWS APIs on this machine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use callbacks::Product;
use emulator::aws::{AwsClient, Resources};
use emulator::moto::Moto;
use emulator::proxy::Proxy;
use fake_vendors::query::{Job, QueryVendor};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const REGION: &str = "eu-central-1";

/// A stack in moto with an archive, under the name that the tool looks for.
struct Stack {
    moto: Moto,
    aws: AwsClient,
    resources: Resources,
}

impl Stack {
    fn create() -> Self {
        let moto = Moto::start().unwrap();
        let aws = AwsClient::new(&moto.url()).unwrap();
        let resources = Resources::create(&aws, "mediahook", 1, 3).unwrap();
        let bus = format!("arn:aws:events:{REGION}:123456789012:event-bus/{}", resources.bus);
        let archive =
            aws.call("AWSEvents.CreateArchive", &json!({"ArchiveName": "all", "EventSourceArn": bus})).unwrap();
        let outputs = json!({
            "EventBusName": {"Value": resources.bus},
            "EventArchiveArn": {"Value": archive.get("ArchiveArn")},
            "LedgerTableName": {"Value": resources.table},
            "IntakeQueueUrl": {"Value": resources.queue},
            "OverflowBucketName": {"Value": resources.bucket},
            "DeadLetterQueueUrl": {"Value": resources.dead_letter_queue},
            "DeadLetterQueueArn": {"Value": format!("arn:aws:sqs:{REGION}:123456789012:mediahook-dead")},
        });
        let parameters = json!({
            "ReconcileTencentVod": {"Type": "String", "Default": "workflow,upload"},
            "ConfirmTencentVod": {"Type": "String", "Default": "edit"},
        });
        let resources_of = json!({"Topic": {"Type": "AWS::SNS::Topic"}});
        let template = json!({"Parameters": parameters, "Resources": resources_of, "Outputs": outputs});
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "CreateStack")
            .append_pair("Version", "2010-05-15")
            .append_pair("StackName", "mediahook")
            .append_pair("TemplateBody", &template.to_string())
            .finish();
        let created = reqwest::blocking::Client::builder()
            .no_proxy()
            // moto loads most of itself for this call.
            .timeout(Duration::from_mins(5))
            .build()
            .unwrap()
            .post(moto.url())
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/cloudformation/aws4_request"),
            )
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .unwrap();
        assert!(created.status().is_success(), "{created:?}");
        Self { moto, aws, resources }
    }

    fn tool(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediahook"));
        command.args(arguments).env_clear().envs([
            ("AWS_ENDPOINT_URL", self.moto.url().as_str()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("NO_PROXY", "127.0.0.1"),
        ]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.tool(arguments).output().unwrap()
    }

    /// Publishes the event of a sample, as dispatch does.
    fn publish(&self, product: &str, case: &str) -> Value {
        let event = text(&self.run(&["decode", product, case]).stdout);
        let event: Value = serde_json::from_str(&event).unwrap();
        let entry = json!({
            "EventBusName": self.resources.bus,
            "Source": format!("mediahook.{product}"),
            "DetailType": event.get("type"),
            "Detail": event.to_string(),
        });
        let put = self.aws.call("AWSEvents.PutEvents", &json!({"Entries": [entry]})).unwrap();
        assert_eq!(put.get("FailedEntryCount"), Some(&0.into()), "{put}");
        event
    }

    /// Names of the rules and the queues that `tail` and `replay` have created.
    fn left(&self) -> Vec<String> {
        let rules = self.aws.call("AWSEvents.ListRules", &json!({"EventBusName": self.resources.bus})).unwrap();
        let queues = self.aws.call("AmazonSQS.ListQueues", &json!({})).unwrap();
        let rules = rules.get("Rules").and_then(Value::as_array).unwrap().iter();
        let rules = rules.map(|rule| rule.get("Name").unwrap().as_str().unwrap().to_owned());
        let queues = queues.get("QueueUrls").and_then(Value::as_array).unwrap().iter();
        let queues = queues.map(|url| url.as_str().unwrap().to_owned());
        rules
            .chain(queues)
            .filter(|name| name.contains("mediahook-tail-") || name.contains("mediahook-replay-"))
            .collect()
    }

    /// Writes to the ledger that an event was published at this time, in Unix seconds.
    fn published(&self, id: &str, time: i64) {
        let expiry = time + 45 * 24 * 60 * 60;
        let item = json!({"id": {"S": id}, "state": {"S": "completed"}, "expires_at": {"N": expiry.to_string()}});
        let put = json!({"TableName": self.resources.table, "Item": item});
        self.aws.call("DynamoDB_20120810.PutItem", &put).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `mediahook tail`, which is killed when it is dropped, and whose rule and queue exist.
struct Tail {
    process: Child,
    notes: BufReader<std::process::ChildStderr>,
}

impl Tail {
    fn start(stack: &Stack, arguments: &[&str]) -> Self {
        let mut process =
            stack.tool(&[&["tail"], arguments].concat()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut tail = Self { notes: BufReader::new(process.stderr.take().unwrap()), process };
        let note = tail.note();
        assert!(note.contains("are printed until Ctrl+C"), "{note}");
        tail
    }

    fn note(&mut self) -> String {
        let mut line = String::new();
        self.notes.read_line(&mut line).unwrap();
        line
    }

    /// What it has printed when it has ended.
    fn ended(mut self) -> (bool, String, String) {
        let (mut printed, mut notes) = (String::new(), String::new());
        self.process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        self.notes.read_to_string(&mut notes).unwrap();
        (self.process.wait().unwrap().success(), printed, notes)
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}

/// A consumer that answers 204 to one request, whose body it returns.
fn consumer() -> (String, std::thread::JoinHandle<Value>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let received = std::thread::spawn(move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let headers: Vec<String> =
            reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        let length =
            headers.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        reader.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        serde_json::from_slice(&body).unwrap()
    });
    (url, received)
}

#[test]
fn events_are_printed_and_handed_on_and_nothing_is_left() {
    let stack = Stack::create();
    let (url, received) = consumer();
    let tail = Tail::start(&stack, &["--type", "media.snapshot.*", "--forward", &url, "--count", "1"]);
    assert_eq!(stack.left().len(), 2, "a rule and a queue");
    stack.publish("aliyun-ims", "transcode-complete");
    let event = stack.publish("aliyun-ims", "snapshot-complete");
    let (is_success, printed, notes) = tail.ended();
    assert!(is_success, "{notes}");
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), event);
    let envelope = received.join().unwrap();
    assert_eq!(envelope.get("detail"), Some(&event));
    assert_eq!(envelope.get("detail-type"), event.get("type"));
    assert_eq!(envelope.get("source"), Some(&"mediahook.aliyun-ims".into()));
    assert!(notes.contains("answered 204"), "{notes}");
    assert_eq!(stack.left(), Vec::<String>::new());
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let stack = Stack::create();
    for signal in ["INT", "TERM", "HUP"] {
        let tail = Tail::start(&stack, &[]);
        assert_eq!(stack.left().len(), 2, "a rule and a queue");
        Command::new("kill").args(["-s", signal, &tail.process.id().to_string()]).status().unwrap();
        let (is_success, _, notes) = tail.ended();
        assert!(is_success && notes.contains("are removed"), "{signal}: {notes}");
        assert_eq!(stack.left(), Vec::<String>::new(), "{signal}");
    }
}

#[test]
fn what_cannot_be_tailed_is_told() {
    let stack = Stack::create();
    for (arguments, expected) in [
        (&["tail", "--stack", "another"][..], "the stack another could not be described"),
        (&["tail", "--bus", "nowhere"], "the rule could not be created on the bus nowhere"),
    ] {
        let output = stack.run(arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(expected), "{output:?}");
    }
    assert_eq!(stack.left(), Vec::<String>::new());
    let without_region =
        stack.tool(&["tail"]).env_remove("AWS_REGION").env("AWS_EC2_METADATA_DISABLED", "true").output();
    let told = text(&without_region.unwrap().stderr);
    assert!(told.contains("no region: set AWS_REGION"), "{told}");
}

#[test]
fn a_replay_is_started_only_when_it_is_told_to() {
    let stack = Stack::create();
    // 2026-11-24T10:30:00Z is in the window, the others are not.
    for (id, time) in [("a", 1_795_516_200), ("b", 1_795_516_200 + 3_600), ("c", 1_795_516_200 - 3_600)] {
        stack.published(id, time);
    }
    let event = stack.publish("aliyun-ims", "snapshot-complete");
    let target = &stack.resources.target;
    assert_eq!(stack.aws.drain(target).unwrap().len(), 1);
    let window = ["replay", "--since", "2026-11-24T10:00:00Z", "--until", "2026-11-24T11:00:00Z"];
    let replay = |more: &[&str]| {
        let output = stack.run(&[&window, more].concat());
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };

    let dry = replay(&[]);
    assert_eq!(
        dry,
        "would replay 1 event published from 2026-11-24T10:00:00Z until 2026-11-24T11:00:00Z, to every rule; --yes does it\n"
    );
    assert!(stack.aws.drain(target).unwrap().is_empty(), "a dry run has sent something");

    let done = replay(&["--rule", "all", "--if-missing", "--yes"]);
    assert!(done.starts_with("replays 1 event ") && done.contains("to all\n"), "{done}");
    let again = stack.aws.drain(target).unwrap();
    let [message] = &again[..] else { panic!("{again:?}") };
    let envelope: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(envelope.get("detail"), Some(&event));
    assert!(envelope.get("replay-name").unwrap().as_str().unwrap().starts_with("mediahook-"));

    let nothing = replay(&["--if-missing", "--yes"]);
    assert!(nothing.starts_with("nothing to do: mediahook-"), "{nothing}");
    assert!(stack.aws.drain(target).unwrap().is_empty());
    let once_more = replay(&["--yes"]);
    assert!(once_more.starts_with("replays 1 event "), "{once_more}");
}

/// Events of one type are published once more, each once, and no rule but the tool's own sees the replay that they are taken from.
#[test]
fn events_of_one_type_are_published_once_more() {
    let stack = Stack::create();
    let snapshot = stack.publish("aliyun-ims", "snapshot-complete");
    stack.publish("aliyun-ims", "transcode-complete");
    let other = stack.publish("tencent-ci", "task-finish-snapshot-xml");
    assert_eq!(stack.publish("aliyun-ims", "snapshot-complete"), snapshot, "published twice");
    let target = &stack.resources.target;
    assert_eq!(stack.aws.drain(target).unwrap().len(), 4);
    let since = ["--since", "2026-11-24T10:00:00Z", "--until", "2026-11-24T11:00:00Z"];
    let arguments = [&["replay", "--type", "media.snapshot.*", "--wait", "0"], &since[..]].concat();
    // moto hands a replay to every rule, whatever it is to be handed to: what was published has no name of a replay.
    let published = || -> Vec<Value> {
        let messages = stack.aws.drain(target).unwrap();
        let envelopes = messages.iter().map(|message| serde_json::from_str::<Value>(&message.body).unwrap());
        envelopes.filter(|envelope| envelope.get("replay-name").is_none()).collect()
    };

    let dry = stack.run(&arguments);
    let window = "published from 2026-11-24T10:00:00Z until 2026-11-24T11:00:00Z";
    let told = format!("would publish once more: 2 events of type media.snapshot.* {window}; --yes does it\n");
    assert_eq!(text(&dry.stdout), told, "{dry:?}");
    assert!(published().is_empty(), "a dry run has published something");
    assert_eq!(stack.left(), Vec::<String>::new());

    let proxy = Proxy::start(&stack.moto.url()).unwrap();
    let done = stack
        .tool(&[&arguments[..], &["--yes"]].concat())
        .env("AWS_ENDPOINT_URL", proxy.server().url())
        .env(variables::CA_BUNDLE, proxy.server().ca_bundle())
        .output()
        .unwrap();
    assert_eq!(
        text(&done.stdout),
        format!("published once more: 2 events of type media.snapshot.* {window}\n"),
        "{done:?}"
    );
    let calls = proxy.take_calls();
    let call =
        |name: &str| calls.iter().find(|call| call.operation.ends_with(name)).map(emulator::proxy::Call::json).unwrap();
    let rule = call("PutRule").get("Name").unwrap().as_str().unwrap().to_owned();
    let replay = call("StartReplay");
    let rules = replay.pointer("/Destination/FilterArns").and_then(Value::as_array).unwrap();
    assert!(rules.len() == 1 && rules.iter().all(|arn| arn.as_str().unwrap().ends_with(&rule)), "{rules:?}");
    let again = published();
    let mut ids: Vec<&Value> = again.iter().map(|envelope| envelope.pointer("/detail/id").unwrap()).collect();
    let mut expected = vec![snapshot.get("id").unwrap(), other.get("id").unwrap()];
    ids.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!(ids, expected);
    for envelope in &again {
        let source = envelope.pointer("/detail/source").unwrap().as_str().unwrap().replace("/aliyun/", "aliyun-");
        let source = format!("mediahook.{}", source.replace("/tencent/", "tencent-"));
        assert_eq!(envelope.get("source"), Some(&source.into()));
        assert_eq!(envelope.get("detail-type"), envelope.pointer("/detail/type"));
    }
    assert_eq!(stack.left(), Vec::<String>::new());

    // What looked for a type is no replay of that time.
    let replayed = stack.run(&[&["replay", "--if-missing", "--yes"], &since[..]].concat());
    assert!(text(&replayed.stdout).starts_with("replays "), "{replayed:?}");
}

#[test]
fn dead_letters_are_counted_and_moved_only_when_it_is_told_to() {
    let stack = Stack::create();
    let nothing = stack.run(&["replay", "--dead-letters"]);
    assert_eq!(text(&nothing.stdout), "nothing to do: there are no dead letters\n");
    for _ in 0..3 {
        let message = json!({"QueueUrl": stack.resources.dead_letter_queue, "MessageBody": "[]"});
        stack.aws.call("AmazonSQS.SendMessage", &message).unwrap();
    }
    let dry = stack.run(&["replay", "--dead-letters"]);
    assert_eq!(text(&dry.stdout), "would move 3 dead letters back to the queue; --yes does it\n");

    // moto has no redrive: what it is asked for is what AWS is asked for.
    let proxy = Proxy::start(&stack.moto.url()).unwrap();
    let output = stack
        .tool(&["replay", "--dead-letters", "--yes"])
        .env("AWS_ENDPOINT_URL", proxy.server().url())
        .env(variables::CA_BUNDLE, proxy.server().ca_bundle())
        .output()
        .unwrap();
    let calls = proxy.take_calls();
    let moved =
        calls.iter().find(|call| call.operation.ends_with("StartMessageMoveTask")).map(emulator::proxy::Call::json);
    let moved = moved.unwrap_or_else(|| panic!("{output:?}"));
    let arn = format!("arn:aws:sqs:{REGION}:123456789012:mediahook-dead");
    assert_eq!(moved.get("SourceArn"), Some(&arn.into()));
    assert!(moved.get("DestinationArn").is_none(), "each goes back to the queue that it came from");
    assert!(text(&output.stderr).contains("the redrive could not be started"), "{output:?}");
}

#[test]
fn a_window_that_is_none_is_told() {
    let stack = Stack::create();
    let output = stack.run(&["replay", "--since", "2026-11-24T10:00:00Z", "--until", "2026-11-24T10:00:00Z"]);
    assert!(text(&output.stderr).contains("is not before --until"), "{output:?}");
    let output = stack.run(&["replay"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--since"), "{output:?}");
}

/// What the stack has not published is put into its queue, known as the stack itself would know it.
#[test]
fn what_is_missing_is_stored_in_the_queue() {
    let stack = Stack::create();
    let vendor = QueryVendor::start(Product::TencentVod);
    let task = |id: &str, mode: &str, kind: &str| {
        format!(
            r#"{{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{{"TaskId":"{id}","Status":"FINISH","ErrCode":0,"FileId":"1","TasksNotifyMode":"{mode}","Note":"{kind}","MediaProcessResultSet":[]}}}}"#
        )
    };
    let edit =
        r#"{"EventType":"EditMediaComplete","EditMediaCompleteEvent":{"TaskId":"t-4","Status":"FINISH","ErrCode":0}}"#;
    let ago = Timestamp::now() - SignedDuration::from_mins(10);
    for body in [task("t-1", "Finish", ""), task("t-2", "None", ""), task("t-3", "Finish", ""), edit.to_owned()] {
        vendor.add(Job::ended(body, ago));
    }
    // The stack has published one of them, after it began to look for what is missing.
    let item = json!({"id": {"S": "tencent-vod/task/t-3/succeeded"}, "state": {"S": "completed"}});
    let item = json!({"TableName": stack.resources.table, "Item": item});
    stack.aws.call("DynamoDB_20120810.PutItem", &item).unwrap();
    let run = || {
        let output = stack.tool(&["reconcile", "tencent-vod", "--store"]).envs(vendor.environment()).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let (out, note) = run();
    let names: Vec<&str> = out.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["tencent-vod/task/t-1", "tencent-vod/task/t-4"], "{note}");
    assert!(note.contains("4 jobs ended, the events of 2 of them were stored"), "{note}");
    let messages = stack.aws.drain(&stack.resources.queue).unwrap();
    let events = messages.iter().flat_map(|message| serde_json::from_str::<Vec<Value>>(&message.body).unwrap());
    let events: Vec<Value> = events.collect();
    let marks: Vec<_> =
        events.iter().map(|event| (event.get("origin").cloned(), event.get("jobend").cloned())).collect();
    // The stack looks for uploads and workflows only: all others it knows by their ids.
    let came = |end: Option<&str>| (Some(json!("reconciled")), end.map(|end| json!(end)));
    assert_eq!(marks, [came(Some("tencent-vod/task/t-1/succeeded")), came(None)]);
    // The stack confirms edits, and the vendor itself told of this one.
    let confirmations: Vec<_> = events.iter().map(|event| event.get("confirmation").cloned()).collect();
    assert_eq!(confirmations, [None, Some(json!("confirmed"))]);
    assert_eq!(vendor.complaints(), "");
}
