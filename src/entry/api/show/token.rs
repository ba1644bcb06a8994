//! REST tokens.

use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::ids::TokenId;
use crate::domain::repo::RepoName;
use crate::domain::token::{self, Scope};
use crate::entry::api::form::Example;
use crate::service::tokens::MadeToken;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    id: TokenId,
    name: String,
    scopes: Vec<Scope>,
    /// The only repositories it may see, as `owner/name`; null for all.
    repositories: Option<Vec<String>>,
    /// The person whose permission a pick is checked by.
    github_login: Option<String>,
    expires_at: Option<Moment>,
    last_used_at: Option<Moment>,
    created_at: Moment,
    revoked_at: Option<Moment>,
}

/// A token just made. The secret stands in this answer only.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewToken {
    #[serde(flatten)]
    token: Token,
    /// What `Authorization: Bearer` takes.
    secret: String,
}

impl From<&token::Token> for Token {
    fn from(token: &token::Token) -> Self {
        let names = |all: &Vec<RepoName>| all.iter().map(ToString::to_string).collect();
        Self {
            id: token.id,
            name: token.name.clone(),
            scopes: token.scopes.clone(),
            repositories: token.repositories.as_ref().map(names),
            github_login: token.github_login.clone(),
            expires_at: token.expires_at.map(Moment),
            last_used_at: token.last_used_at.map(Moment),
            created_at: token.created_at.into(),
            revoked_at: token.revoked_at.map(Moment),
        }
    }
}

impl From<&MadeToken> for NewToken {
    fn from(made: &MadeToken) -> Self {
        Self { token: (&made.token).into(), secret: made.secret.expose_secret().to_owned() }
    }
}

impl Example for Token {
    fn example() -> Self {
        Self {
            id: Example::example(),
            name: "ci".into(),
            scopes: vec![Scope::Read, Scope::Pick],
            repositories: Some(vec!["octo/hello".into()]),
            github_login: Some("octocat".into()),
            expires_at: None,
            last_used_at: None,
            created_at: Moment::example(),
            revoked_at: None,
        }
    }
}

impl Example for NewToken {
    fn example() -> Self {
        Self { token: Token::example(), secret: "bko_…".into() }
    }
}
