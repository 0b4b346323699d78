use std::path::{Path, PathBuf};

use callbacks::{Product, kinds};

/// Targets of the Makefile that only other targets use.
const INNER: [&str; 14] = [
    "account",
    "browser",
    "help",
    "lint-templates",
    "lint-workflows",
    "mediahook",
    "no-browser",
    "preflight",
    "test-documents",
    "test-python",
    "test-template",
    "test-types",
    "valgrind",
    "web",
];

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `AliyunVodFunction` of `aliyun-vod`.
fn logical_id(function: &str) -> String {
    let words = function.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    format!("{}Function", words.collect::<String>())
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is in a folder.
fn paths(folder: &Path) -> Vec<PathBuf> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The words of a list in the Makefile.
fn words_of<'a>(makefile: &'a str, list: &str) -> Vec<&'a str> {
    let (_, rest) = makefile.split_once(&format!("\n{list} :=")).unwrap_or_else(|| panic!("no {list} in the Makefile"));
    let mut words = Vec::new();
    for line in rest.lines() {
        words.extend(line.split_whitespace().filter(|word| *word != "\\"));
        if !line.ends_with('\\') {
            break;
        }
    }
    words
}

#[test]
fn every_product_has_all_of_its_parts() {
    let template = read("template.yaml");
    let makefile = read("Makefile");
    let readme = read("README.md");
    let fuzz = read("fuzz/Cargo.toml");
    for product in Product::ALL {
        let slug = product.slug();
        let logical_id = logical_id(slug);
        assert!(read(format!("functions/{slug}/src/main.rs")).contains("lambda::receive(Product::"), "{slug}");
        assert!(!read(format!("shared/callbacks/testdata/{slug}/README.md")).is_empty(), "{slug}");
        assert!(root().join("events").join(slug).read_dir().unwrap().next().is_some(), "{slug}");
        assert!(template.contains(&format!("!GetAtt {logical_id}Url.FunctionUrl")), "{logical_id}");
        assert!(!read(format!("docs/setup/{slug}.md")).is_empty(), "{slug}");
        assert!(fuzz.contains(&format!("name = \"{}\"", slug.replace('-', "_"))), "{slug}");
        assert!(words_of(&makefile, "RECEIVERS").contains(&slug), "{slug}");
        assert!(readme.contains(&format!("`{slug}`")), "{slug}");
        assert!(kinds().iter().any(|(of, ..)| *of == product), "{slug}");
    }
}

/// The functions that are built are those that are deployed, under the same name.
#[test]
fn every_function_is_built_and_deployed() {
    let template = read("template.yaml");
    let makefile = read("Makefile");
    let mut functions = 0;
    for folder in root().join("functions").read_dir().unwrap() {
        let function = folder.unwrap().file_name().into_string().unwrap();
        let id = logical_id(&function);
        assert!(
            read(format!("functions/{function}/Cargo.toml")).contains(&format!("name = \"{function}\"")),
            "{function}"
        );
        assert!(template.contains(&format!("  {id}:\n    Type: AWS::Serverless::Function")), "{id}");
        assert!(makefile.contains(&format!("\n{id} := {function}\n")), "{function}");
        assert!(words_of(&makefile, "LOGICAL_IDS").contains(&id.as_str()), "{id}");
        let receivers = words_of(&makefile, "RECEIVERS");
        assert!(receivers.iter().chain(&words_of(&makefile, "FUNCTIONS")).any(|name| *name == function), "{function}");
        functions += 1;
    }
    assert_eq!(template.matches("Type: AWS::Serverless::Function").count(), functions);
}

/// `docs/operations.md` explains each parameter and alarm.
#[test]
fn the_template_is_explained() {
    let template = read("template.yaml");
    let monitoring = read("monitoring.yaml");
    let operations = read("docs/operations.md");
    let names_in = |section: &str| {
        let (_, rest) = template.split_once(&format!("\n{section}:\n")).unwrap();
        let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        names.filter(|name| name.chars().all(char::is_alphanumeric)).collect::<Vec<_>>()
    };
    let parameters = names_in("Parameters");
    assert!(parameters.len() > 5, "{parameters:?}");
    for name in parameters {
        assert!(operations.contains(&format!("`{name}`")), "docs/operations.md does not explain {name}");
    }
    for line in monitoring.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub ${Stack}-")) {
        // The alarms on the silence of a product are explained together.
        let name = Product::ALL.iter().fold(line.to_owned(), |name, product| {
            if name.contains("pull") { name } else { name.replace(product.slug(), "<product>") }
        });
        assert!(operations.contains(&name), "docs/operations.md does not explain the alarm {name}");
    }
}

