//! What is measured, and the document that it makes.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

use axum::body::Bytes;
use callbacks::{Product, decode};
use decode_bench::{ALIYUN_VOD, TENCENT_CI, TENCENT_VOD};
use emulator::built;
use emulator::stand_in::StandIn;
use fake_vendors::query::{Job, QueryVendor};
use fake_vendors::{KEY, KEY_ID, QueueKind, TOKEN, Vendor};
use jiff::Timestamp;
use serde_json::json;

use crate::effort::Effort;
use crate::environment::Environment;
use crate::error::BenchError;
use crate::histogram::Latencies;
use crate::hostile::{event_of, hostile};
use crate::quota::Quota;
use crate::tables::{Figure, Table};
use crate::units::{megabytes, milliseconds};

/// The document with names in braces where figures go.
const DOCUMENT: &str = include_str!("../benchmarks.md");

/// What the measurements become.
pub(crate) struct Report {
    /// The document, in Markdown.
    pub(crate) document: String,
    /// Its picture of latencies, in SVG.
    pub(crate) picture: String,
}

/// Measures everything.
pub(crate) async fn report(programs: Environment, effort: Effort) -> Result<Report, BenchError> {
    let mut bench = Bench { programs, effort, values: BTreeMap::new() };
    for (name, value) in Environment::described()? {
        bench.set(name, value);
    }
    bench.warm().await?;
    bench.throttled().await?;
    let picture = bench.load().await?;
    bench.decoding()?;
    bench.hostile().await?;
    bench.starts().await?;
    bench.sizes()?;
    Ok(Report { document: bench.document()?, picture })
}

struct Bench {
    programs: Environment,
    effort: Effort,
    /// What stands in the document, by its name there.
    values: BTreeMap<String, String>,
}

