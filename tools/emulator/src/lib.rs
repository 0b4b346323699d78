//! Runs the functions in AWS's runtime interface emulator, the runtime that Lambda and `sam local` use, and the AWS
//! APIs that they call in moto.
//!
//! The emulator comes with the AWS SAM CLI, which `make setup` puts into `.venv` as it does moto. The functions are those
//! that `make functions` builds: they lie beside the program that runs them.

pub mod aws;
pub mod moto;
pub mod poller;
pub mod proxy;
pub mod soak;
pub mod stack;
pub mod stand_in;
pub mod vendor;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use callbacks::{Product, decode};
use mediahook::request::{self, Delivery, NotARequest};
use mediahook::signing::SigningError;
use reqwest::blocking::Client;
use serde::Deserialize;
use serde_json::Value;

/// How long a function may take to come up.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How long an answer is waited for: longer than any function may run where it is deployed, so that one that hangs is
/// a failure and not the end of all tests.
const ANSWER_LIMIT: Duration = Duration::from_secs(90);

/// A function that runs in the emulator. Dropping it ends it.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    address: String,
    client: Client,
    folder: PathBuf,
    /// How much of the function's standard output has been read.
    read: usize,
}

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// HTTP status code.
    pub status_code: u16,
    /// The answer's body.
    #[serde(default)]
    pub body: String,
}

/// What a function's process has at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Open files and connections.
    pub descriptors: usize,
    /// Bytes of memory.
    pub resident: usize,
    /// The most bytes of memory that it has had.
    pub peak: usize,
}

