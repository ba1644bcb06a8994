//! Which URLs a repository may come from (M46).

use url::{Host, Url};

/// Checks a clone URL against the configured GitHub: scheme, host and port are equal, no user or
/// password, plain http only on loopback; `file://` without a host where `allow_local` says so.
/// The error is a sentence that says what is wrong.
pub fn allowed_clone_url(url: &Url, github_url: &Url, allow_local: bool) -> Result<(), String> {
    let refuse = |text: &str| Err(format!("The clone URL {text}."));
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not hold a query or a fragment");
    }
    match url.scheme() {
        "file" if !allow_local => return refuse("must not be a local path"),
        "file" if url.host().is_some() => return refuse("must name a path on this machine"),
        "file" => return Ok(()),
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return refuse("must use https"),
        _ => return refuse("must use https, not another scheme"),
    }
    let place = |u: &Url| (u.scheme().to_owned(), u.host().map(|h| h.to_owned()), u.port_or_known_default());
    if place(url) != place(github_url) {
        return refuse(&format!("must be on {}", github_url.origin().ascii_serialization()));
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
