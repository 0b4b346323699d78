//! `mediahook doctor` and `mediahook connect`: settings at servers that behave as the vendors' do, stacks in moto.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod misconfigurations;

use std::process::{Command, Output};
use std::time::Duration;

use callbacks::Product::{self, AliyunIms, AliyunVod, TencentCi, TencentVod};
use emulator::aws::AwsClient;
use emulator::moto::Moto;
use fake_vendors::settings::SettingsVendor;
use fake_vendors::{KEY, SUB_APP_ID, TOKEN};
use misconfigurations::{Broken, misconfigurations};
use serde_json::{Value, json};

const REGION: &str = "eu-central-1";

/// The tokens and the key in the secrets; the last is the newest.
const OLD_TOKEN: &str = "SECRETold";
const NEW_TOKEN: &str = "SECRETnew";
const SIGN_KEY: &str = "SECRETkey1";

/// The setting that a product other than Cloud Infinite has.
const SET: &str = "callback";

/// The server whose queues a stack pulls.
const MNS: &str = "https://1234567890123456.mns.cn-shanghai.aliyuncs.com";

/// A vendor for each product, and stacks in moto that receive and pull its callbacks.
struct World {
    moto: Moto,
    vendors: Vec<(Product, SettingsVendor)>,
}

impl World {
    fn start() -> Self {
        let moto = Moto::start().unwrap();
        let vendors: Vec<_> =
            Product::ALL.into_iter().map(|product| (product, SettingsVendor::start(product, NEW_TOKEN))).collect();
        let world = Self { moto, vendors };
        let aws = AwsClient::new(&world.moto.url()).unwrap();
        for product in Product::ALL {
            let name = prefix(product);
            let url = world.vendor(product).function_url();
            let secret = format!("media/{}", product.slug());
            world.create(
                product.slug(),
                &json!({format!("{name}Url"): url, format!("{name}SecretName"): secret}),
                &json!({}),
            );
            let keys = if product == TencentCi { json!([]) } else { json!([SIGN_KEY]) };
            let urls = match product {
                AliyunVod | AliyunIms => json!([with_token(&url, OLD_TOKEN), with_token(&url, NEW_TOKEN)]),
                TencentCi | TencentVod => json!([]),
            };
            let value = json!({"tokens": [OLD_TOKEN, NEW_TOKEN], "keys": keys, "callback_urls": urls});
            let create =
                json!({"Name": secret, "SecretString": value.to_string(), "ClientRequestToken": "0".repeat(32)});
            aws.call("secretsmanager.CreateSecret", &create).unwrap();
        }
        let outputs = json!({"TencentVodPullSecretName": "pull", "AliyunMnsPullSecretName": "pull"});
        let parameters = json!({
            "TencentVodPullEndpoint": world.vendor(TencentVod).url(),
            "TencentVodSubAppId": SUB_APP_ID,
            "AliyunMnsEndpoint": MNS,
            "AliyunMnsQueues": "ice-callback-events vod-events",
        });
        world.create("pulling", &outputs, &parameters);
        world.create(
            "pulling-another",
            &outputs,
            &json!({
                "TencentVodPullEndpoint": world.vendor(TencentVod).url(), "TencentVodSubAppId": "1500099999",
            }),
        );
        world.create("gone", &json!({"AliyunImsUrl": "https://127.0.0.1:1/"}), &json!({}));
        let url = world.vendor(AliyunIms).function_url();
        world.create("unsigned", &json!({"AliyunImsUrl": with_token(&url, NEW_TOKEN)}), &json!({}));
        world.create("open", &json!({"AliyunImsUrl": url, "AliyunImsSecretName": "media/open"}), &json!({}));
        let create = json!({"Name": "media/open", "SecretString": "{}", "ClientRequestToken": "1".repeat(32)});
        aws.call("secretsmanager.CreateSecret", &create).unwrap();
        world
    }

    fn create(&self, name: &str, outputs: &Value, parameters: &Value) {
        let members = |map: &Value, of: fn(&Value) -> Value| {
            map.as_object().unwrap().iter().map(|(name, value)| (name.clone(), of(value))).collect::<Value>()
        };
        let template = json!({
            "Parameters": members(parameters, |value| json!({"Type": "String", "Default": value})),
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": members(outputs, |value| json!({"Value": value})),
        });
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", "CreateStack")
            .append_pair("Version", "2010-05-15")
            .append_pair("StackName", name)
            .append_pair("TemplateBody", &template.to_string())
            .finish();
        let scope = format!("AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/cloudformation/aws4_request");
        let created = reqwest::blocking::Client::builder()
            .no_proxy()
            // moto loads most of itself for this call.
            .timeout(Duration::from_mins(5))
            .build()
            .unwrap()
            .post(self.moto.url())
            .header("authorization", scope)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .unwrap();
        assert!(created.status().is_success(), "{created:?}");
    }

