//! Who calls: the App with a JWT, an installation with its token, a person, or nobody.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::Refusal;
use crate::sim::github::hub::Hub;
use crate::sim::github::world::{Grant, World};

/// A caller whose credentials hold.
#[derive(Debug, Clone)]
pub enum Caller {
    Anonymous,
    App,
    Installation(Grant),
    Person(i64),
}

impl Caller {
    /// Whose limits it uses up.
    pub fn counter(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::App => "app".into(),
            Self::Installation(grant) => format!("installation {}", grant.installation),
            Self::Person(id) => format!("person {id}"),
        }
    }

    /// The account it acts as.
    pub fn acts_as(&self, world: &World) -> Option<i64> {
        match self {
            Self::Installation(_) => Some(world.app.bot_id),
            Self::Person(id) => Some(*id),
            Self::Anonymous | Self::App => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self::Anonymous))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    known.then(|| token.trim())
}

/// The installation whose token is shown, for the log (valid or not any more).
pub fn whose(hub: &Hub, headers: &HeaderMap) -> Option<i64> {
    hub.world().tokens.get(bearer(headers)?).map(|g| g.installation)
}

/// Checks the `Authorization` header.
pub fn caller(hub: &Hub, headers: &HeaderMap) -> Result<Caller, Refusal> {
    if !headers.contains_key("authorization") {
        return Ok(Caller::Anonymous);
    }
    let token = bearer(headers).ok_or_else(bad_credentials)?;
    if token.starts_with("eyJ") { app(hub, token) } else { caller_of_token(hub, token) }
}

fn bad_credentials() -> Refusal {
    Refusal::plain(401, "Bad credentials")
}

/// Checks an installation's or a person's token.
pub fn caller_of_token(hub: &Hub, token: &str) -> Result<Caller, Refusal> {
    let world = hub.world();
    if let Some(person) = world.person_tokens.get(token) {
        return Ok(Caller::Person(*person));
    }
    if let Some(person) = world.signed_in(token) {
        return Ok(Caller::Person(person));
    }
    let grant = world.tokens.get(token).ok_or_else(bad_credentials)?;
    let now = world.now();
    let warm = now.since(grant.made_at) >= world.switches.token_warm_up;
    if now >= grant.expires_at || !warm {
        return Err(bad_credentials());
    }
    let suspended = world.installations.get(&grant.installation).is_none_or(|i| i.suspended_at.is_some());
    if suspended {
        return Err(Refusal::plain(403, "This installation has been suspended"));
    }
    Ok(Caller::Installation(grant.clone()))
}

/// Checks an App JWT as GitHub does: RS256, `iat` not ahead, `exp` ahead but at most ten minutes, `iss` the App.
fn app(hub: &Hub, token: &str) -> Result<Caller, Refusal> {
    let undecodable = || Refusal::plain(401, "A JSON web token could not be decoded");
    let key = DecodingKey::from_rsa_pem(hub.world().app.public_key).map_err(|_| undecodable())?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    decode_header(token).map_err(|_| undecodable())?;
    let claims = decode::<Value>(token, &key, &rules).map_err(|_| undecodable())?.claims;
    let now = hub.now().0 / 1000;
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let refuse = |message: &str| Err(Refusal::plain(401, message));
    if number("iat").is_none_or(|iat| iat > now) {
        return refuse(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        );
    }
    match number("exp") {
        Some(exp) if exp > now + 600 => return refuse("'Expiration time' claim ('exp') is too far in the future"),
        Some(exp) if exp > now => {}
        _ => {
            return refuse(
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
            );
        }
    }
    let app = hub.world().app.id;
    let issuer = claims.get("iss").map(|i| i.as_str().map_or_else(|| i.to_string(), String::from));
    if issuer.is_some_and(|i| i == app.to_string() || i == format!("Iv23li{app}")) {
        Ok(Caller::App)
    } else {
        Err(Refusal::plain(404, "Integration not found"))
    }
}
