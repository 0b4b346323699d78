//! Cloud Infinite: each queue and each workflow of a bucket has a setting.
//!
//! <https://www.tencentcloud.com/document/product/1045/72939>, <https://www.tencentcloud.com/document/product/1045/50339>

use quick_xml::de::from_str;
use quick_xml::se::to_string_with_root;
use serde::{Deserialize, Serialize};
use vendor_api::{AccessKey, ApiError, BucketApi};

use super::PATIENCE;
use super::change::Change;
use super::finding::Finding;
use super::ours::Ours;
use super::url::compare;
use crate::failure::Failure;

const CONSOLE: &str = "https://console.cloud.tencent.com/ci, the bucket, Task and Workflow";

/// The paths of the kinds of queues, each with its parameters. Media has two kinds, which one path lists.
const QUEUES: [(&str, &[(&str, &str)]); 6] = [
    ("/queue", &[("category", "CateAll")]),
    ("/picqueue", &[]),
    ("/ai_queue", &[]),
    ("/asrqueue", &[]),
    ("/docqueue", &[]),
    ("/file_queue", &[]),
];

/// The kind of queue that every bucket with media processing has.
const MEDIA: &str = "/queue";

/// Rows of a page; more pages are asked for until all rows are there.
const PAGE: &str = "100";

const TASK: &str = "TaskFinish";
const WORKFLOW: &str = "WorkflowFinish";

/// The settings of buckets.
pub(super) struct Ci {
    pub(super) buckets: Vec<NamedBucket>,
    pub(super) key: AccessKey,
    /// The ids of queues and workflows to look at; none means all.
    pub(super) only: Vec<String>,
}

/// A bucket, and its API.
pub(super) struct NamedBucket {
    pub(super) name: String,
    pub(super) api: BucketApi,
}

/// What the buckets have.
pub(super) struct Settings<'c> {
    sources: Vec<Source<'c>>,
    /// What could not be read.
    unread: Vec<Finding>,
}

/// A queue or a workflow, which sends callbacks.
struct Source<'c> {
    bucket: &'c NamedBucket,
    /// The path of its kind of queue; none for a workflow.
    path: Option<&'static str>,
    id: String,
    name: String,
    /// `Active` or `Paused`.
    state: String,
    notify: Notify,
    /// The bucket that it says it belongs to; empty where it does not say.
    of: String,
}

/// A queue whose callbacks are to go elsewhere.
pub(super) struct Update<'s> {
    source: &'s Source<'s>,
    path: &'static str,
    notify: Notify,
    /// What differs from what is set.
    pub(super) changes: Vec<Change>,
}

/// Where callbacks go.
#[derive(Default, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
struct Notify {
    /// `On` or `Off`.
    state: String,
    /// `Url`, or a queue that Mediahook does not read: `TDMQ`, `Kafka`.
    r#type: String,
    url: String,
    /// Names separated by commas.
    event: String,
    /// `XML` or `JSON`, both of which are read.
    #[serde(skip_serializing_if = "String::is_empty")]
    result_format: String,
}

