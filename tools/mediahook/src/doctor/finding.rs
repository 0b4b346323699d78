//! One line of what `mediahook doctor` found, and how the lines are printed.

use callbacks::Product;
use serde::Serialize;
use serde_json::json;
use vendor_api::{ApiError, ErrorResponse};

use crate::output::{BAD, BOLD, GOOD, UNSURE, message, print_line, styled};

/// Whether a setting is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// It is.
    Right,
    /// It is not.
    Differs,
    /// No API tells, or none did.
    CannotTell,
}

/// What was found about one setting. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at, in a word or two.
    check: String,
    state: State,
    /// What is there.
    found: String,
    /// How to mend it, or where to look.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    pub(super) fn right(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), state: State::Right, found: found.into(), mend: None }
    }

    pub(super) fn differs(check: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.into(), state: State::Differs, found: found.into(), mend: Some(mend.into()) }
    }

    pub(super) fn cannot_tell(check: impl Into<String>, found: impl Into<String>, look: impl Into<String>) -> Self {
        Self { check: check.into(), state: State::CannotTell, found: found.into(), mend: Some(look.into()) }
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.state == State::Differs
    }

    /// The same finding about one of several things, such as a queue.
    pub(super) fn of(self, what: &str) -> Self {
        Self { check: format!("{what}: {}", self.check), ..self }
    }

    /// Why the vendor's API did not answer.
    pub(super) fn access(product: Product, error: ApiError) -> Self {
        const CHECK: &str = "access";
        let guide = format!("docs/setup/{}.md", product.slug());
        match error {
            ApiError::Denied(refusal) if is_of_key(&refusal) => Self::differs(
                CHECK,
                format!("the vendor does not accept the access key: {refusal}"),
                "set both parts of one key, and the token of a temporary one; a key may have been disabled",
            ),
            ApiError::Denied(refusal) => Self::differs(
                CHECK,
                format!("the key lacks a permission, or what it asks for is another account's: {refusal}"),
                format!("give it the policy of {guide}, and check account, application, bucket and region"),
            ),
            ApiError::Clock(refusal) => Self::differs(
                CHECK,
                format!("the vendor's clock is another: {refusal}"),
                "set the clock of this machine",
            ),
            ApiError::Gone(refusal) | ApiError::Refused(refusal) => Self::differs(
                CHECK,
                format!("the vendor refused the request: {refusal}"),
                "check the server, the application, the bucket and its region",
            ),
            error => Self::cannot_tell(CHECK, message(error), "try again"),
        }
    }
}

/// Whether a refusal is about the key itself, and not about what it may do.
fn is_of_key(refusal: &ErrorResponse) -> bool {
    const CODES: [&str; 10] = [
        "AuthFailure.SecretIdNotFound",
        "AuthFailure.SignatureFailure",
        "AuthFailure.TokenFailure",
        "AuthFailure.InvalidAuthorization",
        "AuthFailure.InvalidSecretId",
        "ExpiredToken",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidSecurityToken",
        "SignatureDoesNotMatch",
    ];
    CODES.iter().any(|code| refusal.code.starts_with(code))
}

/// Prints the findings: lines for people, or one line of JSON.
pub(super) fn print(product: Product, findings: &[Finding], json: bool) -> Result<(), String> {
    let is_right = !findings.iter().any(Finding::is_wrong);
    if json {
        return print_line(&json!({"product": product, "right": is_right, "findings": findings}).to_string());
    }
    for Finding { check, state, found, mend } in findings {
        let (style, mark) = match state {
            State::Right => (GOOD, '✓'),
            State::Differs => (BAD, '✗'),
            State::CannotTell => (UNSURE, '?'),
        };
        print_line(&format!("{} {check:11} {found}", styled(style, mark)))?;
        if let Some(mend) = mend {
            print_line(&format!("  {:11} {}", "", styled(style, format!("→ {mend}"))))?;
        }
    }
    let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
    let verdict = match wrong {
        0 => format!("{product}: nothing differs"),
        1 => format!("{product}: 1 setting differs"),
        _ => format!("{product}: {wrong} settings differ"),
    };
    print_line(&styled(BOLD, verdict))
}
