//! The programs that are measured, and the machine that they run on.

use std::path::{Path, PathBuf};
use std::process::Command;

use callbacks::Product;
use emulator::root;
use emulator::stand_in::StandIn;
use fake_vendors::query::QueryVendor;
use fake_vendors::{QueueKind, Vendor};
use jiff::Timestamp;

use crate::error::BenchError;
use crate::process::Program;

/// The token in the URL of every callback.
pub(crate) const TOKEN: &str = "the-token";

/// The functions that receive no callbacks.
const OTHERS: [&str; 5] = ["dispatch", "tencent-vod-pull", "aliyun-mns-pull", "confirm", "reconcile"];

/// Where the programs are.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The folder of the functions, as cargo-lambda makes it.
    functions: PathBuf,
}

impl Environment {
    pub(crate) fn new(functions: PathBuf) -> Self {
        Self { functions }
    }

    /// The names of all functions.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Product::ALL.into_iter().map(Product::slug).chain(OTHERS)
    }

    fn program(&self, name: &str, variables: &[(&str, &str)]) -> Program {
        let command = vec![self.functions.join(name).join("bootstrap")];
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Program { name: name.to_owned(), command, variables }
    }

    /// A function that does nothing.
    pub(crate) fn empty(&self) -> Program {
        self.program("empty-function", &[])
    }

    /// A function by its name; it calls nothing.
    pub(crate) fn function(&self, name: &str) -> Program {
        match name {
            "dispatch" => self.program(name, &[(variables::LEDGER, "memory"), (variables::BUS, "stdout")]),
            _ => self.program(name, &[(variables::TOKENS, TOKEN), (variables::INTAKE, "stdout")]),
        }
    }

    /// A function that stores events in this queue, behind TLS.
    pub(crate) fn with_queue(&self, product: Product, aws: &StandIn) -> Program {
        let (url, ca_bundle) = (aws.server().url(), aws.server().ca_bundle().display().to_string());
        let intake = "sqs:https://sqs.eu-central-1.amazonaws.com/123456789012/intake";
        self.program(
            product.slug(),
            &[
                (variables::TOKENS, TOKEN),
                (variables::INTAKE, intake),
                (variables::CA_BUNDLE, &ca_bundle),
                ("AWS_ENDPOINT_URL", &url),
            ],
        )
    }

    /// A function that pulls from a vendor's queue, behind TLS.
    pub(crate) fn with_vendor(&self, kind: QueueKind, vendor: &Vendor) -> Program {
        let environment = vendor.environment();
        let mut variables: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.push((variables::INTAKE, "stdout"));
        self.program(kind.function(), &variables)
    }

    /// The function that asks a vendor about events, or the one that asks it for what is missing, behind TLS, with the vendor's access
    /// key in a secret.
    pub(crate) fn with_query_api(&self, name: &str, vendor: &QueryVendor, aws: &StandIn) -> Program {
        let environment = vendor.environment();
        let (url, ca_bundle) = (aws.server().url(), aws.server().ca_bundle().display().to_string());
        let mut variables: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend([
            (variables::INTAKE, "stdout"),
            (variables::CONFIRM, "tencent-vod:all"),
            (variables::CONFIRM_QUEUE, "https://sqs.eu-central-1.amazonaws.com/123456789012/confirm"),
            (variables::RECONCILE, "tencent-vod:all"),
            (variables::LEDGER, "memory"),
            (variables::TENCENT_VOD_SECRET_ID, "access-key"),
            (variables::CA_BUNDLE, &ca_bundle),
            ("AWS_ENDPOINT_URL", &url),
        ]);
        self.program(name, &variables)
    }

    /// The same work in Python.
    pub(crate) fn in_python(&self) -> Program {
        let handlers = handlers().display().to_string();
        let command = vec![python(), "-m".into(), "awslambdaric".into(), "handler.handle".into()];
        Program { command, ..self.program("Python", &[(variables::TOKENS, TOKEN), ("PYTHONPATH", &handlers)]) }
    }

    /// The same work in Node.
    pub(crate) fn in_node(&self) -> Result<Program, BenchError> {
        let command = vec![node()?, handlers().join("bootstrap.mjs")];
        Ok(Program { command, ..self.program("Node", &[(variables::TOKENS, TOKEN)]) })
    }

    /// What is measured with: the values of the document's head, by their names.
    pub(crate) fn described() -> Result<Vec<(&'static str, String)>, BenchError> {
        let processors = std::fs::read_to_string("/proc/cpuinfo")?;
        let processor = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
        Ok(vec![
            ("date", Timestamp::now().strftime("%Y-%m-%d").to_string()),
            ("processor", processor.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()),
            ("cores", std::thread::available_parallelism()?.to_string()),
            ("kernel", kernel.trim().to_owned()),
            ("rust", version(Path::new("rustc"))?),
            ("python", version(&python())?),
            ("node", version(&node()?)?),
        ])
    }
}

fn handlers() -> PathBuf {
    root().join("tools/function-bench/handlers")
}

fn python() -> PathBuf {
    root().join(".venv/bin/python")
}

/// Node's own program. The one in `.venv/bin` is a script in Python that starts it.
fn node() -> Result<PathBuf, BenchError> {
    Ok(output(&root().join(".venv/bin/node"), &["-p", "process.execPath"])?.into())
}

fn version(program: &Path) -> Result<String, BenchError> {
    output(program, &["--version"])
}

fn output(program: &Path, arguments: &[&str]) -> Result<String, BenchError> {
    let output = Command::new(program).args(arguments).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
