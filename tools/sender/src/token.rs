//! The token in a callback's URL.

use form_urlencoded::{byte_serialize, parse};

/// Name of the URL parameter.
const PARAMETER: &str = "token";

/// The URL with this token, instead of one that it has. The rest of the URL stays exactly as it is.
#[must_use]
pub fn with_token(url: &str, token: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let others = parameters.split('&').filter(|parameter| !parameter.is_empty() && token_of_query(parameter).is_none());
    let mut parameters: Vec<String> = others.map(str::to_owned).collect();
    parameters.push(format!("{PARAMETER}={}", byte_serialize(token.as_bytes()).collect::<String>()));
    format!("{address}?{}", parameters.join("&"))
}

/// The decoded token in the URL; the first where there are several.
#[must_use]
pub fn token_of(url: &str) -> Option<String> {
    token_of_query(query_of(url))
}

/// The URL with the names of its parameters and without their values, one of which is the token, and without a user's name and
/// password, to be shown.
#[must_use]
pub fn without_values(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let address = without_user(address);
    let Some(query) = query else { return address };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name, _)) => format!("{name}=••••"),
        None if parameter.is_empty() => String::new(),
        None => "••••".to_owned(),
    });
    format!("{address}?{}", parameters.collect::<Vec<_>>().join("&"))
}

fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://••••@{host}{path}"),
        None => address.to_owned(),
    }
}

/// The text after the question mark.
#[must_use]
pub fn query_of(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

fn token_of_query(query: &str) -> Option<String> {
    parse(query.as_bytes()).find(|(name, _)| name == PARAMETER).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gets_one_token() {
        for (url, expected) in [
            ("https://a.example", "https://a.example?token=a%26b+%C3%A9"),
            ("https://a.example/", "https://a.example/?token=a%26b+%C3%A9"),
            ("https://a.example/?", "https://a.example/?token=a%26b+%C3%A9"),
            ("https://a.example/?x=%20&y", "https://a.example/?x=%20&y&token=a%26b+%C3%A9"),
            ("https://a.example/?token=old&x=1&tokens=2", "https://a.example/?x=1&tokens=2&token=a%26b+%C3%A9"),
        ] {
            let with = with_token(url, "a&b é");
            assert_eq!(with, expected);
            assert_eq!(token_of(&with).as_deref(), Some("a&b é"));
        }
    }

    #[test]
    fn a_url_is_shown_without_its_values() {
        for (url, expected) in [
            ("https://a.example/x", "https://a.example/x"),
            ("https://a.example/?token=SECRET&x=SECRET&SECRET", "https://a.example/?token=••••&x=••••&••••"),
            ("https://a.example/?", "https://a.example/?"),
            ("https://user:SECRET@a.example:8443/@x?token=SECRET", "https://••••@a.example:8443/@x?token=••••"),
            ("https://SECRET@a.example", "https://••••@a.example"),
            ("https://a.example/@x", "https://a.example/@x"),
        ] {
            assert_eq!(without_values(url), expected);
        }
    }

    #[test]
    fn a_url_without_token_has_none() {
        for url in ["https://a.example/token=1", "https://a.example/?tokens=1", "https://a.example/?"] {
            assert_eq!(token_of(url), None, "{url}");
        }
        assert_eq!(token_of("https://a.example/?x=1&token=%41").as_deref(), Some("A"));
    }
}
