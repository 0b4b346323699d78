//! Tencent Cloud VOD: one setting for each application.
//!
//! <https://www.tencentcloud.com/document/product/266/37546>, <https://www.tencentcloud.com/document/product/266/37547>

use callbacks::Product;
use serde::Deserialize;
use serde_json::{Map, Value};
use vendor_api::{AccessKey, ApiError, tencent};

use super::change::Change;
use super::finding::Finding;
use super::ours::Ours;
use super::{PATIENCE, url};
use crate::failure::Failure;

const CONSOLE: &str = "https://console.cloud.tencent.com/vod, Callback Settings";

/// The events that are sent only if they are switched on, with the names of their switches.
const SWITCHES: [(&str, &str); 3] = [
    ("NewFileUpload", "UploadMediaCompleteEventSwitch"),
    ("FileDeleted", "DeleteMediaCompleteEventSwitch"),
    ("PersistenceComplete", "PersistenceCompleteEventSwitch"),
];

/// The callback setting of an application.
pub(super) struct Vod {
    pub(super) api: tencent::Vod,
    pub(super) endpoint: String,
    pub(super) sub_app_id: Option<u64>,
    pub(super) key: AccessKey,
}

/// What `DescribeEventConfig` tells. It does not tell the key that callbacks are signed with, nor the URL of format 2.0.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct EventConfig {
    /// `PUSH` or `PULL`.
    mode: Option<String>,
    notification_url: Option<String>,
    /// `ON` or `OFF`.
    upload_media_complete_event_switch: Option<String>,
    delete_media_complete_event_switch: Option<String>,
    persistence_complete_event_switch: Option<String>,
}

impl EventConfig {
    fn mode(&self) -> &str {
        self.mode.as_deref().unwrap_or_default()
    }

    fn url(&self) -> &str {
        self.notification_url.as_deref().unwrap_or_default()
    }

    /// The events that have a switch, each with the switch's name and whether it is on.
    fn switches(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let values = [
            &self.upload_media_complete_event_switch,
            &self.delete_media_complete_event_switch,
            &self.persistence_complete_event_switch,
        ];
        let is_on = values.map(|value| value.as_deref() == Some("ON"));
        SWITCHES.into_iter().zip(is_on).map(|((event, switch), is_on)| (event, switch, is_on))
    }
}

impl Vod {
    pub(super) async fn read(&self) -> Result<EventConfig, ApiError> {
        let response = self.call("DescribeEventConfig", Map::new()).await?;
        tencent::body(&response)
    }

    async fn call(&self, action: &'static str, mut body: Map<String, Value>) -> Result<vendor_api::Response, ApiError> {
        body.extend(self.sub_app_id.map(|id| ("SubAppId".to_owned(), id.into())));
        self.api.call(action, Value::Object(body).to_string().into_bytes(), &self.key, PATIENCE).await
    }

    /// Compares the setting with what the stack has. `events` are those that are needed; none means all.
    pub(super) fn examine(&self, config: &EventConfig, ours: &Ours, events: &[String]) -> Vec<Finding> {
        let mut findings = vec![mode(config.mode(), ours)];
        if config.mode() == "PULL" {
            findings.extend(self.pulled(ours));
        } else if let Some(own) = &ours.url {
            findings.extend(url::compare(config.url(), own, ours.credentials.as_ref(), url::CONNECT));
            findings.push(key(ours));
            if config.url().is_empty() {
                findings.push(Finding::cannot_tell(
                    "format 2.0",
                    "an account from before 2019 may have a URL of that format; no API tells it",
                    CONSOLE,
                ));
            }
        }
        for (event, switch, is_on) in config.switches() {
            findings.push(if is_on {
                Finding::right("event", format!("{event} is sent"))
            } else if is_needed(event, events) {
                let mend = format!(
                    "{switch} is OFF: `mediahook connect tencent-vod` switches it on; --event names those that you need"
                );
                Finding::differs("event", format!("{event} is not sent"), mend)
            } else {
                Finding::right("event", format!("{event} is not sent, and not needed"))
            });
        }
        findings
    }

