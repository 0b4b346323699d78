//! Alibaba Cloud: VOD has a setting for each region and application, IMS one for each region.
//!
//! <https://www.alibabacloud.com/help/en/vod/developer-reference/api-vod-2017-03-21-getmessagecallback>,
//! <https://www.alibabacloud.com/help/en/ims/developer-reference/api-ice-2020-11-09-geteventcallback>

use callbacks::{Product, kinds};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use vendor_api::{AccessKey, ApiError, aliyun};

use super::PATIENCE;
use super::change::Change;
use super::finding::Finding;
use super::ours::{Ours, Pull};
use super::url::{CONNECT, compare, exposed};
use crate::failure::Failure;
use crate::product::stack_name;

/// All events of VOD that are made by AI have this one name in its setting.
const AI: &str = "AIComplete";

/// The callback setting of one of the two products.
pub(super) struct Callback {
    pub(super) product: Product,
    pub(super) api: aliyun::Rpc,
    pub(super) key: AccessKey,
    /// VOD's application; by default `app-1000000`.
    pub(super) app_id: Option<String>,
}

/// What `GetMessageCallback` and `GetEventCallback` tell.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Setting {
    /// `HTTP` or `MNS`.
    #[serde(rename = "CallbackType")]
    r#type: Option<String>,
    #[serde(rename = "CallbackURL")]
    url: Option<String>,
    /// Names separated by commas; of VOD also `ALL`.
    #[serde(rename = "EventTypeList")]
    events: Option<String>,
    /// `on` or `off`.
    #[serde(rename = "AuthSwitch")]
    auth_switch: Option<String>,
    #[serde(rename = "AuthKey")]
    auth_key: Option<SecretString>,
    /// Of VOD only: the queue's server.
    #[serde(rename = "MnsEndpoint")]
    mns_endpoint: Option<String>,
    #[serde(rename = "MnsQueueName", alias = "CallbackQueueName")]
    queue: Option<String>,
}

impl Setting {
    fn r#type(&self) -> &str {
        self.r#type.as_deref().unwrap_or_default()
    }

    fn url(&self) -> &str {
        self.url.as_deref().unwrap_or_default()
    }

    fn queue(&self) -> &str {
        self.queue.as_deref().unwrap_or_default()
    }

    fn events(&self) -> Vec<&str> {
        let names = self.events.as_deref().unwrap_or_default().split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).collect()
    }

    fn auth_key(&self) -> &str {
        self.auth_key.as_ref().map_or("", |key| key.expose_secret())
    }

    fn is_signed(&self) -> bool {
        self.auth_switch.as_deref() == Some("on")
    }

    fn sends(&self, event: &str) -> bool {
        let named = |name: &str| name == "ALL" || name == event || (name == AI && event.starts_with("AI"));
        self.events().into_iter().any(named)
    }
}

impl Callback {
    pub(super) async fn read(&self) -> Result<Setting, ApiError> {
        let (action, pointer) = match self.product {
            Product::AliyunVod => ("GetMessageCallback", "/MessageCallback"),
            _ => ("GetEventCallback", ""),
        };
        let response = self.api.call(action, &self.application(), &self.key, PATIENCE).await?;
        let answer: Value = aliyun::body(&response)?;
        // Where nothing is set, the object is missing or null.
        let setting = answer.pointer(pointer).filter(|setting| !setting.is_null());
        let setting = setting.map(Setting::deserialize).transpose();
        setting.map(Option::unwrap_or_default).map_err(|_| ApiError::undocumented(200, "expected texts"))
    }

    fn application(&self) -> Vec<(&str, &str)> {
        self.app_id.iter().map(|id| ("AppId", id.as_str())).collect()
    }

    /// Compares the setting with what the stack has. `events` are those that are needed; none means any.
    pub(super) fn examine(&self, setting: &Setting, ours: &Ours, events: &[String]) -> Vec<Finding> {
        let mut findings = vec![self.r#type(setting, ours)];
        match setting.r#type() {
            "MNS" => findings.extend(ours.pull.iter().flat_map(|pull| self.queue(setting, pull))),
            "HTTP" => {
                if let Some(own) = &ours.url {
                    findings.extend(compare(setting.url(), own, ours.credentials.as_ref(), CONNECT));
                    findings.push(self.key(setting, ours));
                    findings.extend(self.signed_url(setting, ours));
                }
            }
            _ => {}
        }
        findings.extend(self.events(setting, events));
        findings
    }

