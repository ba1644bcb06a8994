//! M45: which base URLs may be called at all. What a name resolves to is checked later, at each connection.

use url::{Host, Url};

use super::addresses::is_public;

/// Why a base URL is refused; a sentence for people that does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// A compatible server without one.
    #[error("The model profile needs a base_url.")]
    Missing,
    /// Not an absolute http(s) URL with a host.
    #[error("The base_url is not a valid web address.")]
    Invalid,
    /// User name, query or fragment in it.
    #[error("The base_url must not hold a user name, a query or a fragment.")]
    Extras,
    /// Plain http to a host that the operator did not list.
    #[error("The base_url must start with https:// unless the operator lists its host in BAKEOFF_ALLOWED_MODEL_HOSTS.")]
    NotHttps,
    /// Leads to a private or special address that the operator did not list.
    #[error(
        "The base_url leads to a private or reserved address that the operator does not list in BAKEOFF_ALLOWED_MODEL_HOSTS."
    )]
    PrivateAddress,
    /// The server sent us elsewhere.
    #[error("The provider answered with a redirect, which is never followed.")]
    Redirect,
}

/// A base URL that passed, and whether the operator listed its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedUrl {
    pub(super) url: Url,
    pub(super) listed: bool,
}

/// The operator's list of `host` or `host:port`.
#[derive(Debug, Clone, Default)]
pub(super) struct AllowedHosts(Vec<(String, Option<u16>)>);

impl AllowedHosts {
    /// Reads the entries; hosts are compared as URLs write them (lower case, IPv4 dotted, IPv6 in brackets).
    pub(super) fn new(entries: &[String]) -> Self {
        Self(entries.iter().filter_map(|entry| allowed_entry(entry.trim())).collect())
    }

    fn lists(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let port = url.port_or_known_default();
        self.0.iter().any(|(listed, at)| listed == host.trim_end_matches('.') && (at.is_none() || *at == port))
    }
}

fn allowed_entry(entry: &str) -> Option<(String, Option<u16>)> {
    // With a scheme that has no default port a written port is never dropped; http normalises the host.
    let bare =
        if entry.matches(':').count() > 1 && !entry.starts_with('[') { format!("[{entry}]") } else { entry.into() };
    let url = Url::parse(&format!("http://{bare}/")).ok()?;
    let written = bare.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    Some((url.host_str()?.trim_end_matches('.').to_owned(), written))
}

/// Checks everything that needs no connection.
pub(super) fn check(base_url: &str, allowed: &AllowedHosts) -> Result<CheckedUrl, UrlRefusal> {
    let url = Url::parse(base_url.trim()).map_err(|_| UrlRefusal::Invalid)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlRefusal::Invalid);
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.query().is_some() || url.fragment().is_some() {
        return Err(UrlRefusal::Extras);
    }
    let listed = allowed.lists(&url);
    if !listed {
        only_public(&url)?;
    }
    Ok(CheckedUrl { url, listed })
}

fn only_public(url: &Url) -> Result<(), UrlRefusal> {
    let open = match url.host().ok_or(UrlRefusal::Invalid)? {
        // The connector never asks the resolver for a literal address, so it is judged here.
        Host::Ipv4(ip) => is_public(ip.into()),
        Host::Ipv6(ip) => is_public(ip.into()),
        Host::Domain(name) => !is_local_name(name),
    };
    if !open {
        return Err(UrlRefusal::PrivateAddress);
    }
    if url.scheme() == "https" { Ok(()) } else { Err(UrlRefusal::NotHttps) }
}

/// Names that never lead to a public server, whatever a resolver says.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["localhost", "local", "internal", "localdomain", "home.arpa"]
        .iter()
        .any(|suffix| name == *suffix || name.strip_suffix(suffix).is_some_and(|head| head.ends_with('.')))
}
