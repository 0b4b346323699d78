//! A function that runs in the emulator.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde::Deserialize;

use crate::client::client;
use crate::error::EmulatorError;
use crate::workspace::{built, root};

/// The region of all functions and AWS APIs.
pub(crate) const REGION: &str = "eu-central-1";

/// Timeout of starting a function.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A function that runs in the emulator. Dropping it ends it.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    address: String,
    client: Client,
    folder: PathBuf,
    /// Bytes of the function's standard output that have been read.
    read: usize,
}

/// The response of a function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionResponse {
    /// HTTP status code.
    pub status_code: u16,
    /// The body.
    #[serde(default)]
    pub body: String,
}

/// The resources of a function's process at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Open files and connections.
    pub descriptors: usize,
    /// Bytes of memory.
    pub resident: usize,
    /// The most bytes of memory that it has had.
    pub peak: usize,
}

impl Emulator {
    /// Starts a function by its slug, with these environment variables and none other of Mediahook's.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn start(function: impl Display, environment: &[(&str, &str)]) -> Result<Self, EmulatorError> {
        let function = function.to_string();
        Self::start_program(&built(&function)?, &function, environment)
    }

    /// The same for the function's program at any place.
    ///
    /// # Errors
    /// [`EmulatorError`] where it does not come up.
    pub fn start_program(program: &Path, function: &str, environment: &[(&str, &str)]) -> Result<Self, EmulatorError> {
        let client = client()?;
        let (port, runtime_port) = (free_port()?, free_port()?);
        let address = format!("127.0.0.1:{port}");
        let folder = program.with_file_name("emulator").join(format!("{function}-{port}"));
        std::fs::create_dir_all(&folder)?;
        for file in ["events", "log"] {
            File::create(folder.join(file))?;
        }
        // The emulator mixes a function's two outputs; the shell redirects them to separate files. It also writes the process
        // id to a file: each time, since the emulator restarts a function that has ended. And it sets the limits of Lambda:
        // of open files, and of memory as in template.yaml.
        let process = Command::new(runtime_interface_emulator()?)
            .args(["--log-level", "error", "--runtime-interface-emulator-address", &address])
            .args(["--runtime-api-address", &format!("127.0.0.1:{runtime_port}")])
            .args([
                "/bin/sh",
                "-c",
                r#"echo $$ >"$1/process"; ulimit -n 1024; ulimit -v 262144; exec "$0" >>"$1/events" 2>>"$1/log""#,
            ])
            .args([program, &folder])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            // Lambda always sets it; without it the SDK would look for it on the network.
            .env("AWS_REGION", REGION)
            // The limit is one of addresses, which stands for memory. Each arena of malloc reserves 64 MB of them and uses few.
            .env("MALLOC_ARENA_MAX", "1")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("emulator"))?)
            .stderr(File::create(folder.join("emulator-log"))?)
            .spawn()?;
        let mut emulator = Self { process, address, client, folder, read: 0 };
        emulator.wait_until_it_listens()?;
        Ok(emulator)
    }

    /// Invokes the function with a function URL request, JSON, and waits for its response.
    ///
    /// # Errors
    /// [`EmulatorError::NoResponse`] where the function fails; [`EmulatorError::Http`] where the emulator does.
    pub fn invoke(&self, request: &str) -> Result<FunctionResponse, EmulatorError> {
        let text = self.invoke_raw(request)?;
        serde_json::from_str(&text).map_err(|_| EmulatorError::NoResponse(text))
    }

    /// Invokes the function with any payload, JSON, and waits for its response, or for the error of the runtime where it
    /// fails.
    ///
    /// # Errors
    /// [`EmulatorError::Http`] where the emulator fails.
    pub fn invoke_raw(&self, event: &str) -> Result<String, EmulatorError> {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        Ok(self.client.post(&url).body(event.to_owned()).send()?.error_for_status()?.text()?)
    }

    /// A handle that kills the function's process.
    #[must_use]
    pub fn killer(&self) -> Killer {
        Killer { folder: self.folder.clone() }
    }

    /// The resources of the function's process now.
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
            if has_ended || started.elapsed() > START_TIMEOUT {
                return Err(EmulatorError::NotStarted);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // A function that waits for its next event ends with the emulator, a busy one does not. An error of ending them
        // cannot be reported.
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
        self.killer().kill();
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

/// Kills a function's process, whatever it is doing. Its invocation fails; the next one restarts it, as in Lambda.
#[derive(Debug, Clone)]
pub struct Killer {
    /// The folder with the process id and the output of the function.
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

    /// Resumes a stopped process.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let Ok(number) = std::fs::read_to_string(self.folder.join("process")) else { return };
        let number = number.trim();
        // The id of a function that has ended may belong to another process, which does not write to this folder.
        let output = std::fs::read_link(format!("/proc/{number}/fd/1")).ok();
        if output.is_none() || output != self.folder.join("events").canonicalize().ok() {
            return;
        }
        let output = Command::new("kill").args(["-s", name, number]).output();
        output.map(drop).unwrap_or_default();
    }
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
/// The emulator binds it later. So it is below the ephemeral ports (32768 and up), which the system may assign meanwhile, and
/// was not returned before. Concurrent processes start their search at different ports.
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