    fn vendor(&self, product: Product) -> &SettingsVendor {
        &self.vendors.iter().find(|(of, _)| *of == product).unwrap().1
    }

    /// Sets all at the vendor as it should be.
    fn mend(&self, product: Product) {
        let vendor = self.vendor(product);
        vendor.reset();
        let url = with_token(&vendor.function_url(), NEW_TOKEN);
        match product {
            TencentVod => vendor.put(
                "callback",
                &[
                    ("Mode", "PUSH"),
                    ("NotificationUrl", &url),
                    ("UploadMediaCompleteEventSwitch", "ON"),
                    ("DeleteMediaCompleteEventSwitch", "ON"),
                    ("PersistenceCompleteEventSwitch", "ON"),
                    ("SignKey", SIGN_KEY),
                ],
            ),
            TencentCi => {
                // More than a page of the server's.
                for name in ["queue/p1", "queue/p2", "queue/p3", "picqueue/p4", "workflow/w1", "workflow/w2"] {
                    vendor.put(
                        name,
                        &[
                            ("Name", "a & b"),
                            ("State", "Active"),
                            ("NotifyState", "On"),
                            ("Type", "Url"),
                            ("Url", &url),
                            ("Event", "TaskFinish,WorkflowFinish"),
                            ("ResultFormat", "JSON"),
                        ],
                    );
                }
            }
            AliyunVod | AliyunIms => {
                let events = if product == AliyunVod { "ALL" } else { "TranscodeComplete,SnapshotComplete" };
                vendor.put(
                    "callback",
                    &[
                        ("CallbackType", "HTTP"),
                        ("CallbackURL", &url),
                        ("EventTypeList", events),
                        ("AuthSwitch", "on"),
                        ("AuthKey", SIGN_KEY),
                    ],
                );
            }
        }
    }

    fn run(&self, product: Product, command: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mediahook"))
            .args([command, product.slug()])
            .args(arguments)
            .env_clear()
            .envs([
                ("AWS_ENDPOINT_URL", self.moto.url().as_str()),
                ("AWS_REGION", REGION),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("NO_PROXY", "127.0.0.1,localhost"),
            ])
            .envs(self.vendor(product).environment())
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }
}

fn prefix(product: Product) -> &'static str {
    match product {
        AliyunVod => "AliyunVod",
        AliyunIms => "AliyunIms",
        TencentCi => "TencentCi",
        TencentVod => "TencentVod",
    }
}

fn with_token(url: &str, token: &str) -> String {
    format!("{url}?token={token}")
}

/// What was printed, in which no secret is.
fn text(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap()).concat();
    assert!(!text.contains("SECRET") && !text.contains(KEY) && !text.contains(TOKEN), "{text}");
    text
}

#[test]
fn each_misconfiguration_is_named() {
    let world = World::start();
    for product in Product::ALL {
        world.mend(product);
        let output = world.run(product, "doctor", &["--stack", product.slug()], &[]);
        let text = text(&output);
        assert!(output.status.success(), "{text}");
        assert!(text.contains(&format!("{product}: nothing differs")) && !text.contains('✗'), "{text}");
        assert_eq!(world.vendor(product).complaints(), "");
    }
    let all = misconfigurations();
    for Broken { product, what, by, stack, variables, arguments, line } in &all {
        world.mend(*product);
        by(world.vendor(*product));
        let stack = if stack.is_empty() { product.slug() } else { stack };
        let output = world.run(*product, "doctor", &[&["--stack", stack], *arguments].concat(), variables);
        let text = text(&output);
        assert_eq!(output.status.code(), Some(1), "{product}: {what}: {text}");
        let named = text.lines().any(|found| found.starts_with('✗') && found.contains(line));
        assert!(named, "{product}: {what}: expected {line:?} in {text}");
    }
    assert!(all.len() >= 20);
}

