//! The size limit of messages and bus entries.

use std::str::FromStr;

/// The most bytes of a message of the queue and of an entry of the bus, as AWS counts them.
///
/// - SQS counts the body and the message attributes. The trace header is a message system attribute, and is not counted
///   (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
/// - `EventBridge` counts the UTF-8 bytes of source, detail type and detail, and 14 bytes for a time, which is reserved here
///   although entries have none; all entries of a call together must stay below the limit
///   (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size>).
///
/// Both accept 1 MiB now. The default is their former limit of 256 KiB, which targets of a rule, such as a queue or a
/// function, may still have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(usize);

/// The configured value is not a supported limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a number of bytes from 16384 to 1048576")]
pub struct UnknownLimit;

/// Bytes that `EventBridge` counts for the time of an event.
const TIME: usize = 14;

impl Limit {
    /// The minimum: an event without its data always fits.
    const LEAST: usize = 16 * 1024;

    /// The maximum of SQS and `EventBridge`.
    const MOST: usize = 1024 * 1024;

    /// Bytes of the largest message.
    pub(crate) fn message(self) -> usize {
        self.0
    }

    /// Whether entries of this total size fit one call of the bus.
    pub(crate) fn is_call(self, size: usize) -> bool {
        size < self.0
    }

    /// Bytes of the largest event that fits both a message of its own and an entry with this source and detail type. The
    /// entry has less room: in a message there are only two brackets around the event.
    pub(crate) fn event(self, source: &str, detail_type: &str) -> usize {
        self.0 - 1 - entry_size(source, detail_type, "")
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(256 * 1024)
    }
}

impl FromStr for Limit {
    type Err = UnknownLimit;

    fn from_str(text: &str) -> Result<Self, UnknownLimit> {
        let bytes = text.parse().map_err(|_| UnknownLimit)?;
        if (Self::LEAST..=Self::MOST).contains(&bytes) { Ok(Self(bytes)) } else { Err(UnknownLimit) }
    }
}

/// Bytes of an entry of the bus.
pub(crate) fn entry_size(source: &str, detail_type: &str, detail: &str) -> usize {
    TIME + source.len() + detail_type.len() + detail.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_of_bytes() {
        assert_eq!("16384".parse(), Ok(Limit(16_384)));
        assert_eq!("1048576".parse(), Ok(Limit(1_048_576)));
        assert_eq!(Limit::default().message(), 262_144);
        for text in ["", "16383", "1048577", "-1", "256 KB", "2.5e5"] {
            assert_eq!(text.parse::<Limit>(), Err(UnknownLimit), "{text}");
        }
    }

    #[test]
    fn an_entry_is_the_bytes_of_its_parts_and_a_time() {
        assert_eq!(entry_size("ab", "cde", "f\u{e9}gh"), 14 + 2 + 3 + 5);
    }

    #[test]
    fn the_longest_event_fits_both() {
        let limit = Limit::default();
        let (source, detail_type) = ("mediahook.aliyun-vod", "media.upload.succeeded");
        let longest = limit.event(source, detail_type);
        assert!(longest + "[]".len() <= limit.message());
        assert!(limit.is_call(entry_size(source, detail_type, &"x".repeat(longest))));
        assert!(!limit.is_call(entry_size(source, detail_type, &"x".repeat(longest + 1))));
    }
}
