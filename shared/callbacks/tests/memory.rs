//! Memory is linear in the size of the body, whatever its shape.

use std::sync::Mutex;

use callbacks::{Product, decode};
use peak_alloc::PeakAlloc;

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

/// However small the items are, what is made of them fits into a function.
#[test]
fn what_is_made_of_small_items_has_a_bound() {
    const FUNCTION: usize = 256 * 1024 * 1024;
    let _turn = TURN.lock();
    let received = "2026-01-02T03:04:05Z".parse().unwrap();
    let bucket = "b".repeat(100_000);
    for (name, product, head, item, tail, most) in [
        ("events", Product::TencentVod, r#"{"EventSet":[{}"#.to_owned(), ",{}", "]}", 10_000),
        ("jobs", Product::TencentCi, r#"{"X":"x","JobsDetail":[{}"#.to_owned(), ",{}", "]}", 10_000),
        (
            "sub-tasks",
            Product::TencentVod,
            r#"{"ProcedureStateChangeEvent":{"MediaProcessResultSet":[{}"#.to_owned(),
            ",{}",
            "]}}",
            100_000,
        ),
        ("tasks", Product::TencentCi, r#"{"WorkflowExecution":{"Tasks":[{}"#.to_owned(), ",{}", "]}}", 100_000),
        (
            "files in a bucket with a long name",
            Product::TencentCi,
            format!(
                r#"{{"EventName":"TaskFinish","JobsDetail":{{"Tag":"Snapshot","State":"Success","Operation":{{"MediaResult":{{"OutputFile":{{"Bucket":"{bucket}","ObjectName":["a""#
            ),
            r#","a""#,
            "]}}}}}",
            100_000,
        ),
    ] {
        let body = format!("{head}{}{tail}", item.repeat(most - 1));
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let events = decode(product, body.as_bytes(), received);
        assert!(events.iter().all(|decoded| decoded.unreadable().is_none()), "{name}");
        let peak = ALLOCATOR.peak_usage() - before;
        println!("{name}: {} bytes of {}", peak, body.len());
        assert!(peak < FUNCTION / 2, "{name}: {peak} bytes");
    }
}