#[test]
fn what_differs_is_mended_and_the_rest_stays() {
    let world = World::start();
    for product in Product::ALL {
        let vendor = world.vendor(product);
        world.mend(product);
        let name = if product == TencentCi { "queue/p3" } else { SET };
        let member = match product {
            TencentVod => "NotificationUrl",
            TencentCi => "Url",
            AliyunVod | AliyunIms => "CallbackURL",
        };
        vendor.put(name, &[(member, "https://old.example/?token=SECRETold")]);
        if product == TencentVod {
            vendor.put(name, &[("DeleteMediaCompleteEventSwitch", "OFF"), ("Mode", "PULL")]);
        }
        let stack = ["--stack", product.slug()];
        // Nothing changes without being told to.
        let shown = text(&world.run(product, "connect", &stack, &[]));
        let change = format!("{member}: https://old.example/?token=•••• -> https://");
        assert!(shown.contains(&change) && shown.contains("nothing was changed; --yes does it"), "{shown}");
        assert_eq!(vendor.value(name, member), "https://old.example/?token=SECRETold");
        // A key that may only read changes nothing.
        vendor.set_read_only();
        let output = world.run(product, "connect", &[&stack[..], &["--yes"]].concat(), &[]);
        assert!(!output.status.success() && text(&output).contains("lacks a permission"));
        assert_eq!(vendor.value(name, member), "https://old.example/?token=SECRETold");
        world.mend(product);
        vendor.put(name, &[(member, "https://old.example/?token=SECRETold")]);
        let mut arguments = [&stack[..], &["--yes"]].concat();
        if product == TencentVod {
            // What is not needed stays as it is.
            vendor.put(name, &[("DeleteMediaCompleteEventSwitch", "OFF"), ("Mode", "PULL")]);
            arguments.extend(["--event", "NewFileUpload"]);
        }
        let output = world.run(product, "connect", &arguments, &[]);
        let printed = text(&output);
        assert!(output.status.success() && printed.contains("nothing differs"), "{printed}");
        assert_eq!(vendor.value(name, member), with_token(&vendor.function_url(), NEW_TOKEN));
        match product {
            TencentVod => {
                assert_eq!(vendor.value(name, "Mode"), "PUSH");
                assert_eq!(vendor.value(name, "SignKey"), SIGN_KEY);
                assert_eq!(vendor.value(name, "UploadMediaCompleteEventSwitch"), "ON");
                assert_eq!(vendor.value(name, "DeleteMediaCompleteEventSwitch"), "OFF");
            }
            TencentCi => {
                for (member, value) in [("Name", "a & b"), ("State", "Active"), ("ResultFormat", "JSON")] {
                    assert_eq!(vendor.value(name, member), value);
                }
            }
            AliyunVod => assert_eq!(vendor.value(name, "EventTypeList"), "ALL"),
            AliyunIms => assert_eq!(vendor.value(name, "EventTypeList"), "TranscodeComplete,SnapshotComplete"),
        }
        if product != TencentVod {
            let again = text(&world.run(product, "connect", &arguments, &[]));
            assert!(again.contains("nothing has to be changed") && !again.contains("->"), "{again}");
        }
        assert_eq!(vendor.complaints(), "");
    }
    queues(&world);
}

/// A queue that needs no change is not set, and what `connect` cannot change is told.
#[test]
fn connect_changes_the_queues_that_are_named() {
    let world = World::start();
    let vendor = world.vendor(TencentCi);
    world.mend(TencentCi);
    for name in ["queue/p1", "queue/p2", "workflow/w1"] {
        vendor.put(name, &[("Url", "https://old.example/?token=SECRETold")]);
    }
    vendor.put("queue/p3", &[("Event", "WorkflowFinish, TaskFinish")]);
    let connect = |arguments: &[&str]| {
        let output = world.run(TencentCi, "connect", &[&["--stack", "tencent-ci"], arguments].concat(), &[]);
        (output.status.success(), text(&output))
    };
    let (is_success, shown) = connect(&[]);
    assert!(is_success && shown.matches("nothing was changed").count() == 1, "{shown}");
    assert!(shown.matches("->").count() == 2 && shown.contains("queue p3: nothing has to be changed"), "{shown}");
    for (arguments, expected) in [
        (&["--only", "p9", "--only", "p1"][..], "no bucket has a queue or workflow p9"),
        (&["--only", "w1", "--yes"], "there is no queue to change; a workflow is set in the console"),
    ] {
        let (is_success, printed) = connect(arguments);
        assert!(!is_success && printed.contains(expected) && !printed.contains("->"), "{printed}");
    }
    let (is_success, printed) = connect(&["--only", "p1", "--yes"]);
    assert!(is_success && !printed.contains("p2"), "{printed}");
    assert_eq!(vendor.value("queue/p1", "Url"), with_token(&vendor.function_url(), NEW_TOKEN));
    assert_eq!(vendor.value("queue/p2", "Url"), "https://old.example/?token=SECRETold");
    // The workflow is not what `connect` sets.
    let output = world.run(TencentCi, "doctor", &["--stack", "tencent-ci", "--only", "w1"], &[]);
    let printed = text(&output);
    assert!(printed.contains("set it in the workflow") && !printed.contains("connect"), "{printed}");
    assert_eq!(vendor.complaints(), "");
}

