//! Programs that serve the runtime API, and their processes.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::process::{Child, Command};

use crate::error::BenchError;
use crate::quota::Quota;
use crate::runtime_api::RuntimeApi;
use crate::tables::Figure;
use crate::units::milliseconds;

/// A program that serves Lambda's runtime API.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// What it is called in tables.
    pub(crate) name: String,
    /// Its file and its arguments.
    pub(crate) command: Vec<PathBuf>,
    /// Its environment variables, besides Lambda's.
    pub(crate) variables: Vec<(String, String)>,
}

/// A program that runs. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Running {
    process: Child,
    api: RuntimeApi,
    /// From its start to its first request for an event.
    pub(crate) initialization: Duration,
}

impl Program {
    /// Starts it, within a quota of processor time if there is one, and waits until it asks for its first event.
    pub(crate) async fn start(&self, quota: Option<&Quota>) -> Result<Running, BenchError> {
        let mut api = RuntimeApi::start().await?;
        let (program, arguments) = self.command.split_first().ok_or(BenchError::Failed)?;
        let mut command = match quota {
            None => Command::new(program),
            // The shell moves itself into the quota before it becomes the program.
            Some(quota) => {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", r#"echo $$ >"$0"; exec "$@""#]).arg(quota.processes()).arg(program);
                command
            }
        };
        let start = Instant::now();
        let process = command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env(variables::RUNTIME_API, &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let ready = api.ready().await.map_err(|_| BenchError::NotStarted(self.name.clone()))?;
        Ok(Running { process, api, initialization: ready - start })
    }

    /// Bytes of the program's file.
    pub(crate) fn size(&self) -> Result<u64, BenchError> {
        let program = self.command.first().map_or(Path::new(""), PathBuf::as_path);
        Ok(std::fs::metadata(program)?.len())
    }
}

impl Running {
    /// Gives it an event, and waits until it has answered and asks for the next.
    pub(crate) async fn invoke(&mut self, event: &Bytes) -> Result<Duration, BenchError> {
        let time = self.api.invoke(event.clone()).await?;
        self.api.ready().await?;
        Ok(time)
    }

    /// The median of so many invocations, in microseconds.
    pub(crate) async fn median_of(&mut self, event: &Bytes, invocations: usize) -> Result<f64, BenchError> {
        let mut figure = Figure::new();
        for _ in 0..invocations {
            figure.add(milliseconds(self.invoke(event).await?) * 1_000.0);
        }
        Ok(figure.median())
    }

    /// The most bytes of memory that it has had.
    pub(crate) fn peak(&self) -> Result<u64, BenchError> {
        self.memory("VmHWM:")
    }

    /// Bytes of its memory now that are no pages of a file, such as the program.
    pub(crate) fn own_memory(&self) -> Result<u64, BenchError> {
        self.memory("RssAnon:")
    }

    /// <https://docs.kernel.org/filesystems/proc.html>, table 1-2.
    fn memory(&self, field: &str) -> Result<u64, BenchError> {
        let number = self.process.id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{number}/status"))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
        kilobytes
            .and_then(|number| number.trim().parse::<u64>().ok())
            .map(|number| number * 1024)
            .ok_or(BenchError::Failed)
    }

    /// For how long it has had a processor: what other programs do does not count.
    pub(crate) fn processor_time(&self) -> Result<Duration, BenchError> {
        let number = self.process.id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{number}/stat"))?;
        // Behind the name, which may have anything in it: the state, ten numbers, and the time in user and in system mode.
        let (_, numbers) = status.rsplit_once(") ").ok_or(BenchError::Failed)?;
        let ticks: u64 = numbers.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        let milliseconds = ticks * 1_000 / rustix::param::clock_ticks_per_second();
        Ok(Duration::from_millis(milliseconds))
    }

    /// Ends it.
    pub(crate) async fn end(mut self) -> Result<(), BenchError> {
        Ok(self.process.kill().await?)
    }
}
