//! The jobs that a server knows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callbacks::{CloudEvent, NaturalKey, Product, decode};
use jiff::{SignedDuration, Timestamp};

use super::QueryFault;

/// The most requests a second: the least that a vendor documents for an action that is asked for here.
const TENCENT_RATE: usize = 100;
const ALIYUN_RATE: usize = 15;

/// A job that ended, with the body of its callback.
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) body: String,
    pub(super) created_at: Timestamp,
    pub(super) ended_at: Timestamp,
    /// Whether the upload SDK reports when its upload was complete.
    pub(super) is_reported: bool,
    /// Its event, and what it is known by. A server knows them of every job that it has.
    pub(super) event: Option<CloudEvent>,
    pub(super) key: Option<NaturalKey>,
}

/// How a forger changes the body of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// Another job's id, which no vendor has given.
    InventedJob,
    /// The same job with the opposite outcome.
    OtherOutcome,
    /// The same job with files from somewhere else.
    OtherFiles,
    /// The same review, which blocks nothing.
    OtherVerdict,
}

/// Jobs that a server and its test share.
pub(super) type Shared = Arc<Mutex<Store>>;

/// What a server knows, and what it does wrong.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) jobs: Vec<Job>,
    /// Seconds by which the API is later than what happened.
    pub(super) delay: i64,
    pub(super) is_down: bool,
    pub(super) faults: VecDeque<QueryFault>,
    rate: usize,
    /// The second in which the last request came, and how many came in it.
    second: (i64, usize),
    /// Seconds by which the server's clock is ahead.
    pub(super) clock: i64,
    pub(super) requests: usize,
    pub(super) complaints: Vec<String>,
}

impl Job {
    /// A job that began a minute before it ended, and whose callback has this body.
    #[must_use]
    pub fn ended(body: impl Into<String>, ended_at: Timestamp) -> Self {
        let created_at = ended_at.saturating_sub(SignedDuration::from_mins(1)).unwrap_or_default();
        Self { body: body.into(), created_at, ended_at, is_reported: true, event: None, key: None }
    }

    /// The same job, created at another time.
    #[must_use]
    pub fn created(self, created_at: Timestamp) -> Self {
        Self { created_at, ..self }
    }

    /// The same upload, by an SDK that does not report when it is complete.
    #[must_use]
    pub fn unreported(self) -> Self {
        Self { is_reported: false, ..self }
    }

    /// The body of its callback.
    #[must_use]
    pub fn callback(&self) -> &str {
        &self.body
    }

    /// The same job, as one of a product's.
    pub(super) fn of(self, product: Product) -> Self {
        let event = decode(product, self.body.as_bytes(), self.ended_at).into_iter().next();
        Self { key: event.as_ref().and_then(NaturalKey::of), event, ..self }
    }
}

/// The body with another id. It stands between quotation marks, which may be escaped, or between elements.
#[must_use]
pub fn with_id(body: &str, id: &str, own: &str) -> String {
    [["\"", "\""], ["\"", "\\"], [">", "<"]].iter().fold(body.to_owned(), |body, [open, close]| {
        body.replace(&format!("{open}{id}{close}"), &format!("{open}{own}{close}"))
    })
}