#[test]
fn an_option_without_use_is_refused() {
    let world = World::start();
    for (product, command, arguments, expected) in [
        (TencentCi, "doctor", &["--event", "TaskFinish"][..], "--event is an option of the products but tencent-ci"),
        (AliyunVod, "doctor", &["--only", "p1"], "--only is an option of tencent-ci"),
        (AliyunIms, "connect", &["--app-id", "a"], "--app-id is an option of aliyun-vod"),
        (TencentVod, "connect", &["--queue", "q"], "--queue is an option of aliyun-vod and aliyun-ims"),
        (AliyunVod, "connect", &["--queue", "q", "--yes"], "--queue needs --pull"),
    ] {
        let output = world.run(product, command, &[&["--stack", product.slug()], arguments].concat(), &[]);
        let printed = text(&output);
        assert!(output.status.code() == Some(1) && printed.contains(expected), "{printed}");
    }
}

/// A stack that pulls has the vendor write to its queue.
fn queues(world: &World) {
    for product in [TencentVod, AliyunVod, AliyunIms] {
        let vendor = world.vendor(product);
        world.mend(product);
        let mut arguments = vec!["--stack", "pulling", "--yes"];
        if product == AliyunVod {
            let output = world.run(product, "connect", &arguments, &[]);
            assert!(text(&output).contains("--queue names the one") && !output.status.success());
            arguments.extend(["--queue", "vod-events"]);
        }
        let output = world.run(product, "connect", &arguments, &[]);
        let printed = text(&output);
        assert!(output.status.success() && printed.contains("nothing differs"), "{printed}");
        for (member, value) in match product {
            TencentVod => vec![("Mode", "PULL"), ("PersistenceCompleteEventSwitch", "ON")],
            AliyunVod => vec![("CallbackType", "MNS"), ("MnsQueueName", "vod-events"), ("MnsEndpoint", MNS)],
            AliyunIms | TencentCi => vec![("CallbackType", "MNS"), ("CallbackQueueName", "ice-callback-events")],
        } {
            assert_eq!(vendor.value(SET, member), value);
        }
    }
}

#[test]
fn without_a_stack_the_url_and_the_secret_are_given() {
    let vendor = SettingsVendor::start(TencentVod, NEW_TOKEN);
    let run = |arguments: &[&str]| {
        // The token in it is neither sent nor printed.
        let output = Command::new(env!("CARGO_BIN_EXE_mediahook"))
            .args(["doctor", "tencent-vod", "--json", "--url", &with_token(&vendor.function_url(), NEW_TOKEN)])
            .args(arguments)
            .env_clear()
            .env("NO_PROXY", "127.0.0.1,localhost")
            .envs(vendor.environment())
            .output()
            .unwrap();
        let text = text(&output);
        (output.status.code(), serde_json::from_str::<Value>(&text).unwrap())
    };
    vendor.put(
        SET,
        &[
            ("Mode", "PUSH"),
            ("NotificationUrl", &with_token(&vendor.function_url(), NEW_TOKEN)),
            ("UploadMediaCompleteEventSwitch", "ON"),
        ],
    );
    let file = std::env::temp_dir().join(format!("mediahook-doctor-{}.json", std::process::id()));
    std::fs::write(&file, json!({"tokens": [NEW_TOKEN]}).to_string()).unwrap();
    let needed = ["--event", "NewFileUpload"];
    let (code, unknown) = run(&needed);
    let states = |report: &Value, check: &str| {
        let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check);
        findings.map(|finding| finding["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((code, states(&unknown, "token")), (Some(0), vec!["cannot-tell".to_owned()]));
    assert_eq!(states(&unknown, "function"), ["right"]);
    let (code, report) = run(&[&needed[..], &["--secret", file.to_str().unwrap()]].concat());
    assert_eq!((code, states(&report, "token")), (Some(0), vec!["right".to_owned()]), "{report}");
    assert_eq!((&report["right"], &report["product"]), (&true.into(), &"tencent-vod".into()));
    vendor.put(SET, &[("NotificationUrl", &with_token("https://old.example/", OLD_TOKEN))]);
    let (_, report) = run(&needed);
    assert_eq!(states(&report, "url"), ["differs"], "{report}");
    vendor.put(SET, &[("NotificationUrl", &with_token(&vendor.function_url(), NEW_TOKEN))]);
    let (code, report) = run(&["--secret", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!((code, &report["right"]), (Some(1), &false.into()));
    assert_eq!(states(&report, "event"), ["right", "differs", "differs"]);
}
