//! Where a callback's events are stored before it is answered.

use std::io::{self, Write};
use std::str::FromStr;
use std::sync::Mutex;

use callbacks::CloudEvent;

/// The first durable place for events.
#[derive(Debug)]
pub enum Intake {
    /// Standard output, one event per line. Logs go to standard error, so the two never mix.
    Stdout,
    /// A list in memory, for tests.
    Memory(Mutex<Vec<CloudEvent>>),
}

/// The events were not stored, at least not all of them. Sending the callback again is safe.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An event could not be written as JSON.
    #[error("an event could not be encoded")]
    Encode(#[source] serde_json::Error),
    /// Standard output could not be written to.
    #[error("standard output could not be written to")]
    Write(#[source] io::Error),
}

/// The configured intake is none that there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `stdout`")]
pub struct UnknownIntake;

impl Intake {
    /// An intake that keeps what it is given, for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Mutex::new(Vec::new()))
    }

    /// Stores all of the events, or none.
    ///
    /// # Errors
    /// [`StoreError`] where they are not all stored for good.
    #[expect(clippy::unused_async, reason = "an intake that is reached over the network waits here")]
    pub async fn store(&self, events: &[CloudEvent]) -> Result<(), StoreError> {
        match self {
            Self::Stdout => write_lines(events, &mut io::stdout().lock()),
            Self::Memory(stored) => {
                stored.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend_from_slice(events);
                Ok(())
            }
        }
    }
}

impl FromStr for Intake {
    type Err = UnknownIntake;

    fn from_str(text: &str) -> Result<Self, UnknownIntake> {
        match text {
            "stdout" => Ok(Self::Stdout),
            _ => Err(UnknownIntake),
        }
    }
}

/// Writes one line for each event. All are encoded before the first is written.
fn write_lines(events: &[CloudEvent], out: &mut impl Write) -> Result<(), StoreError> {
    let mut lines = Vec::new();
    for event in events {
        serde_json::to_writer(&mut lines, event).map_err(StoreError::Encode)?;
        lines.push(b'\n');
    }
    out.write_all(&lines).and_then(|()| out.flush()).map_err(StoreError::Write)
}

#[cfg(test)]
mod tests {
    use callbacks::{Product, decode};

    use super::*;

    fn events() -> Vec<CloudEvent> {
        let body = "{\n  \"EventType\": \"FileUploadComplete\",\n  \"MessageBody\": {}\n}";
        let received = "2026-01-02T03:04:05Z".parse().unwrap();
        let mut events: Vec<CloudEvent> =
            decode(Product::AliyunIms, body.as_bytes(), received).into_iter().map(|decoded| decoded.event).collect();
        events.extend(events.clone());
        events
    }

    #[test]
    fn an_event_is_one_line_even_when_the_body_had_several() {
        let mut out = Vec::new();
        write_lines(&events(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2);
        for line in text.lines() {
            let event: CloudEvent = serde_json::from_str(line).unwrap();
            assert_eq!(event.vendorevent.as_deref(), Some("FileUploadComplete"));
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(matches!(write_lines(&events(), &mut Full), Err(StoreError::Write(_))));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn memory_keeps_what_it_is_given() {
        let intake = Intake::memory();
        intake.store(&events()).await.unwrap();
        let Intake::Memory(stored) = intake else { panic!() };
        assert_eq!(stored.into_inner().unwrap().len(), 2);
    }

    #[test]
    fn an_intake_is_named() {
        assert!(matches!("stdout".parse(), Ok(Intake::Stdout)));
        assert_eq!("file:x".parse::<Intake>().unwrap_err(), UnknownIntake);
    }
}
