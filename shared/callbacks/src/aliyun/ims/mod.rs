//! Intelligent Media Services (IMS, also called ICE).
//!
//! Every event is a head and a `MessageBody`; the structs here are those bodies.
//! <https://www.alibabacloud.com/help/en/ims/developer-reference/event-list>

mod upload;

use serde::Deserialize;

use super::Envelope;
use crate::body::Unreadable;
use crate::envelope::Facts;
use crate::event::{Job, Kind, Media};
use crate::status;
use crate::wire::{Text, read as read_wire};

/// Every event of IMS, with what it is about and what reads its body.
const EVENTS: &[(&str, Kind, Reader)] = &[("FileUploadComplete", Kind::Upload, body::<upload::FileUpload>)];

type Reader = fn(&str) -> Result<Facts, Unreadable>;

/// The body of an event, which tells what happened.
trait Body: for<'de> Deserialize<'de> {
    fn facts(self) -> Facts;
}

fn body<B: Body>(json: &str) -> Result<Facts, Unreadable> {
    read_wire::<B>(json).map(B::facts)
}

/// The table's names and kinds.
pub(crate) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    EVENTS.iter().map(|(name, kind, _)| (*name, *kind))
}

/// Reads an event of this head and body.
pub(crate) fn read(envelope: &Envelope, message_body: &str) -> Result<Facts, Unreadable> {
    let name = envelope.event_type.as_deref();
    let known = EVENTS.iter().find(|(known, ..)| name == Some(known));
    let (kind, read) = known.map_or((Kind::Unknown, body::<Unknown> as Reader), |(_, kind, read)| (*kind, *read));
    let facts = read(message_body)?;
    Ok(Facts {
        name: name.map(str::to_owned),
        kind,
        account: envelope.user_id.0.clone(),
        time: envelope.event_time.0,
        ..facts
    })
}

/// The body of an event without a name here: what most events have.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Unknown {
    /// Status word.
    status: Text,
    /// Media asset ID.
    media_id: Text,
    /// Job ID.
    job_id: Text,
}

impl Body for Unknown {
    fn facts(self) -> Facts {
        Facts {
            outcome: self.status.as_deref().map(status::outcome).unwrap_or_default(),
            status: self.status.0,
            media: Media { id: self.media_id.0, ..Media::default() },
            job: Job { id: self.job_id.0, ..Job::default() },
            ..Facts::default()
        }
    }
}
