//! Validates the X-Ray tracing header that goes with events from the request to the bus.

/// The valid parts of a tracing header, or `None` where it names no trace
/// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
///
/// SQS rejects a message with a malformed tracing header, and any sender of a request can set the header. So a malformed
/// part is left out, instead of losing the event.
pub(crate) fn well_formed(header: &str) -> Option<String> {
    let parts: Vec<&str> = header.split(';').map(str::trim).filter(|part| is_known(part)).collect();
    parts.iter().any(|part| part.starts_with("Root=")).then(|| parts.join(";"))
}

fn is_known(part: &str) -> bool {
    let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match part.split_once('=') {
        Some(("Root", root)) => {
            let mut numbers = root.split('-');
            numbers.next() == Some("1")
                && numbers.next().is_some_and(|time| is_hex(time, 8))
                && numbers.next().is_some_and(|id| is_hex(id, 24))
                && numbers.next().is_none()
        }
        Some(("Parent", parent)) => is_hex(parent, 16),
        Some(("Sampled", sampled)) => matches!(sampled, "0" | "1"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_trace_is_kept() {
        const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
        for (header, expected) in [
            (ROOT.to_owned(), Some(ROOT.to_owned())),
            (
                format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=1"),
                Some(format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=1")),
            ),
            (format!("{ROOT}; Sampled=0"), Some(format!("{ROOT};Sampled=0"))),
            (format!("Self=1-5759e988-0;{ROOT};Lineage=a87bd80c:0"), Some(ROOT.to_owned())),
            (format!("{ROOT};Parent=x;Sampled=?"), Some(ROOT.to_owned())),
            (format!("{ROOT}0"), None),
            (ROOT.replace("=1-", "=2-"), None),
            (ROOT.replace("-5759e988-", "-5759e98-"), None),
            (format!("{ROOT}-1"), None),
            ("Parent=53995c3f42cd8ad8".to_owned(), None),
            ("\u{0}".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(well_formed(&header), expected, "{header}");
        }
    }
}