/// A page of a list: queues or workflows.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    total_count: usize,
    queue_list: Vec<Queue>,
    media_workflow_list: Vec<Workflow>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Queue {
    queue_id: String,
    name: String,
    state: String,
    notify_config: Notify,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Workflow {
    workflow_id: String,
    name: String,
    state: String,
    bucket_id: String,
    topology: Topology,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Topology {
    nodes: Nodes,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Nodes {
    start: Start,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Start {
    input: Input,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Input {
    notify_config: Notify,
}

impl Ci {
    /// Reads the queues and workflows of all buckets. What a bucket does not have is told as a finding.
    ///
    /// # Errors
    /// Where the queues of media, or the workflows, of a bucket cannot be read.
    pub(super) async fn read(&self) -> Result<Settings<'_>, ApiError> {
        let mut settings = Settings { sources: Vec::new(), unread: Vec::new() };
        for bucket in &self.buckets {
            for (path, parameters) in QUEUES {
                match self.list(bucket, path, parameters).await {
                    Ok(queues) => settings.sources.extend(queues),
                    // A kind of processing that is not in use has no queues.
                    Err(ApiError::Gone(refusal) | ApiError::Refused(refusal)) if path != MEDIA => {
                        let found = format!("{path} cannot be read, which may not be in use: {refusal}");
                        settings.unread.push(Finding::cannot_tell("queues", found, CONSOLE).of(&bucket.name));
                    }
                    Err(error) => return Err(error),
                }
            }
            settings.sources.extend(self.list(bucket, "/workflow", &[]).await?);
        }
        if !self.only.is_empty() {
            settings.sources.retain(|source| self.only.contains(&source.id));
            settings.unread.clear();
        }
        Ok(settings)
    }

    async fn list<'c>(
        &self,
        bucket: &'c NamedBucket,
        path: &'static str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<Source<'c>>, ApiError> {
        let mut sources = Vec::new();
        for page in 1.. {
            let page = usize::to_string(&page);
            let mut parameters = parameters.to_vec();
            parameters.extend([("pageNumber", page.as_str()), ("pageSize", PAGE)]);
            let answer = bucket.api.get(path, &parameters, &self.key, PATIENCE).await?;
            let page: Page =
                from_str(&answer).map_err(|_| ApiError::undocumented(200, "expected queues or workflows as XML"))?;
            let before = sources.len();
            sources.extend(page.queue_list.into_iter().map(|queue| Source {
                bucket,
                path: Some(path),
                id: queue.queue_id,
                name: queue.name,
                state: queue.state,
                notify: queue.notify_config,
                of: String::new(),
            }));
            sources.extend(page.media_workflow_list.into_iter().map(|workflow| Source {
                bucket,
                path: None,
                id: workflow.workflow_id,
                name: workflow.name,
                state: workflow.state,
                notify: workflow.topology.nodes.start.input.notify_config,
                of: workflow.bucket_id,
            }));
            if sources.len() >= page.total_count || sources.len() == before {
                break;
            }
        }
        Ok(sources)
    }

    /// Compares the settings with what the stack has.
    pub(super) fn examine(&self, settings: &Settings<'_>, ours: &Ours) -> Vec<Finding> {
        let mut findings = settings.unread.clone();
        for id in self.unknown(settings) {
            let mend = format!("check the id, and {}", variables::CI_BUCKETS);
            findings.push(Finding::differs("id", format!("no bucket has a queue or workflow {id}"), mend));
        }
        for source in &settings.sources {
            findings.extend(source.examine(ours).into_iter().map(|finding| finding.of(&source.title())));
        }
        findings.push(Finding::cannot_tell(
            "reviews",
            "no API tells where the results of content reviews go, nor in which CallbackVersion",
            "https://console.cloud.tencent.com/ci, the bucket, Content Moderation, Callback Settings",
        ));
        findings
    }

    /// Those of the ids to look at that no bucket has.
    fn unknown<'s>(&'s self, settings: &'s Settings<'_>) -> impl Iterator<Item = &'s String> {
        self.only.iter().filter(|id| !settings.sources.iter().any(|source| source.id == **id))
    }

    /// What would have to be changed of each queue. What a workflow sends is set in the console: an update replaces all of it.
    ///
    /// # Errors
    /// Where the function's URL is not known, an id is none, or there is no queue.
    pub(super) fn updates<'s>(&self, settings: &'s Settings<'s>, ours: &Ours) -> Result<Vec<Update<'s>>, Failure> {
        if let Some(id) = self.unknown(settings).next() {
            return Err(format!("no bucket has a queue or workflow {id}").into());
        }
        let own = ours.url.as_ref().ok_or_else(|| "the stack has no URL for tencent-ci".to_owned())?;
        let url = ours.callback_url(own)?;
        let updates = settings.sources.iter().filter_map(|source| Some(source.update(source.path?, &url)));
        let updates: Vec<_> = updates.collect();
        if updates.is_empty() {
            return Err("there is no queue to change; a workflow is set in the console: docs/setup/tencent-ci.md"
                .to_owned()
                .into());
        }
        Ok(updates)
    }

    /// Sets where a queue sends callbacks. Its name and state stay.
    pub(super) async fn set(&self, update: &Update<'_>) -> Result<(), ApiError> {
        let Update { source, path, notify, .. } = update;
        let request = Request { name: &source.name, state: &source.state, notify_config: notify };
        let body = to_string_with_root("Request", &request);
        let body = body.map_err(|_| ApiError::undocumented(200, "expected names that XML can have"))?;
        source.bucket.api.put(&format!("{path}/{}", source.id), body, &self.key, PATIENCE).await.map(drop)
    }
}

/// The body of a queue's update.
///
/// <https://www.tencentcloud.com/document/product/1045/72940>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'s> {
    name: &'s str,
    state: &'s str,
    notify_config: &'s Notify,
}

impl Update<'_> {
    /// What the queue is called.
    pub(super) fn title(&self) -> String {
        self.source.title()
    }
}