impl Bench {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// The document with the values in the places of their names.
    fn document(&self) -> Result<String, BenchError> {
        let mut filled = String::new();
        let mut rest = DOCUMENT;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (name, after) = behind.split_once("}}").unwrap_or((behind, ""));
            filled.push_str(before);
            filled.push_str(self.values.get(name).ok_or_else(|| BenchError::NoValue(name.to_owned()))?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn sizes(&mut self) -> Result<(), BenchError> {
        let mut table = Table::new(["function", "MB"]);
        let mut largest = 0;
        for name in Environment::names() {
            let size = self.programs.function(name).size()?;
            largest = largest.max(size);
            table.row([name.to_owned(), format!("{:.1}", megabytes(size))]);
        }
        let empty = format!("{:.1}", megabytes(self.programs.empty().size()?));
        table.row(["an empty function".to_owned(), empty.clone()]);
        self.set("empty", empty);
        self.set("sizes", table.text());
        self.set("largest", format!("{:.1}", megabytes(largest)));
        Ok(())
    }

    /// Starts and peak memory, without any AWS client: each function, and the same work in Python and Node.
    async fn starts(&mut self) -> Result<(), BenchError> {
        let json = event_of(Product::AliyunVod, &ALIYUN_VOD.of_length(4_000).bytes);
        let mut programs = vec![(self.programs.empty(), json.clone())];
        for product in Product::ALL {
            let shape = match product {
                Product::TencentCi => TENCENT_CI,
                Product::TencentVod => TENCENT_VOD,
                Product::AliyunVod | Product::AliyunIms => ALIYUN_VOD,
            };
            let event = event_of(product, &shape.of_length(4_000).bytes);
            programs.push((self.programs.function(product.slug()), event));
        }
        let body = TENCENT_VOD.of_length(4_000).bytes;
        let message = queued(&body);
        programs.push((self.programs.function("dispatch"), message.clone()));
        let asked = QueryVendor::start(Product::TencentVod);
        let key = json!({"access_key_id": KEY_ID, "access_key_secret": KEY, "security_token": TOKEN}).to_string();
        let secrets = StandIn::start(&key)?;
        asked.add(Job::ended(String::from_utf8_lossy(&body), Timestamp::now()));
        programs.push((self.programs.with_query_api("confirm", &asked, &secrets), message));
        programs.push((self.programs.with_query_api("reconcile", &asked, &secrets), Bytes::from_static(b"{}")));
        let vendors = [QueueKind::Tencent, QueueKind::Mns].map(|kind| (kind, Vendor::start(kind, &[])));
        for (kind, vendor) in &vendors {
            vendor.do_not_hold();
            programs.push((self.programs.with_vendor(*kind, vendor), Bytes::from_static(b"{}")));
        }
        programs.push((self.programs.in_python(), json.clone()));
        programs.push((self.programs.in_node()?, json));

        let mut figures = vec![[const { Figure::new() }; 4]; programs.len()];
        for _ in 0..self.effort.starts {
            for ((program, event), [initialization, cold, peak, own]) in programs.iter().zip(&mut figures) {
                let mut process = program.start(None).await?;
                let first = process.invoke(event).await?;
                initialization.add(milliseconds(process.initialization));
                cold.add(milliseconds(process.initialization + first));
                peak.add(megabytes(process.peak()?));
                own.add(megabytes(process.own_memory()?));
                process.end().await?;
            }
        }
        if asked.requests() < self.effort.starts {
            return Err(BenchError::Failed);
        }

        let mut table = Table::new([
            "program",
            "to the first request for an event, ms",
            "to the first answer, ms",
            "x empty",
            "peak memory, MB",
            "x empty",
            "without the program's pages, MB",
        ]);
        let [_, empty_cold, empty_peak, _] = figures.first().cloned().unwrap_or_default();
        let (mut worst_cold, mut worst_peak) = (0.0_f64, 0.0_f64);
        for ((program, _), [initialization, cold, peak, own]) in programs.iter().zip(&figures) {
            let (cold_ratio, peak_ratio) = (cold.over(&empty_cold), peak.over(&empty_peak));
            if program.name.parse::<Product>().is_ok() {
                worst_cold = worst_cold.max(cold_ratio.median());
                worst_peak = worst_peak.max(peak_ratio.median());
            }
            table.row([
                program.name.clone(),
                initialization.spread(1),
                cold.spread(1),
                cold_ratio.spread(2),
                peak.spread(1),
                peak_ratio.spread(2),
                own.spread(1),
            ]);
        }
        self.set("starts", table.text());
        self.set("cold", format!("{worst_cold:.2}"));
        self.set("peak", format!("{worst_peak:.2}"));
        Ok(())
    }

    /// Warm invocations, of several sizes.
    async fn warm(&mut self) -> Result<(), BenchError> {
        let mut table = Table::new([
            "callback",
            "empty, µs",
            "Mediahook, µs",
            "x empty",
            "Python, x empty",
            "Node, x empty",
            "peak MB: empty",
            "Mediahook",
            "Python",
            "Node",
        ]);
        let mut worst = 0.0_f64;
        for (format, shape) in [("JSON", ALIYUN_VOD), ("XML", TENCENT_CI)] {
            for size in [1_000, 4_000, 256_000] {
                let body = shape.of_length(size);
                let event = event_of(shape.product, &body.bytes);
                let programs = [
                    self.programs.empty(),
                    self.programs.function(shape.product.slug()),
                    self.programs.in_python(),
                    self.programs.in_node()?,
                ];
                let mut processes = Vec::new();
                for program in programs {
                    let mut process = program.start(None).await?;
                    for _ in 0..self.effort.unmeasured {
                        process.invoke(&event).await?;
                    }
                    processes.push((process, Figure::new()));
                }
                for _ in 0..self.effort.rounds {
                    for (process, figure) in &mut processes {
                        figure.add(process.median_of(&event, self.effort.invocations).await?);
                    }
                }
                let peaks: Vec<String> = processes
                    .iter()
                    .map(|(process, _)| Ok(format!("{:.1}", megabytes(process.peak()?))))
                    .collect::<Result<_, BenchError>>()?;
                let [(_, empty), (_, ours), (_, python), (_, node)] = processes.as_slice() else {
                    return Err(BenchError::Failed);
                };
                let ratio = ours.over(empty);
                if size < 10_000 {
                    worst = worst.max(ratio.median());
                }
                let cells = [
                    format!("{format}, {} bytes", body.bytes.len()),
                    empty.spread(0),
                    ours.spread(0),
                    ratio.spread(2),
                    python.over(empty).spread(1),
                    node.over(empty).spread(1),
                ];
                table.row(cells.into_iter().chain(peaks));
            }
        }
        self.set("warm", table.text());
        self.set("warm ratio", format!("{worst:.2}"));
        Ok(())
    }

    /// Starts and first requests with the queue behind TLS, with as much processor time as Lambda gives.
    async fn throttled(&mut self) -> Result<(), BenchError> {
        let aws = StandIn::start("{}")?;
        let program = self.programs.with_queue(Product::AliyunVod, &aws);
        let event = event_of(Product::AliyunVod, &ALIYUN_VOD.of_length(4_000).bytes);
        let mut table = Table::new([
            "memory",
            "control group",
            "to the first request for an event, ms",
            "first answer, ms",
            "first answer without the warm-up, ms",
            "warm answer, ms",
            "first, x warm",
            "longest from start to answer, ms",
        ]);
        for memory in [128, 256, 512] {
            let quota = match Quota::of_memory(memory) {
                Ok(quota) => quota,
                Err(error) => {
                    self.set(&format!("first at {memory}"), "not measured");
                    self.set(&format!("worst at {memory}"), "not measured");
                    let reason = format!("no control group: {error}. Run `make bench` as root.");
                    table.row([format!("{memory} MB"), reason]);
                    continue;
                }
            };
            let [mut initialization, mut first, mut unconnected, mut warm, mut total] = [const { Figure::new() }; 5];
            for number in 0..self.effort.throttled_starts {
                let mut process = program.start(Some(&quota)).await?;
                let is_connected = number % 2 == 0;
                if !is_connected {
                    aws.server().close_connections();
                }
                let answer = milliseconds(process.invoke(&event).await?);
                if is_connected { &mut first } else { &mut unconnected }.add(answer);
                initialization.add(milliseconds(process.initialization));
                total.add(milliseconds(process.initialization) + answer);
                let mut later = Figure::new();
                for _ in 0..10 {
                    later.add(milliseconds(process.invoke(&event).await?));
                }
                warm.add(later.median());
                process.end().await?;
            }
            let ratio = format!("{:.2}", first.median() / warm.median());
            let worst = format!("{:.0}", total.worst());
            table.row([
                format!("{memory} MB"),
                format!("`{}`", quota.limit),
                initialization.spread(0),
                first.spread(1),
                unconnected.spread(1),
                warm.spread(1),
                ratio.clone(),
                worst.clone(),
            ]);
            self.set(&format!("first at {memory}"), format!("{ratio} x"));
            self.set(&format!("worst at {memory}"), format!("{worst} ms"));
        }
        self.set("throttled starts", self.effort.throttled_starts.to_string());
        self.set("throttled", table.text());
        Ok(())
    }

    /// One environment under load: the samples of a product, one behind the other. It makes the picture of latencies.
    async fn load(&mut self) -> Result<String, BenchError> {
        let mut process = self.programs.function(TENCENT_VOD.product.slug()).start(None).await?;
        let bodies = decode_bench::samples()?.into_iter().filter(|body| body.product == TENCENT_VOD.product);
        let events: Vec<Bytes> = bodies.map(|body| event_of(body.product, &body.bytes)).collect();
        for event in events.iter().cycle().take(self.effort.unmeasured) {
            process.invoke(event).await?;
        }
        let mut times = Vec::with_capacity(self.effort.load);
        let start = Instant::now();
        for event in events.iter().cycle().take(self.effort.load) {
            times.push(process.invoke(event).await?);
        }
        let elapsed = start.elapsed();
        let latencies = Latencies::new(times).ok_or(BenchError::Failed)?;
        let count = f64::from(u32::try_from(self.effort.load).unwrap_or(u32::MAX));
        self.set("load", self.effort.load.to_string());
        self.set("load kinds", events.len().to_string());
        self.set("throughput", format!("{:.0}", count / elapsed.as_secs_f64()));
        for (name, percent) in [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9)] {
            self.set(name, latencies.percentile(percent).to_string());
        }
        Ok(latencies.picture())
    }

    async fn hostile(&mut self) -> Result<(), BenchError> {
        let (table, share, seconds) = hostile(&self.programs, self.effort).await?;
        self.set("hostile", table.text());
        self.set("hostile share", format!("{:.0}", share * 100.0));
        self.set("hostile seconds", format!("{seconds:.2}"));
        Ok(())
    }

    /// The figures of `decode-bench`: lines `name=value`, and its tables.
    fn decoding(&mut self) -> Result<(), BenchError> {
        let output = Command::new(built("decode-bench")?).output()?;
        let text = String::from_utf8(output.stdout).map_err(|_| BenchError::Decode)?;
        let mut parts = text.split("\n\n").filter(|_| output.status.success());
        for line in parts.next().ok_or(BenchError::Decode)?.lines() {
            let (name, value) = line.split_once('=').ok_or(BenchError::Decode)?;
            self.set(name, value);
        }
        for name in ["speed", "growth"] {
            self.set(name, parts.next().ok_or(BenchError::Decode)?.trim_end());
        }
        Ok(())
    }
}

/// The event of a callback of Tencent Cloud VOD in a message of a queue, as Lambda hands it over.
fn queued(body: &[u8]) -> Bytes {
    let events = json!(decode(Product::TencentVod, body, Timestamp::now())).to_string();
    let attributes = json!({
        "SentTimestamp": Timestamp::now().as_millisecond().to_string(), "ApproximateReceiveCount": "1",
    });
    let record = json!({
        "messageId": "1", "receiptHandle": "1", "body": events, "attributes": attributes,
        "messageAttributes": {}, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:intake", "awsRegion": "eu-central-1",
    });
    json!({"Records": [record]}).to_string().into()
}