/// A function could not be run or invoked.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// The SAM CLI, which brings the emulator, or moto is not in `.venv`.
    #[error("nothing to run functions or AWS APIs with in {0:?}: run `make setup`")]
    NotInstalled(PathBuf),
    /// The function is not beside this program.
    #[error("no function in {0:?}: run `make functions`")]
    NotBuilt(PathBuf),
    /// The emulator or moto did not listen in time, or ended.
    #[error("the emulator did not start")]
    NotStarted,
    /// An AWS API answered with an error.
    #[error("{operation} failed: {answer}")]
    Aws {
        /// What was asked.
        operation: String,
        /// The body of the answer.
        answer: String,
    },
    /// A file or process could not be used.
    #[error("the emulator could not be run")]
    Io(#[from] io::Error),
    /// A client could not be made, or what it asks, an emulator or an AWS API, not be reached, or did not answer in time.
    #[error("an HTTP request was not answered")]
    Http(#[from] reqwest::Error),
    /// What stands in for AWS could not be started.
    #[error(transparent)]
    Server(#[from] tls_server::TlsServerError),
    /// A request is not JSON.
    #[error("a request is not JSON")]
    Json(#[from] serde_json::Error),
    /// A request is not that of a function URL.
    #[error(transparent)]
    Request(#[from] NotARequest),
    /// A callback could not be signed.
    #[error("a callback could not be signed")]
    Signing(#[from] SigningError),
    /// The function ended or failed instead of answering.
    #[error("the function gave no answer: {0}")]
    NoAnswer(String),
}

impl Emulator {
    /// Starts a function by its slug, with these environment variables and none other of Mediahook's.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn start(function: impl Display, environment: &[(&str, &str)]) -> Result<Self, EmulatorError> {
        let function = function.to_string();
        let program = built(&function)?;
        let client = client()?;
        let (port, runtime_port) = (free_port()?, free_port()?);
        let address = format!("127.0.0.1:{port}");
        let folder = program.with_file_name("emulator").join(format!("{function}-{port}"));
        std::fs::create_dir_all(&folder)?;
        for file in ["events", "log"] {
            File::create(folder.join(file))?;
        }
        // The emulator mixes a function's two outputs; the shell keeps them apart, as separate files. It also leaves
        // the number of the process: each time, since the emulator starts a function that has ended anew. And it sets the
        // limits that Lambda sets: so many open files, and the memory of template.yaml.
        let process = Command::new(runtime_interface_emulator()?)
            .args(["--log-level", "error", "--runtime-interface-emulator-address", &address])
            .args(["--runtime-api-address", &format!("127.0.0.1:{runtime_port}")])
            .args([
                "/bin/sh",
                "-c",
                r#"echo $$ >"$1/process"; ulimit -n 1024; ulimit -v 262144; exec "$0" >>"$1/events" 2>>"$1/log""#,
            ])
            .args([&program, &folder])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AWS_LAMBDA_FUNCTION_NAME", &function)
            // Lambda always says it; the SDK would look for it on the network.
            .env("AWS_REGION", aws::REGION)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("emulator"))?)
            .stderr(File::create(folder.join("emulator-log"))?)
            .spawn()?;
        let mut emulator = Self { process, address, client, folder, read: 0 };
        emulator.wait_until_it_listens()?;
        Ok(emulator)
    }

    /// Invokes the function with a function URL request, JSON, and waits for its answer.
    ///
    /// # Errors
    /// [`EmulatorError::NoAnswer`] where the function fails; [`EmulatorError::Http`] where the emulator does.
    pub fn invoke(&self, request: &str) -> Result<Answer, EmulatorError> {
        let text = self.invoke_raw(request)?;
        serde_json::from_str(&text).map_err(|_| EmulatorError::NoAnswer(text))
    }

    /// Invokes the function with any event, JSON, and waits for what it answers, or for what the runtime says in its
    /// place where it fails.
    ///
    /// # Errors
    /// [`EmulatorError::Http`] where the emulator fails.
    pub fn invoke_raw(&self, event: &str) -> Result<String, EmulatorError> {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        Ok(self.client.post(&url).body(event.to_owned()).send()?.error_for_status()?.text()?)
    }

    /// What kills the function's process.
    #[must_use]
    pub fn killer(&self) -> Killer {
        Killer { folder: self.folder.clone() }
    }

    /// What the function's process has now.
    ///
    /// # Errors
    /// [`EmulatorError::Io`] where there is none.
    pub fn usage(&self) -> Result<Usage, EmulatorError> {
        let process = Path::new("/proc").join(std::fs::read_to_string(self.folder.join("process"))?.trim());
        let status = std::fs::read_to_string(process.join("status"))?;
        let bytes = |name: &str| {
            let kilobytes = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
            let bytes =
                kilobytes.and_then(|kilobytes| kilobytes.parse::<usize>().ok()).map(|kilobytes| kilobytes * 1024);
            bytes.ok_or(io::Error::from(io::ErrorKind::InvalidData))
        };
        let descriptors = std::fs::read_dir(process.join("fd"))?.count();
        Ok(Usage { descriptors, resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
    }

    /// The folder with the function's output: its standard output as `events`, its standard error as `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The lines that the function has written to standard output since this was last asked: its events.
    ///
    /// # Errors
    /// [`EmulatorError::Io`] where the output cannot be read.
    pub fn events(&mut self) -> Result<Vec<String>, EmulatorError> {
        let mut text = String::new();
        File::open(self.folder.join("events"))?.read_to_string(&mut text)?;
        let new = text.get(self.read..).unwrap_or_default();
        self.read = text.len();
        Ok(new.lines().map(str::to_owned).collect())
    }

    /// Everything that the function has written to standard error: its log.
    ///
    /// # Errors
    /// [`EmulatorError::Io`] where it cannot be read.
    pub fn log(&self) -> Result<String, EmulatorError> {
        Ok(std::fs::read_to_string(self.folder.join("log"))?)
    }

    fn wait_until_it_listens(&mut self) -> Result<(), EmulatorError> {
        let started = Instant::now();
        loop {
            let listens = TcpStream::connect(&self.address).is_ok();
            let has_ended = self.process.try_wait()?.is_some();
            if listens && !has_ended {
                return Ok(());
            }
            if has_ended || started.elapsed() > START_LIMIT {
                return Err(EmulatorError::NotStarted);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // A function that waits for its next event ends with the emulator, one that is at work does not. There is
        // nobody to tell where ending them fails.
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
        self.killer().kill();
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

/// Kills a function's process, whatever it is doing. Its invocation fails; the next one starts it anew, as in Lambda.
#[derive(Debug, Clone)]
pub struct Killer {
    /// Where the function has left its number, and writes.
    folder: PathBuf,
}

impl Killer {
    /// Kills the process, if there is one.
    pub fn kill(&self) {
        self.signal("KILL");
    }

    /// Stops the process until [`Killer::resume`], as Lambda does between requests.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets a process go on that was stopped.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let Ok(number) = std::fs::read_to_string(self.folder.join("process")) else { return };
        let number = number.trim();
        // The number of a function that has ended may be a stranger's by now, who does not write to this folder.
        let output = std::fs::read_link(format!("/proc/{number}/fd/1")).ok();
        if output.is_none() || output != self.folder.join("events").canonicalize().ok() {
            return;
        }
        let output = Command::new("kill").args(["-s", name, number]).output();
        output.map(drop).unwrap_or_default();
    }
}

/// A client of what listens on this machine. It must not be used in the proxy's runtime, where nothing may wait.
fn client() -> Result<Client, reqwest::Error> {
    // moto closes each connection after its answer.
    Client::builder().no_proxy().timeout(ANSWER_LIMIT).pool_max_idle_per_host(0).build()
}

/// The workspace's folder.
#[must_use]
pub fn root() -> &'static Path {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    tools.and_then(Path::parent).unwrap_or(Path::new("."))
}

/// The program of a function. Cargo puts all programs of one build into one folder, and tests into `deps` below it.
///
/// # Errors
/// [`EmulatorError::NotBuilt`] where it is not there.
pub fn built(function: &str) -> Result<PathBuf, EmulatorError> {
    let this = std::env::current_exe()?;
    let folder = this.parent().unwrap_or(Path::new("."));
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    let program = folder.join(function);
    if program.exists() { Ok(program) } else { Err(EmulatorError::NotBuilt(program)) }
}

/// The requests in `events/` for a product under their names, in the order of the names.
///
/// # Errors
/// The first one that the file system gives.
pub fn requests(product: Product) -> io::Result<Vec<(String, String)>> {
    let mut requests = Vec::new();
    for entry in std::fs::read_dir(root().join("events").join(product.slug()))? {
        let path = entry?.path();
        let case = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        requests.push((case, std::fs::read_to_string(path)?));
    }
    requests.sort();
    Ok(requests)
}

/// A function URL request that posts this body.
#[must_use]
pub fn post(body: &[u8]) -> String {
    request_by("POST", body)
}

/// A function URL request of this method, with this body.
#[must_use]
pub fn request_by(method: &str, body: &[u8]) -> String {
    let delivery = Delivery { content_type: Some("application/json"), user_agent: None, capitals: false };
    let mut request = request::of_delivery(&delivery, body);
    if let Some(name) = request.pointer_mut("/requestContext/http/method") {
        *name = method.into();
    }
    request.to_string()
}

/// What a function has to hand on for a request: the events of its body, one line each.
///
/// # Errors
/// [`EmulatorError::Json`] or [`EmulatorError::Request`] where it is no function URL request.
pub fn expected_events(product: Product, request: &str) -> Result<Vec<String>, EmulatorError> {
    let request: Value = serde_json::from_str(request)?;
    let events = decode(product, &request::body(&request)?, request::arrival(&request)?);
    events.iter().map(|event| Ok(serde_json::to_string(event)?)).collect()
}

/// The emulator's program, for this machine's processor.
fn runtime_interface_emulator() -> Result<PathBuf, EmulatorError> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let libraries = root().join(".venv/lib");
    let not_installed = || EmulatorError::NotInstalled(libraries.clone());
    for python in std::fs::read_dir(&libraries).map_err(|_| not_installed())? {
        let rapid = python?.path().join("site-packages/samcli/local/rapid");
        let program = rapid.join(format!("aws-lambda-rie-{architecture}"));
        if program.exists() {
            return Ok(program);
        }
    }
    Err(not_installed())
}

/// A port of this machine that nobody listens on.
///
/// The emulator binds it only later, so it is none of those (32768 and up) that the system gives to others meanwhile,
/// nor one that was given here before. Processes that look for one at the same time start at different places.
fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FIRST: u16 = 12_000;
    const COUNT: u16 = 20_000;
    loop {
        let next = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from(next % u32::from(COUNT)).unwrap_or_default();
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}
