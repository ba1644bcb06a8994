//! From a model profile and its key to something that can be asked.

use std::sync::Arc;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};

use super::call::HttpModel;
use super::chat::ChatModel;
use super::error::ModelError;
use super::gate::Gates;
use super::resolver::{CheckedResolver, Lookup, SystemLookup};
use super::settings::LlmSettings;
use super::url_guard::{AllowedHosts, CheckedUrl, UrlRefusal, check};
use super::wire::WireKind;
use crate::domain::ids::ModelId;
use crate::domain::model::ModelProfile;

/// Makes [`ChatModel`]s; holds the HTTP clients and the limits per key. Share it in an `Arc`.
pub struct Connector {
    settings: LlmSettings,
    allowed: AllowedHosts,
    /// Resolves to public addresses only, https only.
    public: Client,
    /// For the hosts that the operator listed.
    listed: Client,
    gates: Gates,
}

impl Connector {
    /// Fails with [`ModelError::Setup`] when the extra CA cannot be read.
    pub fn new(settings: LlmSettings) -> Result<Self, ModelError> {
        let allowed = AllowedHosts::new(&settings.allowed_hosts);
        let public = client(&settings, true)?;
        let listed = client(&settings, false)?;
        Ok(Self { settings, allowed, public, listed, gates: Gates::default() })
    }

    /// Checks what can be known of a `base_url` without a connection (M45); the addresses that its name leads to are
    /// checked at each connection.
    pub fn check_base_url(&self, base_url: &str) -> Result<(), UrlRefusal> {
        check(base_url, &self.allowed).map(|_| ())
    }

    /// A deleted profile's limits hold no longer for others of its key.
    pub fn forget(&self, profile: ModelId) {
        self.gates.forget(profile);
    }

    /// The model of `profile`; `key` is sent to the host of this profile and nowhere else (M48).
    #[expect(clippy::needless_pass_by_value, reason = "the caller's copy of the key is wiped here")]
    pub fn model(&self, profile: &ModelProfile, key: SecretString) -> Result<Arc<dyn ChatModel>, ModelError> {
        let base = profile.base_url.as_deref().or(profile.provider.default_base_url());
        let base = base.ok_or(ModelError::UrlForbidden(UrlRefusal::Missing))?;
        let CheckedUrl { url, listed } = check(base, &self.allowed).map_err(ModelError::UrlForbidden)?;
        let wire = WireKind::of(profile);
        let host = url.origin().ascii_serialization();
        let gate = self.gates.gate(&host, &key, (profile.id, profile.limits), self.settings.per_key_concurrency);
        Ok(Arc::new(HttpModel {
            client: if listed { self.listed.clone() } else { self.public.clone() },
            headers: headers(wire, &key)?,
            url: endpoint(url, wire, &profile.model_name)?,
            wire,
            model_name: profile.model_name.clone(),
            deadlines: self.settings.deadlines,
            caps: self.settings.caps,
            gate,
        }))
    }
}

/// No redirects, no proxy from the environment, no compression (its features are off), no retries of its own.
fn client(settings: &LlmSettings, only_public: bool) -> Result<Client, ModelError> {
    let lookup: Arc<dyn Lookup> = settings.lookup.clone().unwrap_or_else(|| Arc::new(SystemLookup));
    let mut builder = Client::builder()
        .user_agent(concat!("bakeoff/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .retry(reqwest::retry::never())
        .http1_only()
        .https_only(only_public)
        .connect_timeout(settings.deadlines.connect)
        .dns_resolver(Arc::new(CheckedResolver { lookup, only_public }));
    if let Some(pem) = &settings.extra_ca {
        let bundle = Certificate::from_pem_bundle(pem).map_err(|_| ModelError::Setup)?;
        if bundle.is_empty() {
            return Err(ModelError::Setup);
        }
        builder = builder.tls_certs_merge(bundle);
    }
    builder.build().map_err(|_| ModelError::Setup)
}

fn endpoint(mut url: Url, wire: WireKind, model: &str) -> Result<Url, ModelError> {
    let (segments, query) = wire.path(model);
    url.path_segments_mut()
        .map_err(|()| ModelError::UrlForbidden(UrlRefusal::Invalid))?
        .pop_if_empty()
        .extend(segments);
    url.set_query(query);
    Ok(url)
}

/// A key that cannot stand in a header is rejected here, as its provider would.
fn headers(wire: WireKind, key: &SecretString) -> Result<HeaderMap, ModelError> {
    let (name, before) = wire.key_header();
    let mut value = HeaderValue::from_str(&format!("{before}{}", key.expose_secret().trim()))
        .map_err(|_| ModelError::KeyRejected { status: 401 })?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
    if let Some((name, version)) = wire.version_header() {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(version));
    }
    headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
    Ok(headers)
}
