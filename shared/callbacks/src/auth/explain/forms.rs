//! The forms of a callback URL that a vendor may have signed.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::Known;
use super::words::plain;

/// Forms that are tried, at most.
const MOST: usize = 2_000;

/// The parts of a URL, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Url<'u> {
    scheme: &'u str,
    host: &'u str,
    path: &'u str,
    /// Without the question mark; `None` where there is none.
    query: Option<&'u str>,
}

impl<'u> Url<'u> {
    pub(super) fn of(url: &'u str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (address, query) = rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
        let (host, path) = match address.find('/') {
            Some(start) => address.split_at(start),
            None => (address, ""),
        };
        Self { scheme, host, path, query }
    }
}

/// The URLs that may have been signed: those that are configured and the one that was posted to, then each with one part in another
/// form, then with two, and so on.
pub(super) fn forms(configured: &[&str], posted_to: Option<&str>, known: &Known<'_>) -> Vec<String> {
    let bases: Vec<Url<'_>> = configured.iter().copied().chain(posted_to).map(Url::of).collect();
    let mut forms = BTreeSet::new();
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut add = |changes: usize, form: String| {
        if forms.len() < MOST && forms.insert(form.clone()) {
            found.push((changes, form));
        }
    };
    for url in configured.iter().copied().chain(posted_to) {
        add(0, url.to_owned());
        add(1, url.trim().to_owned());
        for end in [" ", "\n", "/", "&"] {
            add(1, format!("{url}{end}"));
        }
    }
    for base in &bases {
        let schemes = [base.scheme, if base.scheme == "https" { "http" } else { "https" }];
        let hosts = hosts(base, &bases);
        let paths = paths(base, &bases);
        let queries = queries(base, &bases, known);
        for (scheme_changes, scheme) in schemes.iter().enumerate() {
            for (host_changes, host) in hosts.iter().enumerate() {
                for (path_changes, path) in paths.iter().enumerate() {
                    for (query_changes, query) in queries.iter().enumerate() {
                        let changes = [scheme_changes, host_changes, path_changes, query_changes];
                        let changes = changes.iter().filter(|place| **place > 0).count();
                        let mark = if query.is_some() { "?" } else { "" };
                        let query = query.as_deref().unwrap_or_default();
                        add(changes, format!("{scheme}://{host}{path}{mark}{query}"));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(changes, _)| *changes);
    found.into_iter().map(|(_, form)| form).collect()
}

/// The host, and what may stand in its place.
fn hosts(base: &Url<'_>, bases: &[Url<'_>]) -> Vec<String> {
    let mut hosts = vec![base.host.to_owned()];
    let mut add = |host: String| {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    };
    for url in bases {
        add(url.host.to_owned());
    }
    add(base.host.to_ascii_lowercase());
    let port = base.host.rsplit_once(':');
    match port {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => add(host.to_owned()),
        _ => {
            add(format!("{}:443", base.host));
            add(format!("{}:80", base.host));
        }
    }
    hosts
}

/// The path, and what may stand in its place.
fn paths(base: &Url<'_>, bases: &[Url<'_>]) -> Vec<String> {
    let mut paths = vec![base.path.to_owned()];
    let toggled = |path: &str| path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    for path in std::iter::once(base.path).chain(bases.iter().map(|url| url.path)) {
        for path in [path.to_owned(), toggled(path)] {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}

/// The query string, and what may stand in its place.
fn queries(base: &Url<'_>, bases: &[Url<'_>], known: &Known<'_>) -> Vec<Option<String>> {
    let mut queries = vec![base.query.map(str::to_owned)];
    let mut add = |query: Option<String>| {
        if !queries.contains(&query) {
            queries.push(query);
        }
    };
    add(None);
    for url in bases {
        add(url.query.map(str::to_owned));
    }
    let parameters: Vec<&str> =
        base.query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()).collect();
    let is_token = |parameter: &&&str| parameter.starts_with("token=");
    let others: Vec<&str> = parameters.iter().filter(|parameter| !is_token(parameter)).copied().collect();
    add(Some(others.join("&")).filter(|query| !query.is_empty()));
    let mut tokens = known.credentials.tokens.iter().chain(known.others.iter().flat_map(|(_, other)| &other.tokens));
    for token in tokens.by_ref() {
        let token = format!("token={}", token.expose_secret());
        add(Some([&others[..], &[&token]].concat().join("&")));
    }
    add(Some(parameters.iter().rev().copied().collect::<Vec<_>>().join("&")));
    queries
}

/// In what the second URL differs from the first: `has http instead of https`.
pub(super) fn differences(configured: &Url<'_>, signed: &Url<'_>, known: &Known<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let shown = |text: &str| plain(text, known.secrets());
    if configured.scheme != signed.scheme {
        found.push(format!("has {} instead of {}", shown(signed.scheme), shown(configured.scheme)));
    }
    if configured.host != signed.host {
        found.push(format!("has the host {} instead of {}", shown(signed.host), shown(configured.host)));
    }
    if configured.path != signed.path {
        found.push(if format!("{}/", signed.path) == configured.path {
            "has no slash at the end of its path".to_owned()
        } else if format!("{}/", configured.path) == signed.path {
            "has a slash at the end of its path".to_owned()
        } else {
            format!("has the path {} instead of {}", shown(signed.path), shown(configured.path))
        });
    }
    if configured.query != signed.query {
        found.push(query_difference(configured.query, signed.query));
    }
    found
}

fn query_difference(configured: Option<&str>, signed: Option<&str>) -> String {
    fn parameters(query: Option<&str>) -> BTreeSet<&str> {
        query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()).collect()
    }
    let is_token = |parameters: &BTreeSet<&str>| parameters.iter().any(|parameter| parameter.starts_with("token="));
    let (ours, theirs) = (parameters(configured), parameters(signed));
    match (is_token(&ours), is_token(&theirs)) {
        (true, false) => "has no token".to_owned(),
        (false, true) => "has a token".to_owned(),
        (_, _) if ours == theirs => "has its parameters in another order, or other separators".to_owned(),
        (_, _) if theirs.is_empty() => "has no parameters".to_owned(),
        (true, true) if ours.difference(&theirs).all(|parameter| parameter.starts_with("token=")) => {
            "has another token".to_owned()
        }
        (_, _) => "has other parameters".to_owned(),
    }
}
