//! What happens, as server-sent events. A client that comes back with the last id goes on where it was.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query as Parameters, State as Shared};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Deserialize;

use crate::journal::Changes;
use crate::search::Query;
use crate::state::State;
use crate::summary::summary;

#[derive(Debug, Deserialize)]
pub(crate) struct StreamParameters {
    #[serde(default)]
    q: String,
}

struct Cursor {
    state: Arc<State>,
    query: Query,
    changes: Changes,
    /// The last change that was sent.
    change: u64,
    /// The newest callback that was sent.
    last: u64,
    waiting: Vec<Event>,
}

pub(crate) async fn stream(
    Shared(state): Shared<Arc<State>>,
    Parameters(parameters): Parameters<StreamParameters>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changes = state.journal.changes();
    let now = *changes.borrow_and_update();
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.split_once('-'));
    let mut waiting = vec![event("state", &state, now, &state.health())];
    let change = match resumed {
        Some((session, change)) if session == state.session => change.parse().unwrap_or(now),
        // Another start of the inspector: what the client has is gone.
        Some(_) => {
            waiting.insert(0, event("reset", &state, now, &serde_json::json!({})));
            0
        }
        None => now,
    };
    let query = Query::parse(&parameters.q);
    let last = if change < now { 0 } else { state.journal.last() };
    let cursor = Cursor { state, query, changes, change, last, waiting };
    Sse::new(stream::unfold(cursor, next).map(Ok)).keep_alive(KeepAlive::default())
}

fn event(name: &str, state: &State, change: u64, data: &serde_json::Value) -> Event {
    Event::default().event(name).id(format!("{}-{change}", state.session)).data(data.to_string())
}

async fn next(mut cursor: Cursor) -> Option<(Event, Cursor)> {
    loop {
        if !cursor.waiting.is_empty() {
            let event = cursor.waiting.remove(0);
            return Some((event, cursor));
        }
        if *cursor.changes.borrow_and_update() <= cursor.change {
            cursor.changes.changed().await.ok()?;
        }
        let query = &cursor.query;
        let (changed, now) =
            cursor.state.journal.changed_since(cursor.change, |entry| query.matches(entry).then(|| summary(entry)));
        cursor.change = now;
        if cursor.state.journal.usage().0 == 0 {
            cursor.waiting.push(event("reset", &cursor.state, now, &serde_json::json!({})));
        }
        for (seq, summary) in changed {
            if let Some(summary) = summary {
                let name = if seq > cursor.last { "callback" } else { "delivery" };
                cursor.waiting.push(event(name, &cursor.state, now, &summary));
            }
            cursor.last = cursor.last.max(seq);
        }
    }
}