/// The body of a callback as somebody else than the vendor would send it. `key` is the job's.
#[must_use]
pub fn forged(body: &str, key: &NaturalKey, forgery: Forgery) -> String {
    match forgery {
        Forgery::InventedJob => key.ids().iter().fold(body.to_owned(), |body, id| {
            let invented: String = id.chars().rev().collect();
            body.replace(id.as_str(), &invented)
        }),
        Forgery::OtherOutcome => {
            let swaps = [
                ("<State>Success</State>", "<State>Failed</State>"),
                ("<Code>Success</Code>", "<Code>Failed</Code>"),
                (r#""ErrCode":0"#, r#""ErrCode":70000"#),
                (r#""ErrCode": 0"#, r#""ErrCode": 70000"#),
                (r#""ErrCodeExt":"""#, r#""ErrCodeExt":"InternalError""#),
                (r#""Status": "Success""#, r#""Status": "Fail""#),
                (r#""Status": "success""#, r#""Status": "fail""#),
                (r#""Status": "Succeed""#, r#""Status": "Failed""#),
                (r#""Status": "Finished""#, r#""Status": "Failed""#),
                (r#""Status": "Complete""#, r#""Status": "Error""#),
                (r#""ErrCodeExt": """#, r#""ErrCodeExt": "InternalError""#),
                (r#""State": "Success""#, r#""State": "Failed""#),
                (r#""code": 0"#, r#""code": -1"#),
            ];
            let forged = swaps.iter().fold(body.to_owned(), |body, (well, badly)| body.replace(well, badly));
            if forged != body {
                return forged;
            }
            swaps.iter().fold(forged, |body, (well, badly)| body.replace(badly, well))
        }
        Forgery::OtherFiles => {
            let objects = [("<Object>", "<Object>forged/"), (r#""Object": ""#, r#""Object": "forged/"#)];
            let body = body.replace("://", "://forged.");
            objects.iter().fold(body, |body, (own, others)| body.replace(own, others))
        }
        Forgery::OtherVerdict => {
            let numbers =
                ["Result", "result", "HitFlag", "hit_flag"].map(|name| [format!(r#""{name}": "#), format!("<{name}>")]);
            let body = numbers.iter().flatten().fold(body.to_owned(), |body, name| {
                ["1", "2"].iter().fold(body, |body, found| body.replace(&format!("{name}{found}"), &format!("{name}0")))
            });
            let words = ["\"", "\\\""]
                .map(|mark| [format!("{mark}block{mark}"), format!("{mark}review{mark}"), format!("{mark}pass{mark}")]);
            words.iter().fold(body, |body, [block, review, pass]| body.replace(block, pass).replace(review, pass))
        }
    }
}

impl Store {
    pub(super) fn shared(product: Product) -> Shared {
        let rate = match product {
            Product::TencentVod | Product::TencentCi => TENCENT_RATE,
            Product::AliyunIms | Product::AliyunVod => ALIYUN_RATE,
        };
        Arc::new(Mutex::new(Self {
            rate,
            jobs: Vec::new(),
            delay: 0,
            is_down: false,
            faults: VecDeque::new(),
            second: (0, 0),
            clock: 0,
            requests: 0,
            complaints: Vec::new(),
        }))
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(SignedDuration::from_secs(self.clock)).unwrap_or_default()
    }

    /// The job of these ids, if the API knows it by now.
    pub(super) fn find(&self, end: &str, id: &str) -> Option<&Job> {
        let is_it = |key: &NaturalKey| key.end() == end && key.ids().first().is_some_and(|own| own == id);
        self.known().find(|job| job.key.as_ref().is_some_and(is_it))
    }

    /// The jobs that the API knows by now, in the order in which they were added.
    pub(super) fn known(&self) -> impl Iterator<Item = &Job> {
        let seen = self.seen();
        self.jobs.iter().filter(move |job| job.created_at <= seen)
    }

    /// Whether the API knows by now that the job has ended.
    pub(super) fn has_ended(&self, job: &Job) -> bool {
        job.ended_at <= self.seen()
    }

    /// Up to when the API knows what happened.
    fn seen(&self) -> Timestamp {
        Timestamp::now().saturating_sub(SignedDuration::from_secs(self.delay)).unwrap_or_default()
    }

    /// Counts a request, and tells whether it is one too many in this second.
    pub(super) fn is_above_rate(&mut self) -> bool {
        self.requests += 1;
        let second = Timestamp::now().as_second();
        self.second = if self.second.0 == second { (second, self.second.1 + 1) } else { (second, 1) };
        self.second.1 > self.rate
    }

    pub(super) fn complain(&mut self, complaint: impl Into<String>) {
        self.complaints.push(complaint.into());
    }
}

pub(super) fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
