//! The AWS APIs on this machine: moto, in a separate process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::error::EmulatorError;
use crate::workspace::root;

/// moto, which emulates SQS, `DynamoDB`, EventBridge, S3 and Secrets Manager. It starts empty.
///
/// Dropping it ends it. It also ends with the process that started it, however that ends.
#[derive(Debug)]
pub struct Moto {
    process: Child,
    port: u16,
}

impl Moto {
    /// Starts it on a free port, and returns when it accepts requests.
    ///
    /// # Errors
    /// [`EmulatorError::NotInstalled`] where `make setup` has not run, [`EmulatorError::NotStarted`] where it ends.
    pub fn start() -> Result<Self, EmulatorError> {
        let python = root().join(".venv/bin/python");
        if !python.exists() {
            return Err(EmulatorError::NotInstalled(python));
        }
        let mut process = Command::new(python)
            .args(["-c", include_str!("moto.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let port = line.trim().parse().map_err(|_| EmulatorError::NotStarted)?;
        Ok(Self { process, port })
    }

    /// Where it listens: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It keeps no state, and an error of ending it cannot be reported.
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}
