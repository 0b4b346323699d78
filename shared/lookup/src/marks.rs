//! What is noted on events before they are stored: how they came, which end of a job they are, and that the vendor gave
//! them. Where neither reconcile nor confirm is on for an event, it stays as it is.

use callbacks::{CloudEvent, Confirmation, Origin};

use crate::choice::Choice;
use crate::listed::job_end;

/// What is noted on the events that a function, or the tool, stores.
#[derive(Debug, Clone)]
pub struct Marks {
    /// How the events come.
    pub origin: Origin,
    /// Of which events what is missing is looked for.
    pub reconciled: Choice,
    /// Which events are confirmed: those that the vendor gave are so at once.
    pub confirmed: Choice,
}

impl Marks {
    /// Notes on the events what is to be noted. No id changes.
    pub fn mark(&self, events: &mut [CloudEvent]) {
        for event in events {
            if self.reconciled.has(event.source) {
                event.origin = Some(self.origin);
            }
            if self.reconciled.looks_for(event) {
                event.jobend = job_end(event);
            }
            if self.is_confirmed(event) {
                event.confirmation = Some(Confirmation::Confirmed);
            }
        }
    }

    /// What was posted has yet to be confirmed.
    fn is_confirmed(&self, event: &CloudEvent) -> bool {
        self.origin != Origin::Callback && self.confirmed.includes(event)
    }
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};
    use jiff::Timestamp;

    use super::*;

    fn events() -> Vec<CloudEvent> {
        let bodies = [
            r#"{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"1"}}"#,
            r#"{"EventType":"FileDeleted","FileDeleteEvent":{"FileIdSet":["2"]}}"#,
            r#"{"EventType":"EditMediaComplete","EditMediaCompleteEvent":{"TaskId":"3","Status":"FINISH","ErrCode":0}}"#,
        ];
        let of = |body: &&str| decode(Product::TencentVod, body.as_bytes(), Timestamp::UNIX_EPOCH);
        bodies.iter().flat_map(of).collect()
    }

    fn marked(origin: Origin, reconciled: &str, confirmed: &str) -> Vec<CloudEvent> {
        let [reconciled, confirmed] = [reconciled, confirmed].map(|choice| choice.parse().unwrap());
        let mut marked = events();
        Marks { origin, reconciled, confirmed }.mark(&mut marked);
        assert!(marked.iter().zip(events()).all(|(after, before)| after.id == before.id));
        marked
    }

    #[test]
    fn an_event_says_how_it_came_and_which_end_it_is() {
        let of = |reconciled: &str| -> Vec<_> {
            let marked = marked(Origin::Callback, reconciled, "tencent-vod:all");
            assert!(marked.iter().all(|event| event.confirmation.is_none()));
            marked.into_iter().map(|event| (event.origin, event.jobend)).collect()
        };
        let (upload, edit) = ("tencent-vod/NewFileUpload/1/succeeded", "tencent-vod/task/3/succeeded");
        let came = |end: Option<&str>| (Some(Origin::Callback), end.map(str::to_owned));
        assert_eq!(of("tencent-vod:"), [(None, None), (None, None), (None, None)]);
        assert_eq!(of("tencent-ci:all"), [(None, None), (None, None), (None, None)]);
        assert_eq!(of("tencent-vod:upload"), [came(Some(upload)), came(None), came(None)]);
        assert_eq!(of("tencent-vod:all"), [came(Some(upload)), came(None), came(Some(edit))]);
    }

    /// The receivers claim by its end just what is looked for.
    #[test]
    fn what_is_doubtful_has_an_end_where_its_kind_is_named() {
        let body = r#"{"EventType":"FileUploadComplete","VideoId":"v1","Status":"success"}"#;
        let end = |reconciled: &str| {
            let mut events = decode(Product::AliyunVod, body.as_bytes(), Timestamp::UNIX_EPOCH);
            let marks = Marks {
                origin: Origin::Callback,
                reconciled: reconciled.parse().unwrap(),
                confirmed: Choice::default(),
            };
            marks.mark(&mut events);
            assert_eq!(events[0].origin, Some(Origin::Callback));
            events.remove(0).jobend
        };
        assert_eq!(end("aliyun-vod:all"), None);
        assert_eq!(end("aliyun-vod:all,upload").as_deref(), Some("aliyun-vod/FileUploadComplete/v1/succeeded"));
    }

    /// Nobody asks the vendor about what the vendor gave.
    #[test]
    fn what_the_vendor_gave_is_confirmed_where_posted_events_are() {
        for origin in [Origin::Queue, Origin::Reconciled] {
            let of = |confirmed: &str| -> Vec<_> {
                marked(origin, "tencent-vod:", confirmed).into_iter().map(|event| event.confirmation).collect()
            };
            assert_eq!(of("tencent-vod:"), [None; 3]);
            assert_eq!(of("aliyun-vod:all"), [None; 3]);
            assert_eq!(of("tencent-vod:asset"), [None, Some(Confirmation::Confirmed), None]);
            assert_eq!(of("tencent-vod:all"), [Some(Confirmation::Confirmed); 3]);
        }
    }
}
