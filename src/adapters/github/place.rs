//! Where the API is, and which addresses belong to it.

use std::net::IpAddr;

use url::{Host, Url};

use crate::domain::ids::GithubRepoId;

use super::GithubError;
use super::call::Path;

/// The API's base address.
#[derive(Debug, Clone)]
pub(super) struct Place {
    base: Url,
}

impl Place {
    pub(super) fn new(api_url: &str) -> Result<Self, GithubError> {
        let base = Url::parse(api_url.trim_end_matches('/'))
            .map_err(|_| GithubError::NotConfigured("the API URL is not a URL"))?;
        let plain = matches!(base.scheme(), "http" | "https")
            && base.host().is_some()
            && base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none();
        if plain { Ok(Self { base }) } else { Err(GithubError::NotConfigured("the API URL is not a plain http URL")) }
    }

    /// The address of a call.
    pub(super) fn url(&self, path: &Path) -> Result<Url, GithubError> {
        let base = self.base.as_str().trim_end_matches('/');
        let text = match path {
            Path::Rest(path) => format!("{base}{path}"),
            // GHES: REST below /api/v3, GraphQL at /api/graphql.
            Path::Graphql => format!("{}/graphql", base.strip_suffix("/v3").unwrap_or(base)),
            Path::Given(url) if self.holds(url) => return Ok(url.clone()),
            Path::Given(_) => return Err(GithubError::Unavailable("it points to another server")),
        };
        Url::parse(&text).map_err(|_| GithubError::Refused(400))
    }

    /// Whether an address GitHub gave us is on the API host.
    pub(super) fn holds(&self, url: &Url) -> bool {
        url.scheme() == self.base.scheme()
            && url.host() == self.base.host()
            && url.port_or_known_default() == self.base.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// On this machine: then no proxy is asked.
    pub(super) fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// The repository that an address names by number: `…/repositories/42/…`.
    pub(super) fn repository_in(url: &Url) -> Option<GithubRepoId> {
        let mut segments = url.path_segments()?.skip_while(|segment| *segment != "repositories").skip(1);
        segments.next()?.parse().ok().map(GithubRepoId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_built_and_told_apart() {
        let place = |base: &str| Place::new(base).map(|p| (p.url(&Path::Rest("/app".into())), p.url(&Path::Graphql)));
        for (base, rest, graphql) in [
            ("https://api.github.com", "https://api.github.com/app", "https://api.github.com/graphql"),
            ("https://ghe.example/api/v3/", "https://ghe.example/api/v3/app", "https://ghe.example/api/graphql"),
            ("http://127.0.0.1:80", "http://127.0.0.1/app", "http://127.0.0.1/graphql"),
        ] {
            let found = place(base).map(|(a, b)| (a.map(String::from), b.map(String::from)));
            assert_eq!(found, Ok((Ok(rest.into()), Ok(graphql.into()))), "{base}");
        }
        for bad in ["", "ftp://x", "https://u:p@x", "https://x/?a", "https://x/#a", "x"] {
            assert!(matches!(Place::new(bad), Err(GithubError::NotConfigured(_))), "{bad}");
        }
    }

    #[test]
    fn f054_only_the_api_host_is_ours() {
        let place = Place::new("https://api.github.com").ok();
        for (url, ours) in [
            ("https://api.github.com/repositories/1", true),
            ("https://api.github.com:443/x", true),
            ("http://api.github.com/x", false),
            ("https://api.github.com:8443/x", false),
            ("https://github.com/x", false),
            ("https://a@api.github.com/x", false),
            ("https://api.github.com.evil.example/x", false),
        ] {
            let held = Url::parse(url).is_ok_and(|url| place.as_ref().is_some_and(|p| p.holds(&url)));
            assert_eq!(held, ours, "{url}");
        }
        let id = |text: &str| Url::parse(text).ok().and_then(|url| Place::repository_in(&url));
        assert_eq!(id("https://h/api/v3/repositories/42/issues/1"), Some(GithubRepoId(42)));
        assert_eq!(id("https://h/repos/a/b"), None);
    }
}
