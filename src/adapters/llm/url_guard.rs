//! M45: which base URLs may be called at all.

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