    fn r#type(&self, setting: &Setting, ours: &Ours) -> Finding {
        const CHECK: &str = "type";
        let product = self.product;
        match setting.r#type() {
            "" => Finding::differs(
                CHECK,
                "no callback is set, in this region and application",
                format!("`mediahook connect {product}` sets it; each region has its own setting"),
            ),
            "HTTP" if ours.url.is_some() => Finding::right(CHECK, "HTTP, and the stack has a URL"),
            "HTTP" => Finding::differs(
                CHECK,
                "HTTP: nothing is put into a queue, which is what the stack pulls",
                format!("`mediahook connect {product}` sets MNS; or deploy with {}=true", stack_name(product)),
            ),
            "MNS" if ours.pull.is_some() => Finding::right(CHECK, "MNS, and the stack pulls"),
            "MNS" => Finding::differs(
                CHECK,
                "MNS: nothing is posted, and the stack has no pull function",
                format!(
                    "`mediahook connect {product}` sets HTTP; or deploy with AliyunMnsEndpoint and AliyunMnsQueues"
                ),
            ),
            _ => {
                Finding::differs(CHECK, "it is neither HTTP nor MNS", format!("`mediahook connect {product}` sets it"))
            }
        }
    }

    fn queue(&self, setting: &Setting, pull: &Pull) -> Vec<Finding> {
        let queue = setting.queue();
        let mut findings = vec![if pull.queues.iter().any(|pulled| pulled == queue) {
            Finding::right("queue", queue)
        } else {
            let found = if queue.is_empty() { "there is none".to_owned() } else { queue.to_owned() };
            let mend = format!("the stack pulls {}: change the setting, or AliyunMnsQueues", pull.queues.join(", "));
            Finding::differs("queue", found, mend)
        }];
        if self.product == Product::AliyunVod {
            let found = setting.mns_endpoint.as_deref().unwrap_or_default();
            findings.push(if server(found) == server(&pull.endpoint) {
                Finding::right("server", found)
            } else {
                let mend =
                    format!("the stack pulls from {}: another account or region has other queues", pull.endpoint);
                Finding::differs("server", found, mend)
            });
        }
        findings
    }

    /// Whether the vendor signs with a key that the function knows.
    fn key(&self, setting: &Setting, ours: &Ours) -> Finding {
        const CHECK: &str = "key";
        let product = self.product;
        let Some(credentials) = &ours.credentials else {
            return Finding::cannot_tell(CHECK, "the function's secret is not known", "give its JSON: --secret FILE");
        };
        let number = exposed(&credentials.keys).position(|key| key == setting.auth_key()).map(|index| index + 1);
        match (setting.is_signed(), credentials.keys.len(), number) {
            (false, 0, _) => {
                Finding::right(CHECK, "callbacks are not signed, and the secret has no key: only the token protects")
            }
            (false, _, _) => Finding::differs(
                CHECK,
                "AuthSwitch is off: the function refuses each callback as unsigned",
                format!("`mediahook connect {product}` switches it on, with the newest key in the secret"),
            ),
            (true, 0, _) => Finding::differs(
                CHECK,
                "callbacks are signed, and the secret has no key: signatures are not verified",
                format!("`mediahook secret add {product} key --url <URL>`"),
            ),
            (true, ..) if setting.auth_key().is_empty() => Finding::cannot_tell(
                CHECK,
                "callbacks are signed; the vendor does not tell with which key",
                format!("a callback tells: docs/setup/{}.md, Check", product.slug()),
            ),
            (true, _, None) => Finding::differs(
                CHECK,
                "AuthKey is none of the secret's keys: the function refuses each callback",
                format!("`mediahook connect {product}` sets the newest key in the secret"),
            ),
            (true, count, Some(number)) => Finding::right(CHECK, format!("key {number} of {count} in the secret")),
        }
    }

    /// Whether the function knows the URL that is signed, to the letter.
    fn signed_url(&self, setting: &Setting, ours: &Ours) -> Option<Finding> {
        let credentials = ours.credentials.as_ref().filter(|credentials| !credentials.keys.is_empty())?;
        let is_known = exposed(&credentials.callback_urls).any(|known| known == setting.url());
        Some(if is_known {
            Finding::right("signed url", "one of the secret's callback URLs, to the letter")
        } else {
            Finding::differs(
                "signed url",
                "none of the secret's callback URLs is this, to the letter: the function refuses each callback",
                format!("`mediahook secret add {0} --url <URL>`, or `mediahook connect {0}`", self.product),
            )
        })
    }

    fn events(&self, setting: &Setting, needed: &[String]) -> Vec<Finding> {
        const CHECK: &str = "event";
        let product = self.product;
        if setting.events().is_empty() {
            let mend = format!("`mediahook connect {product} --event <NAME>` adds those that you name");
            return vec![Finding::differs(CHECK, "none is sent: the list is empty", mend)];
        }
        if needed.is_empty() {
            let known = kinds().into_iter().filter(|(of, name, _)| *of == product && !name.contains('/'));
            let missing: Vec<String> = known.map(|(_, name, _)| name).filter(|name| !setting.sends(name)).collect();
            let found = if missing.is_empty() {
                "all are sent".to_owned()
            } else {
                format!("these are not sent: {}", missing.join(", "))
            };
            return vec![Finding::right(CHECK, found)];
        }
        let finding = |event: &String| {
            if setting.sends(event) {
                return Finding::right(CHECK, format!("{event} is sent"));
            }
            let mend = format!("`mediahook connect {product} --event {event}` adds it to the list");
            Finding::differs(CHECK, format!("{event} is not sent"), mend)
        };
        needed.iter().map(finding).collect()
    }

    /// What would have to be changed. `queue` is the one that the vendor is to write to, where the stack pulls several.
    ///
    /// # Errors
    /// Where the function's URL, the queue or the events are not known.
    pub(super) fn changes(
        &self,
        setting: &Setting,
        ours: &Ours,
        events: &[String],
        pulled: Option<(&Pull, &str)>,
    ) -> Result<Vec<Change>, Failure> {
        let is_vod = self.product == Product::AliyunVod;
        let mut changes =
            vec![Change::shown("CallbackType", setting.r#type(), if pulled.is_some() { "MNS" } else { "HTTP" })];
        if let Some((pull, queue)) = pulled {
            let name = if is_vod { "MnsQueueName" } else { "CallbackQueueName" };
            changes.push(Change::shown(name, setting.queue(), queue));
            if is_vod {
                let found = setting.mns_endpoint.as_deref().unwrap_or_default();
                // The vendor writes the same server in several ways.
                let to = if server(found) == server(&pull.endpoint) { found } else { &pull.endpoint };
                changes.push(Change::shown("MnsEndpoint", found, to));
            }
        } else if let Some(own) = &ours.url {
            changes.push(Change::url("CallbackURL", setting.url(), &ours.callback_url(own)?));
            changes.extend(key_changes(setting, ours)?);
        }
        let list = event_list(self.product, setting, events);
        changes.push(list.ok_or_else(|| "no event is sent yet: name those that you need, --event <NAME>".to_owned())?);
        Ok(changes)
    }

    /// Sets all that `changes` name, also what stays: the action replaces the whole setting.
    pub(super) async fn set(&self, changes: &[Change]) -> Result<(), ApiError> {
        let action = if self.product == Product::AliyunVod { "SetMessageCallback" } else { "SetEventCallback" };
        let mut parameters = self.application();
        parameters.extend(changes.iter().map(|change| (change.name, change.value())));
        let response = self.api.call(action, &parameters, &self.key, PATIENCE).await?;
        aliyun::body::<serde::de::IgnoredAny>(&response).map(drop)
    }
}

/// The list of events, with those that it lacks, each once. What fits stays as it is written. `None` where there would be none.
fn event_list(product: Product, setting: &Setting, events: &[String]) -> Option<Change> {
    const NAME: &str = "EventTypeList";
    let is_vod = product == Product::AliyunVod;
    let found = setting.events.as_deref().unwrap_or_default();
    let sent = setting.events();
    let mut names = sent.clone();
    if is_vod && sent.is_empty() && events.is_empty() {
        names.push("ALL");
    }
    for event in events.iter().filter(|event| !setting.sends(event)) {
        let name = if is_vod && event.starts_with("AI") { AI } else { event };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let to = if names == sent { found } else { &names.join(",") };
    (!names.is_empty()).then(|| Change::shown(NAME, found, to))
}

/// A key of the secret is set. Without one, what is set stays.
///
/// # Errors
/// Where the vendor does not tell the key that would have to stay.
fn key_changes(setting: &Setting, ours: &Ours) -> Result<Vec<Change>, Failure> {
    let switch = setting.auth_switch.as_deref().unwrap_or_default();
    Ok(match ours.key() {
        Some(key) => {
            let is_set = setting.auth_key() == key;
            let from = if setting.auth_key().is_empty() { "nothing" } else { "another key" };
            let change = if is_set { Change::kept("AuthKey", key) } else { Change::hidden("AuthKey", from, key) };
            vec![Change::shown("AuthSwitch", switch, "on"), change]
        }
        None if setting.is_signed() => {
            if setting.auth_key().is_empty() {
                let error = "callbacks are signed with a key that the vendor does not tell, and the secret has none: \
                             put one into it, `mediahook secret add <product> key --url <URL>`";
                return Err(error.to_owned().into());
            }
            vec![Change::shown("AuthSwitch", "on", "on"), Change::kept("AuthKey", setting.auth_key())]
        }
        None => Vec::new(),
    })
}

/// Account and region of a queue's server, however it is written: with or without TLS, in the vendor's own network or outside.
fn server(endpoint: &str) -> String {
    let host = endpoint.rsplit("://").next().unwrap_or_default().trim_end_matches('/');
    host.replace("-internal", "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use callbacks::auth::Credentials;

    use super::*;

    #[test]
    fn a_server_is_known_however_it_is_written() {
        for other in [
            "http://1.mns.cn-shanghai.aliyuncs.com/",
            "https://1.mns.cn-shanghai-internal.aliyuncs.com",
            "1.mns.cn-shanghai.aliyuncs.com",
        ] {
            assert_eq!(server(other), server("https://1.mns.cn-shanghai.aliyuncs.com"));
        }
        assert_ne!(server("https://1.mns.cn-beijing.aliyuncs.com"), server("https://1.mns.cn-shanghai.aliyuncs.com"));
    }

    #[test]
    fn a_list_of_events_says_what_is_sent() {
        let setting = |events: &str| Setting { events: Some(events.to_owned()), ..Setting::default() };
        for (events, event, expected) in [
            ("ALL", "FileUploadComplete", true),
            ("FileUploadComplete, TranscodeComplete", "TranscodeComplete", true),
            ("FileUploadComplete", "TranscodeComplete", false),
            ("AIComplete", "AIMediaAuditComplete", true),
            ("AIComplete", "TranscodeComplete", false),
            ("", "TranscodeComplete", false),
        ] {
            assert_eq!(setting(events).sends(event), expected, "{events}");
        }
    }

    /// The list of events as it would be set, and whether that is a change.
    fn list(product: Product, found: &str, events: &[&str]) -> Option<(String, bool)> {
        let setting = Setting { events: Some(found.to_owned()), ..Setting::default() };
        let events: Vec<String> = events.iter().map(|event| (*event).to_owned()).collect();
        event_list(product, &setting, &events).map(|change| (change.value().to_owned(), change.is_change()))
    }

    #[test]
    fn an_event_is_added_once_and_the_rest_of_the_list_stays() {
        for (product, found, events, expected, is_change) in [
            (Product::AliyunVod, "", &["AIMediaAuditComplete", "AIVideoTagComplete"][..], "AIComplete", true),
            (Product::AliyunVod, "", &[], "ALL", true),
            (Product::AliyunVod, "A, B", &[], "A, B", false),
            (Product::AliyunVod, "A, B", &["B"], "A, B", false),
            (Product::AliyunVod, "A, B", &["C", "C"], "A,B,C", true),
            (Product::AliyunIms, "A", &["AIB", "AIB", "A"], "A,AIB", true),
        ] {
            assert_eq!(list(product, found, events), Some((expected.to_owned(), is_change)), "{found} {events:?}");
        }
        assert_eq!(list(Product::AliyunIms, " ,", &[]), None);
    }

    #[test]
    fn a_key_that_is_not_told_is_not_replaced_by_none() {
        let ours = Ours { url: None, credentials: Some(Credentials::default()), pull: None };
        let setting = |key: &str| Setting {
            auth_switch: Some("on".to_owned()),
            auth_key: Some(key.into()),
            ..Setting::default()
        };
        assert!(key_changes(&setting("SECRET"), &ours).is_ok());
        assert!(key_changes(&setting(""), &ours).is_err());
    }
}
