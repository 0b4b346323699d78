//! What can be wrong with the settings at a vendor, with a key, and with a stack.

use callbacks::Product::{self, AliyunIms, AliyunVod, TencentCi, TencentVod};
use fake_vendors::settings::SettingsVendor;

use crate::{MNS, NEW_TOKEN, SET, with_token};

/// What is broken, and what the line that names it has in it.
pub(crate) struct Broken {
    pub(crate) product: Product,
    pub(crate) what: &'static str,
    pub(crate) by: fn(&SettingsVendor),
    /// The stack; empty for the one that receives the product.
    pub(crate) stack: &'static str,
    pub(crate) variables: &'static [(&'static str, &'static str)],
    pub(crate) arguments: &'static [&'static str],
    pub(crate) line: &'static str,
}

fn broken(product: Product, what: &'static str, line: &'static str, by: fn(&SettingsVendor)) -> Broken {
    Broken { product, what, by, stack: "", variables: &[], arguments: &[], line }
}

pub(crate) fn misconfigurations() -> Vec<Broken> {
    [of_tencent_vod(), of_tencent_ci(), of_aliyun_vod(), of_aliyun_ims(), of_stacks()].into_iter().flatten().collect()
}

/// Breaks nothing at the vendor.
fn nothing(_: &SettingsVendor) {}

fn of_tencent_vod() -> Vec<Broken> {
    vec![
        broken(TencentVod, "another function's URL", "another host", |vendor| {
            vendor.put(SET, &[("NotificationUrl", &with_token("https://other.example/function", NEW_TOKEN))]);
        }),
        broken(TencentVod, "http", "it is http instead of https", |vendor| {
            let url = vendor.function_url().replace("https://", "http://");
            vendor.put(SET, &[("NotificationUrl", &with_token(&url, NEW_TOKEN))]);
        }),
        broken(TencentVod, "a token that was removed", "it is none of the secret's", |vendor| {
            vendor.put(SET, &[("NotificationUrl", &with_token(&vendor.function_url(), "SECRETgone"))]);
        }),
        broken(TencentVod, "no URL", "url         there is none", |vendor| {
            vendor.put(SET, &[("NotificationUrl", "")]);
        }),
        broken(TencentVod, "an event that is switched off", "NewFileUpload is not sent", |vendor| {
            vendor.put(SET, &[("UploadMediaCompleteEventSwitch", "OFF")]);
        }),
        broken(TencentVod, "pulling without a pull function", "PULL: nothing is posted", |vendor| {
            vendor.put(SET, &[("Mode", "PULL")]);
        }),
        Broken {
            stack: "pulling",
            ..broken(TencentVod, "posting to a stack that pulls", "PUSH: nothing is put into the queue", nothing)
        },
        Broken {
            stack: "pulling-another",
            ..broken(TencentVod, "another application", "the stack pulls from application 1500099999", |vendor| {
                vendor.put(SET, &[("Mode", "PULL")]);
            })
        },
        Broken {
            variables: &[("MEDIAHOOK_SUB_APP_ID", "1500000001")],
            ..broken(TencentVod, "an application of another account", "code UnauthorizedOperation", nothing)
        },
        Broken {
            variables: &[("TENCENTCLOUD_SECRET_KEY", "SECRETwrong")],
            ..broken(TencentVod, "a wrong key", "the vendor does not accept the access key", nothing)
        },
        broken(TencentVod, "a clock that is wrong", "the vendor's clock is another", |vendor| vendor.move_clock(3600)),
    ]
}

fn of_tencent_ci() -> Vec<Broken> {
    vec![
        broken(TencentCi, "a slash at the end of the path", "it has a slash at the end of the path", |vendor| {
            vendor.put("queue/p1", &[("Url", &with_token(&format!("{}/", vendor.function_url()), NEW_TOKEN))]);
        }),
        broken(TencentCi, "a queue's callback that is off", "queue p3: callback it is off", |vendor| {
            vendor.put("queue/p3", &[("NotifyState", "Off")]);
        }),
        broken(TencentCi, "a workflow without callback", "workflow w2: callback it is off", |vendor| {
            vendor.put("workflow/w2", &[("NotifyState", "Off")]);
        }),
        broken(TencentCi, "a queue to a message queue", "queue p4: callback it goes to a message queue", |vendor| {
            vendor.put("picqueue/p4", &[("Type", "TDMQ")]);
        }),
        broken(TencentCi, "an event that a queue does not send", "queue p1: event TaskFinish is not sent", |vendor| {
            vendor.put("queue/p1", &[("Event", "WorkflowFinish")]);
        }),
        broken(TencentCi, "a paused queue", "queue p2: state it is paused", |vendor| {
            vendor.put("queue/p2", &[("State", "Paused")]);
        }),
        broken(TencentCi, "a workflow of another bucket", "it is of bucket other-1234567890", |vendor| {
            vendor.put("workflow/w1", &[("BucketId", "other-1234567890")]);
        }),
        broken(TencentCi, "another region", "code NoSuchBucket", |vendor| vendor.refuse(404, "NoSuchBucket")),
        broken(TencentCi, "a key without permission", "the key lacks a permission", |vendor| {
            vendor.refuse(403, "AccessDenied");
        }),
    ]
}

