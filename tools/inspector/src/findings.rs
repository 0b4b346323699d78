//! Every check of a request, as the functions make them.

use callbacks::Product;
use callbacks::auth::{Check, Clock, Credentials, Finding, Request, Seen, explain};
use jiff::Timestamp;
use receiver::{FunctionUrlRequest, Receiver};

/// Every check that the receiver makes of a request at this time, and what would have passed. `others` are the credentials of
/// other products, which a request may have been made with by mistake. No secret is in it.
#[must_use]
pub fn findings(
    receiver: &Receiver,
    credentials: &Credentials,
    others: &[(Product, Credentials)],
    request: &FunctionUrlRequest<'_>,
    now: Timestamp,
) -> Vec<Finding> {
    let parameters = request.parameters();
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    let tokens: Vec<&str> = parameters.iter().filter(|(name, _)| *name == "token").map(|(_, value)| *value).collect();
    let (headers, body, url) = (request.headers(), request.body(), request.url());
    let check = |check, passed, expected, found| Finding { check, passed, expected, found, hint: None };
    let method: String = request.method().chars().filter(char::is_ascii_graphic).take(20).collect();
    let (size, limit) = (body.len(), receiver.body_limit);
    let mut findings = vec![
        check(Check::Method, request.method() == "POST", "POST".to_owned(), method),
        check(Check::Size, size <= limit, format!("at most {limit} bytes"), format!("{size} bytes")),
    ];
    let seen = Seen {
        request: Request { headers: &headers, tokens: &tokens, body: &body },
        parameters: &parameters,
        url: url.as_deref(),
    };
    let clock = Clock { now, tolerance: receiver.tolerance };
    findings.extend(explain(receiver.product, credentials, others, &seen, clock));
    findings
}
