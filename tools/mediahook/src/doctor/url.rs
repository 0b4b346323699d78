//! How the URL at a vendor differs from the function's.

use callbacks::auth::Credentials;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use sender::token::{token_of, without_values};

use super::finding::Finding;

/// What sets the URL of most settings.
pub(super) const CONNECT: &str = "`mediahook connect` sets it";

/// The texts of secrets.
pub(super) fn exposed(secrets: &[SecretString]) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
    secrets.iter().map(ExposeSecret::expose_secret)
}

/// The URL without its query.
pub(super) fn address(url: &str) -> &str {
    url.split_once('?').map_or(url, |(address, _)| address)
}

/// Whether the vendor posts to the function's URL, and with one of its tokens. `mend` says how it is set.
pub(super) fn compare(found: &str, ours: &str, credentials: Option<&Credentials>, mend: &str) -> Vec<Finding> {
    const CHECK: &str = "url";
    if found.is_empty() {
        return vec![Finding::differs(CHECK, "there is none", mend)];
    }
    let shown = without_values(found);
    let differences = differences(found, ours);
    if !differences.is_empty() {
        let mend = format!("expected {}?token=••••; {mend}", without_values(address(ours)));
        return vec![Finding::differs(CHECK, format!("{shown}: {}", differences.join(", ")), mend)];
    }
    vec![Finding::right(CHECK, shown), token(found, credentials, mend)]
}

/// In what two addresses differ.
fn differences(found: &str, ours: &str) -> Vec<&'static str> {
    let (Ok(found), Ok(ours)) = (Url::parse(found), Url::parse(ours)) else { return vec!["it is no URL"] };
    let mut differences = Vec::new();
    if found.scheme() != ours.scheme() {
        differences.push(if found.scheme() == "http" {
            "it is http instead of https"
        } else {
            "it has another scheme"
        });
    }
    if found.host_str() != ours.host_str() {
        differences.push("another host");
    } else if found.scheme() == ours.scheme() && found.port() != ours.port() {
        differences.push("another port");
    }
    if found.path() != ours.path() {
        let is_slash = found.path().trim_end_matches('/') == ours.path().trim_end_matches('/');
        differences.push(match (is_slash, ours.path().ends_with('/')) {
            (true, true) => "the slash at the end of the path is missing",
            (true, false) => "it has a slash at the end of the path",
            (false, _) => "another path",
        });
    }
    differences
}

fn token(url: &str, credentials: Option<&Credentials>, mend: &str) -> Finding {
    const CHECK: &str = "token";
    let mend = format!("the function refuses each callback; {mend}");
    let Some(credentials) = credentials else {
        return Finding::cannot_tell(CHECK, "the function's secret is not known", "give its JSON: --secret FILE");
    };
    let tokens = exposed(&credentials.tokens);
    let count = tokens.len();
    let Some(token) = token_of(url) else {
        return if count == 0 {
            Finding::right(CHECK, "there is none, and none in the secret")
        } else {
            Finding::differs(CHECK, "there is none in the URL", mend)
        };
    };
    let has_more = Url::parse(url).is_ok_and(|url| url.query_pairs().filter(|(name, _)| name == "token").count() > 1);
    match tokens.map(str::to_owned).position(|known| known == token).map(|index| index + 1) {
        _ if has_more => Finding::differs(CHECK, "there is more than one in the URL", mend),
        _ if count == 0 => Finding::right(CHECK, "there is one, and none in the secret"),
        None => Finding::differs(CHECK, "it is none of the secret's: an old one, or another product's", mend),
        Some(number) if number == count => Finding::right(CHECK, "the newest of the secret"),
        Some(number) => {
            Finding::right(CHECK, format!("token {number} of {count} in the secret; the last is the newest"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        for (found, ours, expected) in [
            ("https://a.example/?token=1", "https://a.example/", &[][..]),
            ("https://a.example?token=1", "https://a.example/", &[]),
            ("https://A.example:443/", "https://a.example/", &[]),
            ("http://a.example/", "https://a.example/", &["it is http instead of https"]),
            ("https://b.example/", "https://a.example/", &["another host"]),
            ("https://a.example:8443/", "https://a.example/", &["another port"]),
            ("https://a.example/ims", "https://a.example/vod", &["another path"]),
            ("https://a.example/ims", "https://a.example/ims/", &["the slash at the end of the path is missing"]),
            ("https://a.example/ims/", "https://a.example/ims", &["it has a slash at the end of the path"]),
            ("a.example", "https://a.example/", &["it is no URL"]),
        ] {
            assert_eq!(differences(found, ours), expected, "{found}");
        }
    }

    #[test]
    fn what_is_expected_is_shown_without_a_secret() {
        for ours in ["https://a.example/x?token=SECRET", "https://user:SECRET@a.example/x"] {
            let found = format!("{:?}", compare("https://b.example/x", ours, None, "set it in the workflow"));
            assert!(found.contains("a.example/x?token=••••; set it in the workflow"), "{found}");
            assert!(!found.contains("SECRET") && !found.contains("connect"), "{found}");
        }
    }

    #[test]
    fn a_token_is_named_by_its_number() {
        let credentials = |tokens: &[&str]| Credentials {
            tokens: tokens.iter().map(|token| (*token).into()).collect(),
            ..Credentials::default()
        };
        for (url, tokens, expected) in [
            ("https://a.example/?token=SECRET2", &["SECRET1", "SECRET2"][..], "the newest of the secret"),
            ("https://a.example/?token=SECRET1", &["SECRET1", "SECRET2"], "token 1 of 2 in the secret"),
            ("https://a.example/?token=SECRET3", &["SECRET1", "SECRET2"], "none of the secret's"),
            ("https://a.example/?token=SECRET1&token=SECRET1", &["SECRET1"], "more than one"),
            ("https://a.example/", &["SECRET1"], "there is none in the URL"),
            ("https://a.example/", &[], "there is none, and none"),
        ] {
            let finding = format!("{:?}", token(url, Some(&credentials(tokens)), CONNECT));
            assert!(finding.contains(expected) && !finding.contains("SECRET"), "{finding}");
        }
        assert!(format!("{:?}", token("https://a.example/", None, CONNECT)).contains("CannotTell"));
    }
}
