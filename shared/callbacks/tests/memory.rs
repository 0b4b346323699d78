//! Memory is linear in the size of the body, whatever its shape.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and reads the source")]

mod shapes;

use std::sync::Mutex;

use callbacks::{Product, decode};
use peak_alloc::PeakAlloc;
use rules::amplifiers::{AMPLIFIERS, Amplifier, bodies_of};
use shapes::{Maker, Source};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Tests that measure take turns.
static TURN: Mutex<()> = Mutex::new(());

/// Bytes that any body may take, besides eight times its own: what the budget of a callback allows.
const ALLOWANCE: usize = 28 << 20;

const SMALL: usize = 1_500_000;
const LARGE: usize = 6_000_000;

/// The shapes: what vendors send, and what takes a parser the most memory for each byte.
const SHAPES: &[(&str, Product, &str, &str, &str)] = &[
    (
        "sub-tasks of a task flow",
        Product::TencentVod,
        r#"{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{"Status":"FINISH","MediaProcessResultSet":[{}"#,
        r#",{"Type":"Transcode","TranscodeTask":{"Status":"SUCCESS","ErrCode":0,"Input":{"Definition":20},"Output":{"Url":"https://media.example.com/0123456789/video.f20.mp4","Size":4189073,"Height":480,"Width":640}}}"#,
        "]}}",
    ),
    (
        "tasks of a workflow, XML",
        Product::TencentCi,
        "<Response><EventName>WorkflowFinish</EventName><WorkflowExecution><State>Success</State>",
        "<Tasks><Type>Transcode</Type><State>Success</State><JobId>j168668b217b011ed8efb27bb229e2d11</JobId></Tasks>",
        "</WorkflowExecution></Response>",
    ),
    (
        "jobs of a callback",
        Product::TencentCi,
        r#"{"EventName":"TaskFinish","X":"xxxxxxxxxxxxxxxxxxxx","JobsDetail":[{}"#,
        r#",{"JobId":"j","Tag":"Snapshot","State":"Success"}"#,
        "]}",
    ),
    (
        "empty sub-tasks",
        Product::TencentVod,
        r#"{"ReduceMediaBitrateCompleteEvent":{"MediaProcessResultSet":[{}"#,
        ",{}",
        "]}}",
    ),
    ("empty events", Product::TencentVod, r#"{"EventSet":[{}"#, ",{}", "]}"),
    (
        "names of files",
        Product::AliyunIms,
        r#"{"EventType":"AIProduceComplete","MessageBody":{"Status":"Success","OutputFiles":["a""#,
        r#","a""#,
        "]}}",
    ),
    ("small elements", Product::TencentCi, "<Response>", "<a>1</a>", "</Response>"),
    ("small members", Product::AliyunIms, r#"{"b":1"#, r#","a":1"#, "}"),
    ("small objects", Product::AliyunIms, r#"{"b":[{}"#, r#",{"a":1}"#, "]}"),
    ("small items", Product::AliyunIms, r#"{"b":[1"#, ",1", "]}"),
    ("one string", Product::AliyunVod, r#"{"EventType":""#, "x", r#""}"#),
    ("escapes", Product::AliyunVod, r#"{"EventType":""#, r"\n", r#""}"#),
    ("white space", Product::AliyunVod, "{", " \n", "}"),
    ("nothing that can be read", Product::AliyunVod, "{", "x", ""),
];

#[test]
fn memory_is_linear_in_the_size_of_the_body() {
    let _turn = TURN.lock();
    let received = "2026-01-02T03:04:05Z".parse().unwrap();
    for (name, product, head, item, tail) in SHAPES {
        let peak_per_byte = |size: usize| {
            let body = format!("{head}{}{tail}", item.repeat((size - head.len() - tail.len()) / item.len()));
            ALLOCATOR.reset_peak_usage();
            let before = ALLOCATOR.current_usage();
            let events = decode(*product, body.as_bytes(), received);
            assert!(!events.is_empty(), "{name}");
            (ALLOCATOR.peak_usage() - before) / (body.len() / 100)
        };
        let (small, large) = (peak_per_byte(SMALL), peak_per_byte(LARGE));
        println!("{name}: {small} and {large} bytes for each 100 of the body");
        for (size, per_100) in [(SMALL, small), (LARGE, large)] {
            assert!(size / 100 * per_100 <= 8 * size + ALLOWANCE, "{name}: {per_100} bytes for each 100 of {size}");
        }
    }
}

/// Bytes of the bodies. `cargo test --release` tries what a function takes at most; without optimisation that takes minutes.
const SIZES: &[usize] =
    if cfg!(debug_assertions) { &[10_000, 100_000, 1_000_000] } else { &[10_000, 100_000, 1_000_000, 5_800_000] };

/// However little stands for however much, what is made of it fits into a function, and its JSON as well.
#[test]
fn what_little_stands_for_has_a_bound() {
    let _turn = TURN.lock();
    let received = "2026-01-02T03:04:05Z".parse().unwrap();
    for Amplifier { name, product, make } in AMPLIFIERS {
        let product: Product = product.parse().unwrap();
        for size in SIZES {
            for body in bodies_of(*make, *size) {
                ALLOCATOR.reset_peak_usage();
                let before = ALLOCATOR.current_usage();
                let events = decode(product, body.as_bytes(), received);
                let json: usize = events.iter().map(|event| serde_json::to_vec(event).unwrap().len()).sum();
                let peak = ALLOCATOR.peak_usage() - before;
                println!("{name}, {} bytes: {} events, {json} bytes of JSON, peak {peak}", body.len(), events.len());
                assert!(!events.is_empty(), "{name}");
                assert!(peak <= 8 * body.len() + ALLOWANCE, "{name}: {peak} bytes for a body of {}", body.len());
            }
        }
    }
}

/// Peak of what is made of a body and of its JSON, in bytes.
fn peak(product: Product, body: &str) -> usize {
    let received = "2026-01-02T03:04:05Z".parse().unwrap();
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let events = decode(product, body.as_bytes(), received);
    // As they are stored: one after the other.
    for event in &events {
        serde_json::to_vec(event).unwrap();
    }
    ALLOCATOR.peak_usage() - before
}

/// How many bodies are made for each size; `SHAPES=100000 cargo test --release --test memory` tries more.
fn bodies() -> u64 {
    std::env::var("SHAPES").ok().and_then(|number| number.parse().ok()).unwrap_or(24)
}

/// Bodies of shapes that nobody thought of, made from the structs and tables.
#[test]
fn a_body_of_any_shape_has_a_bound() {
    let _turn = TURN.lock();
    let source = Source::read();
    let first = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut worst = Vec::new();
    for seed in (0..bodies()).map(|number| first.wrapping_add(number)) {
        let body = Maker::new(&source, seed).body();
        for (size, share) in [(100_000, 2), (100_000, 5), (*SIZES.last().unwrap(), 3)] {
            let text = body.write(size, share);
            let peak = peak(body.product, &text);
            assert!(
                peak <= 8 * text.len() + ALLOWANCE,
                "SEED={seed}, {}, {size}, 1/{share}: {peak} bytes for a body of {}: {:.2000}",
                body.product,
                text.len(),
                text
            );
            worst.push((peak.saturating_sub(8 * text.len()), text.len(), seed, body.product));
        }
    }
    worst.sort_unstable_by_key(|(more, ..)| std::cmp::Reverse(*more));
    println!("bytes beyond eight times the body, its length, seed, product: {:?}", worst.get(..10));
}
