//! A release as whoever deploys it gets it: the archive is verified and unpacked, and the functions in its zips do their work.
//!
//! `make test-package` runs it with a release, in `PACKAGE_ARCHIVE`. Without, the functions of this build are packaged.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use callbacks::{Product, decode};
use emulator::moto::Moto;
use emulator::poller::poll;
use emulator::stack::Stack;
use emulator::{Emulator, FunctionResponse, built, expected_events, requests, root, vendor};
use fake_vendors::{QueueKind, Vendor};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The functions of the package: a folder for each, with its `bootstrap`.
static FUNCTIONS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package");
    std::fs::remove_dir_all(&folder).unwrap_or_default();
    std::fs::create_dir_all(&folder).unwrap();
    let archive = std::env::var_os("PACKAGE_ARCHIVE").map_or_else(|| package(&folder), PathBuf::from);
    unpack(&archive, &folder)
});

static MOTO: LazyLock<Moto> = LazyLock::new(|| Moto::start().unwrap());

/// Longer than any message is on its way here.
const LIMIT: Duration = Duration::from_mins(2);

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn python() -> Command {
    Command::new(root().join(".venv/bin/python"))
}

/// Packages the functions of this build, without their symbols, as `make package` does with a release's.
fn package(folder: &Path) -> PathBuf {
    let programs = folder.join("programs");
    let mut functions = Vec::new();
    for entry in root().join("functions").read_dir().unwrap() {
        let function = entry.unwrap().file_name().into_string().unwrap();
        let target = programs.join(&function);
        std::fs::create_dir_all(&target).unwrap();
        run(Command::new("strip").arg("-o").arg(target.join("bootstrap")).arg(built(&function).unwrap()));
        functions.push(function);
    }
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let mut command = python();
    command.arg(root().join("deploy/package.py")).args(["--version", "0.0.0", "--architecture", architecture]);
    run(command.arg("--programs").arg(&programs).arg("--output").arg(folder).args(functions));
    folder.join(format!("mediahook-0.0.0-{architecture}.tar.gz"))
}

/// What the README says for a downloaded release, and what Lambda does with each zip.
fn unpack(archive: &Path, folder: &Path) -> PathBuf {
    let checksums = archive.with_file_name(format!("{}.sha256", archive.file_name().unwrap().to_str().unwrap()));
    run(Command::new("sha256sum").arg("--check").arg(&checksums).current_dir(archive.parent().unwrap()));
    let unpacked = folder.join("unpacked");
    std::fs::create_dir(&unpacked).unwrap();
    run(Command::new("tar").arg("--extract").arg("--file").arg(archive).arg("--directory").arg(&unpacked));
    let release = unpacked.read_dir().unwrap().next().unwrap().unwrap().path();
    let functions = folder.join("functions");
    run(python().args(["-c", include_str!("unzip.py")]).arg(release).arg(&functions));
    functions
}

/// The release in a stack of its own, with a rule that sends all events to a queue.
fn stack(name: &str) -> Stack {
    Stack::create(&MOTO, name).unwrap().with_programs(FUNCTIONS.clone())
}

/// Puts a secret into Secrets Manager, as the template or its reader does.
fn put_secret(stack: &Stack, name: &str, secret: &Value) {
    let body = json!({"Name": name, "SecretString": secret.to_string()});
    stack.aws.call("secretsmanager.CreateSecret", &body).unwrap();
}

/// The events at the rule's target, after dispatch has emptied the intake queue.
fn published(stack: &Stack) -> Vec<Value> {
    let dispatch = stack.dispatch(&[]).unwrap();
    let started = Instant::now();
    while stack.aws.length(&stack.resources.queue).unwrap() > 0 {
        assert!(started.elapsed() < LIMIT, "messages are left in the queue");
        poll(&stack.aws, &stack.resources.queue, 10, &dispatch).unwrap();
    }
    let messages = stack.aws.drain(&stack.resources.target).unwrap();
    messages
        .iter()
        .map(|message| serde_json::from_str::<Value>(&message.body).unwrap().get_mut("detail").unwrap().take())
        .collect()
}

/// The product's function with a secret of the credentials by which callbacks are authenticated.
fn receiver(stack: &Stack, product: Product) -> Emulator {
    let members: Map<String, Value> = vendor::environment(product)
        .iter()
        .map(|(name, value)| (name.trim_start_matches("MEDIAHOOK_").to_lowercase(), json!(value)))
        .collect();
    let secret = format!("release/{product}");
    put_secret(stack, &secret, &members.into());
    stack.product(product, &[(variables::SECRET_ID, &secret)]).unwrap()
}

#[test]
fn the_first_signed_callback_reaches_a_rules_target() {
    for product in Product::ALL {
        let stack = stack(&format!("receives-{product}"));
        let function = receiver(&stack, product);
        let (_, request) = requests(product).unwrap().remove(0);
        let request: Value = serde_json::from_str(&request).unwrap();
        let now = Timestamp::now();
        let signed = vendor::sent(product, request.clone(), &vendor::signing(product, now)).unwrap().to_string();
        let FunctionResponse { status_code, body } = function.invoke(&signed).unwrap();
        assert_eq!(status_code, 200, "{product}: {body}");
        // Nobody else gets in.
        assert_eq!(function.invoke(&request.to_string()).unwrap().status_code, 401, "{product}");
        let expected = expected_events(product, &signed).unwrap();
        let expected: Vec<Value> = expected.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
        assert!(!expected.is_empty(), "{product}");
        assert_eq!(published(&stack), expected, "{product}");
    }
}

#[test]
fn what_waits_in_a_vendors_queue_reaches_a_rules_target() {
    for kind in [QueueKind::Tencent, QueueKind::Mns] {
        let bodies: Vec<String> =
            (0..20).map(|number| format!(r#"{{"EventType":"New","Status":"success","JobId":"{number}"}}"#)).collect();
        let vendor = Vendor::start(kind, &bodies);
        let stack = stack(kind.function());
        let environment = vendor.environment();
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let function = stack.storing(kind.function(), &environment).unwrap();
        let answer: Value = serde_json::from_str(&function.invoke_raw("{}").unwrap()).unwrap();
        assert_eq!(answer.get("errorMessage"), None, "{kind:?}");
        assert_eq!((vendor.left(), vendor.complaints().as_str()), (0, ""), "{kind:?}");
        let mut expected: Vec<String> = bodies
            .iter()
            .flat_map(|body| decode(kind.product(), body.as_bytes(), Timestamp::now()))
            .map(|event| event.id)
            .collect();
        let mut ids: Vec<String> =
            published(&stack).iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        expected.sort();
        ids.sort();
        assert_eq!(ids, expected, "{kind:?}");
    }
}