impl Source<'_> {
    fn title(&self) -> String {
        let kind = if self.path.is_some() { "queue" } else { "workflow" };
        format!("{kind} {}", self.id)
    }

    /// The events that it has to send. A workflow's single jobs need not be told of, and only media queues run workflows.
    fn needed(&self) -> &'static [&'static str] {
        match self.path {
            None => &[WORKFLOW],
            Some(MEDIA) => &[TASK, WORKFLOW],
            Some(_) => &[TASK],
        }
    }

    /// The events that it sends.
    fn sent(&self) -> Vec<&str> {
        self.notify.event.split(',').map(str::trim).filter(|event| !event.is_empty()).collect()
    }

    /// The events that it has to send, and does not.
    fn missing(&self) -> Vec<&'static str> {
        let sent = self.sent();
        self.needed().iter().copied().filter(|event| !sent.contains(event)).collect()
    }

    /// Has its callbacks go to this URL: those that are needed, and those that are sent already.
    fn update(&self, path: &'static str, url: &str) -> Update<'_> {
        let found = &self.notify;
        let missing = self.missing();
        // What fits stays as it is written.
        let event = if missing.is_empty() { found.event.clone() } else { [self.sent(), missing].concat().join(",") };
        let notify = Notify {
            state: "On".to_owned(),
            r#type: "Url".to_owned(),
            url: url.to_owned(),
            event,
            result_format: found.result_format.clone(),
        };
        let changes = vec![
            Change::shown("State", &found.state, &notify.state),
            Change::shown("Type", &found.r#type, &notify.r#type),
            Change::url("Url", &found.url, &notify.url),
            Change::shown("Event", &found.event, &notify.event),
        ];
        Update { source: self, path, notify, changes }
    }

    fn examine(&self, ours: &Ours) -> Vec<Finding> {
        let bucket = &self.bucket.name;
        let is_queue = self.path.is_some();
        if self.state == "Paused" {
            return vec![if is_queue {
                Finding::differs("state", "it is paused: its jobs do not run", CONSOLE)
            } else {
                Finding::right("state", "it is paused, and sends nothing")
            }];
        }
        let connect = if is_queue {
            "`mediahook connect tencent-ci` sets it; --only names the queues and workflows that you use"
        } else {
            "set it in the workflow: docs/setup/tencent-ci.md; --only names the queues and workflows that you use"
        };
        let mut findings = Vec::new();
        if !self.of.is_empty() && self.of != *bucket {
            let mend = format!("{} names another bucket", variables::CI_BUCKETS);
            findings.push(Finding::differs(
                "bucket",
                format!("it is of bucket {}, and not of {bucket}", self.of),
                mend,
            ));
        }
        if self.notify.state != "On" {
            findings.push(Finding::differs("callback", "it is off: nothing is sent", connect));
            return findings;
        }
        if self.notify.r#type != "Url" {
            let found = "it goes to a message queue, which Mediahook does not read";
            findings.push(Finding::differs("callback", found, connect));
            return findings;
        }
        if let Some(own) = &ours.url {
            findings.extend(compare(&self.notify.url, own, ours.credentials.as_ref(), connect));
        }
        let missing = self.missing();
        findings.push(if missing.is_empty() {
            Finding::right("event", format!("{} is sent", self.sent().join(", ")))
        } else {
            Finding::differs("event", format!("{} is not sent", missing.join(", ")), connect)
        });
        findings
    }
}
