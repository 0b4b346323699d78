//! README's local loop: what `make watch` serves takes what `mediahook send` sends.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The function is compiled first, and other tests may run meanwhile.
const LIMIT: Duration = Duration::from_mins(10);

/// `make watch`, in a process group of its own.
struct Watch {
    process: Child,
    port: u16,
}

impl Watch {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        assert!(root.join(".venv/ready").exists(), "run `make setup`");
        // Nobody takes it in the moment between: it is none of those that the system gives.
        let port = (9_100..10_000).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).unwrap();
        let process = Command::new("make")
            .current_dir(&root)
            .arg(format!("--assume-old={}", root.join(".venv/ready").display()))
            .args(["watch", &format!("FLAGS=--invoke-port {port}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = Self { process, port };
        watch.wait(|watch| TcpStream::connect((Ipv4Addr::LOCALHOST, watch.port)).is_ok());
        watch
    }

    fn wait(&mut self, is_done: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !is_done(self) {
            assert!(self.process.try_wait().unwrap().is_none(), "`make watch` has ended");
            assert!(started.elapsed() < LIMIT, "`make watch` does not serve");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Whether README's command says that the callback was answered 200.
    fn takes(&self, sample: &str, options: &[&str]) -> bool {
        let url = format!("http://localhost:{}/lambda-url/aliyun-ims/", self.port);
        let output = Command::new(env!("CARGO_BIN_EXE_mediahook"))
            .args(["send", "aliyun-ims", sample, "--url", &url])
            .args(options)
            .env_clear()
            .output()
            .unwrap();
        output.status.success()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // As Ctrl+C does in a terminal.
        let group = format!("-{}", self.process.id());
        Command::new("kill").args(["-s", "INT", "--", &group]).status().map(drop).unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}

#[test]
fn a_sample_is_stored_by_the_functions_that_make_watch_serves() {
    let watch = Watch::start();
    // The function is compiled for the first one.
    assert!(watch.takes("snapshot-complete", &["--timeout", &LIMIT.as_secs().to_string()]));
    assert!(watch.takes("transcode-parent-complete-partial", &[]));
}
