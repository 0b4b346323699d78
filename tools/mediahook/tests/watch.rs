//! README's local loop: a function behind `make watch` takes what `mediahook send` sends.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_mins(1);

/// `make watch`, in a process group of its own. It would compile the functions once more, with other features than the tests
/// need: so it serves one that is built.
struct Watch {
    process: Child,
    function: Option<Child>,
    port: u16,
}

impl Watch {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        assert!(root.join(".venv/bin/cargo-lambda").exists(), "run `make setup`");
        // None of the ports that the system gives, so that nobody takes it meanwhile.
        let port = (9_100..10_000).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).unwrap();
        let process = Command::new("make")
            .current_dir(&root)
            .arg(format!("--assume-old={}", root.join(".venv/build.ready").display()))
            .args(["watch", &format!("FLAGS=--invoke-port {port} --only-lambda-apis")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = Self { process, function: None, port };
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(watch.process.try_wait().unwrap().is_none(), "`make watch` has ended");
            assert!(started.elapsed() < LIMIT, "`make watch` does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        watch
    }

    /// Starts a function with what `make watch` gives those that it starts.
    fn serve(&mut self, function: &str) {
        let program = Path::new(env!("CARGO_BIN_EXE_mediahook")).with_file_name(function);
        assert!(program.exists(), "run `make functions`");
        let function = Command::new(program)
            .env_clear()
            .env(variables::ALLOW_UNSIGNED, "true")
            .env(variables::RUNTIME_API, format!("http://127.0.0.1:{}/.rt/{function}", self.port))
            .envs([("AWS_LAMBDA_FUNCTION_NAME", function), ("AWS_LAMBDA_FUNCTION_VERSION", "1")])
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdout(Stdio::piped())
            .spawn();
        self.function = Some(function.unwrap());
    }

    /// What README's command prints.
    fn send(&self, sample: &str) -> String {
        let url = format!("http://localhost:{}/lambda-url/aliyun-ims/", self.port);
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediahook"));
        let output = command.args(["send", "aliyun-ims", sample, "--url", &url]).env_clear().output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// What the function has handed on, after its end.
    fn events(mut self) -> String {
        let mut function = self.function.take().unwrap();
        function.kill().unwrap();
        String::from_utf8(function.wait_with_output().unwrap().stdout).unwrap()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(function) = &mut self.function {
            function.kill().unwrap_or_default();
            function.wait().map(drop).unwrap_or_default();
        }
        // As Ctrl+C does in a terminal.
        let group = format!("-{}", self.process.id());
        Command::new("kill").args(["-s", "INT", "--", &group]).status().map(drop).unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}

#[test]
fn a_function_behind_make_watch_takes_what_is_sent() {
    let mut watch = Watch::start();
    watch.serve("aliyun-ims");
    for sample in ["snapshot-complete", "transcode-parent-complete-partial"] {
        let answer = watch.send(sample);
        assert!(answer.starts_with("200 OK") && answer.ends_with("{\"stored\":1}\n"), "{answer}");
    }
    let events = watch.events();
    assert_eq!(events.lines().count(), 2, "{events}");
    assert!(events.contains("media.snapshot.succeeded") && !events.contains("\"time\":\"1970"), "{events}");
}