/// A run of dispatch has time to finish what it starts, no two runs publish an event at the same time, and a lease has expired
/// when its message is redelivered.
#[test]
fn a_run_is_shorter_than_a_lease_and_a_lease_than_what_the_queue_hides() {
    let template = read("template.yaml");
    let seconds = |resource: &str, property: &str| -> u64 {
        let (_, rest) = template.split_once(&format!("\n  {resource}:\n")).unwrap();
        let mut lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
        let value = lines.find_map(|line| line.strip_prefix(&format!("      {property}: ")));
        value.unwrap_or_else(|| panic!("{resource} has no {property}")).parse().unwrap()
    };
    let timeout = seconds("DispatchFunction", "Timeout");
    let lease = delivery::LEASE.unsigned_abs().as_secs();
    let hidden = seconds("IntakeQueue", "VisibilityTimeout");
    assert!(delivery::GROUP_TIME.as_secs() < timeout, "{:?} < {timeout}", delivery::GROUP_TIME);
    assert!(timeout < lease && lease < hidden, "{timeout} < {lease} < {hidden}");
}

/// All metrics in alarms and dashboard exist.
#[test]
fn every_metric_that_is_watched_exists() {
    let monitoring = read("monitoring.yaml");
    let metrics = read("shared/lambda/src/metrics.rs");
    let mut found = 0;
    for (before, after) in [("MetricName=\\\"", '\\'), ("Namespace: !Sub Mediahook/${Stack}\n      MetricName: ", '\n')]
    {
        for rest in monitoring.split(before).skip(1) {
            let name = rest.split(after).next().unwrap();
            assert!(metrics.contains(&format!("\n    {name},\n")), "{name}");
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

/// The README of a test data folder explains each payload.
#[test]
fn every_payload_is_explained() {
    for folder in Product::ALL.map(Product::slug).into_iter().chain(["rejected"]) {
        let folder = format!("shared/callbacks/testdata/{folder}");
        let readme = read(format!("{folder}/README.md"));
        let mut entries: Vec<PathBuf> = paths(&root().join(&folder));
        while let Some(path) = entries.pop() {
            if path.is_dir() {
                entries.extend(paths(&path));
            } else if path.extension().is_some_and(|ending| ending != "md" && ending != "snap") {
                let case = path.file_stem().unwrap().to_str().unwrap();
                assert!(readme.contains(&format!("`{case}")), "{folder}/README.md does not explain {}", path.display());
            }
        }
    }
}

/// `make help` explains each target, and no other.
#[test]
fn every_target_of_make_is_explained() {
    let makefile = read("Makefile");
    let (_, help) = makefile.split_once("define HELP\n").unwrap();
    let (help, _) = help.split_once("endef").unwrap();
    let explained =
        help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty());
    let explained = explained.collect::<Vec<_>>();
    let targets = makefile.lines().filter_map(|line| line.strip_prefix(".PHONY: ")).collect::<Vec<_>>();
    for target in &targets {
        assert!(explained.contains(target) || INNER.contains(target), "{target}");
    }
    for name in explained {
        assert!(targets.contains(&name), "{name}");
    }
}

/// What README says of the products is what the parser's tables have.
#[test]
fn readme_counts_what_the_tables_have() {
    let readme = read("README.md");
    let names = |product: Product| {
        kinds().into_iter().filter(move |(of, ..)| *of == product).map(|(_, name, _)| name).collect::<Vec<_>>()
    };
    // One event of IMS has two names.
    let ims = names(Product::AliyunIms).len() - 1;
    let ci = names(Product::TencentCi);
    let tags = ci.iter().filter(|name| name.starts_with("TaskFinish/")).count();
    let reviews = ci.iter().filter(|name| name.starts_with("Review")).count();
    for (product, claim) in [
        (Product::AliyunVod, format!("| {} events;", names(Product::AliyunVod).len())),
        (Product::AliyunIms, format!("| {ims} events;")),
        (Product::TencentCi, format!("jobs of {tags} tags, content reviews of {reviews} kinds")),
        (Product::TencentVod, format!("| {} events:", names(Product::TencentVod).len())),
    ] {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{product}`"))).unwrap_or_default();
        assert!(row.contains(&claim), "{row} does not say {claim}");
    }
}

#[test]
fn readme_and_the_table_name_the_sdk_that_the_parser_is_checked_against() {
    let requirements = read("requirements/test.txt");
    let (_, version) = requirements.split_once("tencentcloud-sdk-python-vod==").unwrap_or_default();
    let version = version.split_whitespace().next().unwrap_or_default();
    for document in ["README.md", "docs/kinds.md"] {
        assert!(read(document).contains(&format!("`tencentcloud-sdk-python-vod` {version}")), "{document}: {version}");
    }
}

/// A function must not be able to tell why it refuses a request: what explains that is not constant in time.
#[test]
fn no_function_explains_a_refusal() {
    let mut folders = [
        "functions",
        "shared/lambda",
        "shared/receiver",
        "shared/delivery",
        "shared/queues",
        "shared/vendor-api",
        "shared/lookup",
    ]
    .map(|path| root().join(path))
    .to_vec();
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains("explain"), "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 40, "{files}");
}

/// The parts of a text in backticks.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Each line of `ARCHITECTURE.md` on what always holds names tests, and there are such tests.
#[test]
fn what_always_holds_has_its_tests() {
    let architecture = read("ARCHITECTURE.md");
    let (_, rest) = architecture.split_once("\n## What always holds\n").unwrap();
    let (section, _) = rest.split_once("\n## ").unwrap();
    let promises: Vec<String> = (1..)
        .map_while(|number| {
            let (_, rest) = section.split_once(&format!("\n{number}. "))?;
            Some(rest.split(&format!("\n{}. ", number + 1)).next().unwrap().to_owned())
        })
        .collect();
    assert!(promises.len() > 10, "{promises:?}");
    for promise in promises {
        let mut tests = 0;
        let mut source = None;
        // The tests stand last, in brackets: files, each with the names of its tests behind it.
        let named = promise.rsplit_once("(`").map(|(_, named)| format!("`{named}")).unwrap_or_default();
        for name in code(&named) {
            if name.contains('/') {
                assert!(tests > 0 || source.is_none(), "{promise}");
                source = Some(read(name));
                continue;
            }
            let source = source.as_ref().unwrap_or_else(|| panic!("no file before {name}"));
            let (before, _) = source.split_once(&format!("fn {name}(")).unwrap_or_else(|| panic!("no test {name}"));
            // Between the attribute and the function are at most other attributes.
            let is_test = before.lines().rev().take(3).any(|line| {
                let line = line.trim();
                line.starts_with("#[test]") || line.starts_with("#[tokio::test")
            });
            assert!(is_test, "{name} is no test");
            tests += 1;
        }
        assert!(tests > 0, "no test in: {promise}");
    }
}

/// No crate depends on one that is above it.
#[test]
fn no_crate_points_back() {
    const SHARED: [&str; 7] = ["callbacks", "delivery", "lambda", "lookup", "queues", "receiver", "vendor-api"];
    for (folder, below) in [
        ("shared/callbacks", &[][..]),
        ("shared/delivery", &["callbacks"]),
        ("shared/vendor-api", &[]),
        ("shared/queues", &["callbacks", "vendor-api"]),
        ("shared/lookup", &["callbacks", "vendor-api"]),
        ("shared/receiver", &["callbacks"]),
        ("shared/lambda", &["callbacks", "delivery", "lookup", "queues", "receiver", "vendor-api"]),
    ] {
        let manifest = read(format!("{folder}/Cargo.toml"));
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap().lines();
        let names = dependencies.filter_map(|line| line.split(['.', ' ']).next());
        for name in names.filter(|name| SHARED.contains(name)) {
            assert!(below.contains(&name), "{folder} depends on {name}");
        }
    }
    for function in root().join("functions").read_dir().unwrap() {
        let manifest = std::fs::read_to_string(function.unwrap().path().join("Cargo.toml")).unwrap();
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
        assert_eq!(dependencies.split("\n[").next().unwrap().trim(), "lambda.workspace = true");
    }
}

/// Nothing of the parsing crate but its tests names the clock, the environment, files or the network.
#[test]
fn the_parsing_crate_does_no_io() {
    let mut folders = vec![root().join("shared/callbacks/src")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.extend((!path.ends_with("tests")).then_some(path));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let of_tests = path.ends_with("tests.rs") || path.ends_with("drift.rs");
            let product = if of_tests { "" } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap() };
            for name in ["std::fs", "std::env", "std::net", "std::process", "SystemTime", "Instant", "Timestamp::now"] {
                assert!(!product.contains(name), "{} has {name}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 50, "{files}");
}