    /// Whether the stack pulls what was looked at.
    fn pulled(&self, ours: &Ours) -> Vec<Finding> {
        let Some(pull) = &ours.pull else { return Vec::new() };
        let mut findings = Vec::new();
        let id = self.sub_app_id.map(|id| id.to_string()).unwrap_or_default();
        let named = |id: &str| if id.is_empty() { "none".to_owned() } else { id.to_owned() };
        findings.push(if id == pull.sub_app_id {
            Finding::right("application", named(&id))
        } else {
            let mend =
                format!("one of the two is wrong: the parameter TencentVodSubAppId, or {}", variables::SUB_APP_ID);
            let found =
                format!("the stack pulls from application {}, and this is {}", named(&pull.sub_app_id), named(&id));
            Finding::differs("application", found, mend)
        });
        findings.push(if pull.endpoint.trim_end_matches('/') == self.endpoint.trim_end_matches('/') {
            Finding::right("server", &pull.endpoint)
        } else {
            let found = format!("the stack pulls from {}, and this is {}", pull.endpoint, self.endpoint);
            let mend = "mainland and international accounts have servers of their own: one of the two is wrong";
            Finding::differs("server", found, mend)
        });
        findings
    }

    /// What would have to be changed.
    ///
    /// # Errors
    /// Where the function's URL is not known.
    pub(super) fn changes(
        config: &EventConfig,
        ours: &Ours,
        events: &[String],
        pulls: bool,
    ) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        let mode = if pulls { "PULL" } else { "PUSH" };
        changes.push(Change::shown("Mode", config.mode(), mode));
        if let Some(own) = ours.url.as_ref().filter(|_| !pulls) {
            changes.push(Change::url("NotificationUrl", config.url(), &ours.callback_url(own)?));
            changes.extend(ours.key().map(|key| Change::hidden("SignKey", "a key that no API tells", key)));
        }
        for (event, switch, is_on) in config.switches() {
            let is_on_then = is_on || is_needed(event, events);
            let text = |is_on| if is_on { "ON" } else { "OFF" };
            changes.push(Change::shown(switch, text(is_on), text(is_on_then)));
        }
        Ok(changes)
    }

    /// Sets all that `changes` name, also what stays: a switch that is left out is documented to be OFF by default.
    pub(super) async fn set(&self, changes: &[Change]) -> Result<(), ApiError> {
        let body = changes.iter().map(|change| (change.name.to_owned(), change.value().into())).collect();
        let response = self.call("ModifyEventConfig", body).await?;
        tencent::body::<serde::de::IgnoredAny>(&response).map(drop)
    }
}

fn is_needed(event: &str, events: &[String]) -> bool {
    events.is_empty() || events.iter().any(|needed| needed == event)
}

fn mode(mode: &str, ours: &Ours) -> Finding {
    const CHECK: &str = "mode";
    let product = Product::TencentVod;
    match mode {
        "PULL" if ours.pull.is_some() => Finding::right(CHECK, "PULL, and the stack pulls"),
        "PULL" => Finding::differs(
            CHECK,
            "PULL: nothing is posted, and the stack has no pull function",
            format!("`mediahook connect {product}` sets PUSH; or deploy with TencentVodPullEndpoint"),
        ),
        "PUSH" | "" if ours.url.is_some() => Finding::right(CHECK, "PUSH, and the stack has a URL"),
        "PUSH" | "" => Finding::differs(
            CHECK,
            "PUSH: nothing is put into the queue, which is what the stack pulls",
            format!("`mediahook connect {product}` sets PULL; or deploy with TencentVod=true"),
        ),
        _ => Finding::differs(CHECK, "it is neither PUSH nor PULL", CONSOLE),
    }
}

fn key(ours: &Ours) -> Finding {
    let look = "a callback tells: docs/setup/tencent-vod.md, Check";
    match &ours.credentials {
        Some(credentials) if credentials.keys.is_empty() => Finding::cannot_tell(
            "key",
            "no API tells whether SignKey is set; the secret has no key, so signatures are not verified",
            look,
        ),
        Some(_) => Finding::cannot_tell(
            "key",
            "no API tells whether SignKey is the key in the secret; without it each callback is refused as unsigned",
            look,
        ),
        None => Finding::cannot_tell("key", "no API tells whether SignKey is set", look),
    }
}
