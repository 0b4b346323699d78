//! Times as the vendors' APIs take them.

use jiff::Timestamp;

/// A time in UTC in whole seconds, later parts of which are cut off: `2023-10-26T10:22:32Z`.
#[must_use]
pub fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_whole_seconds() {
        for text in ["2023-10-26T10:22:32.987Z", "2023-10-26T10:22:32Z"] {
            assert_eq!(seconds(text.parse().unwrap()), "2023-10-26T10:22:32Z");
        }
    }
}