fn of_aliyun_vod() -> Vec<Broken> {
    vec![
        broken(AliyunVod, "no callback", "no callback is set", SettingsVendor::reset),
        broken(AliyunVod, "no events", "none is sent: the list is empty", |vendor| {
            vendor.put(SET, &[("EventTypeList", "")]);
        }),
        broken(AliyunVod, "signatures switched off", "AuthSwitch is off", |vendor| {
            vendor.put(SET, &[("AuthSwitch", "off"), ("AuthKey", "")]);
        }),
        broken(AliyunVod, "a key that the secret has not", "AuthKey is none of the secret's keys", |vendor| {
            vendor.put(SET, &[("AuthKey", "SECRETother1")]);
        }),
        broken(AliyunVod, "a URL that is not signed", "none of the secret's callback URLs is this", |vendor| {
            vendor.put(SET, &[("CallbackURL", &format!("{}&x=1", with_token(&vendor.function_url(), NEW_TOKEN)))]);
        }),
        Broken {
            stack: "pulling",
            ..broken(AliyunVod, "a queue that is not pulled", "queue       other-events", |vendor| {
                vendor.put(SET, &[("CallbackType", "MNS"), ("MnsQueueName", "other-events"), ("MnsEndpoint", MNS)]);
            })
        },
        Broken {
            stack: "pulling",
            ..broken(
                AliyunVod,
                "a queue in another region",
                "server      https://1234567890123456.mns.cn-beijing",
                |vendor| {
                    let beijing = MNS.replace("shanghai", "beijing");
                    vendor.put(
                        SET,
                        &[("CallbackType", "MNS"), ("MnsQueueName", "vod-events"), ("MnsEndpoint", &beijing)],
                    );
                },
            )
        },
    ]
}

fn of_aliyun_ims() -> Vec<Broken> {
    vec![
        broken(AliyunIms, "a queue without a pull function", "MNS: nothing is posted", |vendor| {
            vendor.put(SET, &[("CallbackType", "MNS"), ("CallbackQueueName", "ice-callback-events")]);
        }),
        Broken {
            stack: "pulling",
            ..broken(AliyunIms, "posting to a stack that pulls", "HTTP: nothing is put", nothing)
        },
        Broken {
            arguments: &["--event", "WorkflowTaskComplete"],
            ..broken(AliyunIms, "an event that is not in the list", "WorkflowTaskComplete is not sent", nothing)
        },
        broken(AliyunIms, "no token", "there is none in the URL", |vendor| {
            vendor.put(SET, &[("CallbackURL", &vendor.function_url())]);
        }),
        broken(AliyunIms, "a clock that is wrong", "the vendor's clock is another", |vendor| vendor.move_clock(3600)),
        Broken {
            variables: &[("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SECRETwrong")],
            ..broken(AliyunIms, "a wrong key", "the vendor does not accept the access key", nothing)
        },
    ]
}

fn of_stacks() -> Vec<Broken> {
    vec![
        Broken {
            stack: "nowhere",
            ..broken(AliyunIms, "no such stack", "the stack nowhere could not be described", nothing)
        },
        Broken {
            stack: "tencent-ci",
            ..broken(AliyunIms, "a stack of another product", "nothing for aliyun-ims: it receives tencent-ci", nothing)
        },
        Broken {
            stack: "gone",
            ..broken(
                AliyunIms,
                "a function that is gone",
                "function    the vendor's server could not be reached",
                nothing,
            )
        },
        Broken {
            stack: "unsigned",
            ..broken(AliyunIms, "a function that anybody may post to", "it accepts a request without token", nothing)
        },
        Broken {
            arguments: &["--only", "p9"],
            ..broken(TencentCi, "a queue that is not there", "no bucket has a queue or workflow p9", nothing)
        },
        Broken {
            stack: "open",
            ..broken(AliyunIms, "a secret that authenticates nothing", "there is neither a key nor a token", nothing)
        },
    ]
}
