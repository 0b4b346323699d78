//! Bodies in which little stands for much: what everything in a long list repeats, or what is long when it is written out.

/// A shape of a body.
#[derive(Debug, Clone, Copy)]
pub struct Amplifier {
    /// What it is called.
    pub name: &'static str,
    /// The slug of the product that such a body is posted for.
    pub product: &'static str,
    /// The body with this text, which everything in a list of so many items repeats.
    pub make: Make,
}

/// Makes a body of a text and the length of a list.
pub type Make = fn(&str, usize) -> String;

const fn amplifier(name: &'static str, product: &'static str, make: Make) -> Amplifier {
    Amplifier { name, product, make }
}

/// Bodies of about so many bytes: most of them in the text, most of them in the list, and half of them in either.
pub fn bodies_of(make: Make, size: usize) -> impl Iterator<Item = String> {
    [(size * 9 / 10, size / 40), (size / 10, size * 3 / 10), (size / 2, size / 6)]
        .into_iter()
        .map(move |(text, count)| make(&"x".repeat(text), count))
}

/// The shapes.
pub const AMPLIFIERS: &[Amplifier] = &[
    amplifier("jobs under a long name", "tencent-ci", |text, count| {
        format!(r#"{{"EventName":"{text}","JobsDetail":[{}]}}"#, list("{}", count))
    }),
    amplifier("jobs beside a long text", "tencent-ci", |text, count| {
        format!(r#"{{"EventName":"TaskFinish","X":"{text}","JobsDetail":[{}]}}"#, list("{}", count))
    }),
    amplifier("a series in a long bucket", "aliyun-ims", |text, _| {
        let output =
            format!(r#"{{\"Bucket\":\"{text}\",\"Location\":\"oss-cn-shanghai\",\"Object\":\"a-{{Count}}.jpg\"}}"#);
        format!(
            r#"{{"EventType":"SnapshotComplete","MessageBody":{{"Status":"Success","Count":10000,"Type":"Normal","Output":"{{\"Type\":\"OSS\",\"Media\":\"http://{text}.oss-cn-shanghai.aliyuncs.com/a-{{Count}}.jpg\",\"OssFile\":{}}}"}}}}"#,
            output.replace('\\', "\\\\").replace("\\\\\"", "\\\"")
        )
    }),
    amplifier("series in the nodes of a workflow", "aliyun-vod", |_, count| {
        let info = r#"{"SnapshotInfos":[{"SnapshotCount":10000,"SnapshotRegular":"http://a.example.com/{SnapshotCount}.jpg"}]}"#;
        let node = |number| {
            format!(
                r#""n{number}":{{"Status":"Succeed","Result":{{"EventType":"SnapshotComplete","MessageBody":{info}}}}}"#
            )
        };
        let nodes: Vec<String> = (0..count / 40).map(node).collect();
        format!(
            r#"{{"EventType":"WorkflowTaskComplete","Status":"Succeed","ActivityResults":{{{}}}}}"#,
            nodes.join(",")
        )
    }),
    amplifier("pages in a long bucket", "tencent-ci", |text, count| {
        format!(
            r#"{{"EventName":"TaskFinish","JobsDetail":{{"Tag":"DocProcess","State":"Success","Operation":{{"Output":{{"Bucket":"{text}","Region":"{text}"}},"DocProcessResult":{{"PageInfo":[{}]}}}}}}}}"#,
            list(r#"{"TgtUri":"a"}"#, count / 5)
        )
    }),
    amplifier("files under a prefix in a bucket", "tencent-ci", |text, count| {
        let text = "x".repeat(text.len().min(1_000));
        format!(
            r#"{{"EventName":"TaskFinish","JobsDetail":{{"Tag":"Snapshot","State":"Success","Operation":{{"MediaResult":{{"OutputFile":{{"Bucket":"{text}","Region":"{text}","ObjectPrefix":"{text}","ObjectName":[{}]}}}}}}}}}}"#,
            list(r#""a""#, count)
        )
    }),
    amplifier("files of a workflow in a bucket", "tencent-ci", |text, count| {
        let file = format!(r#"{{"ObjectName":"a","ObjectUrl":"http://{}.cos/a"}}"#, "x".repeat(text.len().min(20)));
        format!(
            r#"{{"EventName":"WorkflowFinish","WorkflowExecution":{{"BucketId":"{text}","State":"Success","Tasks":[{{"State":"Success","ResultInfo":{{"ObjectInfo":[{}]}}}}]}}}}"#,
            list(&file, count / 20)
        )
    }),
    amplifier("user data of small objects", "aliyun-vod", |_, count| {
        format!(r#"{{"EventType":"FileUploadComplete","Status":"success","Extend":[{}]}}"#, list("{}", count))
    }),
    amplifier("user data of small objects in a string", "tencent-vod", |_, count| {
        format!(
            r#"{{"EventType":"ProcedureStateChanged","ProcedureStateChangeEvent":{{"SessionContext":"[{}]"}}}}"#,
            list("{}", count)
        )
    }),
    amplifier("an answer of many events", "tencent-vod", |_, count| {
        format!(r#"{{"Response":{{"EventSet":[{}]}}}}"#, list(r#"{"EventHandle":"h"}"#, count / 6))
    }),
    amplifier("arrays in arrays", "tencent-vod", |_, count| {
        let deep = format!("{}{}", "[".repeat(90), "]".repeat(90));
        format!(r#"{{"EventType":"New","NewEvent":{{"New":[{}]}}}}"#, list(&deep, count / 60))
    }),
    amplifier("parts in strings in strings", "aliyun-vod", |_, count| {
        let inner = format!("[{}]", list(r#"{"Status":"success"}"#, count / 12));
        let twice = inner.replace('"', r#"\""#);
        format!(r#"{{"EventType":"TranscodeComplete","Status":"success","StreamInfos":"{twice}"}}"#)
    }),
    amplifier("deleted files", "tencent-vod", |text, count| {
        let ids: Vec<String> = (0..count / 8).map(|id| format!("\"{id}\"")).collect();
        format!(r#"{{"EventType":"FileDeleted","X":"{text}","FileDeleteEvent":{{"FileIdSet":[{}]}}}}"#, ids.join(","))
    }),
    amplifier("members of one key", "tencent-vod", |_, count| {
        format!(r#"{{"EventType":"New","NewEvent":{{"b":1{}}}}}"#, r#","a":[]"#.repeat(count / 2))
    }),
    amplifier("small elements with attributes", "tencent-ci", |_, count| {
        format!("<Response>{}</Response>", r#"<a b="1">1</a>"#.repeat(count / 4))
    }),
];

fn list(item: &str, count: usize) -> String {
    vec![item; count.max(2)].join(",")
}
