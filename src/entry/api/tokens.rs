//! Tokens: the secret stands in one answer only.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::{Body, Fields};
use super::error::ApiError;
use super::form::{Created, Done, Example, Family, Piece, Shown, delete, family, get, post};
use super::input::Ids;
use super::paging::Paging;
use super::{ApiState, show};
use crate::domain::repo::RepoName;
use crate::domain::token::Scope;
use crate::service::rest::tokens::{self, Ungiven};
use crate::service::tokens::NewToken;

/// Repositories of one token, at most.
const MAX_REPOSITORIES: usize = 1000;
const MORE: &str = "A token cannot give a scope that it lacks.";

/// A token to make. What is left out is as the token that asks has it; nothing is given that it lacks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenWish {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(min_items = 1, max_items = 4)]
    scopes: Vec<Scope>,
    /// The only repositories it may see, as `owner/name`; without them all.
    #[schema(min_items = 1, max_items = 1000)]
    repositories: Option<Vec<String>>,
    /// The person whose permission a pick is checked by.
    #[schema(min_length = 1, max_length = 39)]
    github_login: Option<String>,
    expires_at: Option<show::Moment>,
}

impl Example for TokenWish {
    fn example() -> Self {
        Self {
            name: "ci".into(),
            scopes: vec![Scope::Read, Scope::Pick],
            repositories: Some(vec!["octo/hello".into()]),
            github_login: None,
            expires_at: None,
        }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Tokens",
        "Who may call. A token limited to repositories knows and gives only tokens that see no more than itself.",
        vec![
            get("/v1/tokens", Scope::Admin, "Lists tokens, newest first, ended ones too", list),
            post("/v1/tokens", Scope::Admin, "Makes a token", create)
                .about("The secret stands in this answer only.")
                .fails(403, MORE),
            get("/v1/tokens/{id}", Scope::Admin, "Shows a token", one).unknown(show::TOKEN),
            delete("/v1/tokens/{id}", Scope::Admin, "Ends a token at once", revoke).unknown(show::TOKEN),
        ],
    )
}

async fn list(State(state): State<ApiState>, caller: Caller, paging: Paging) -> Result<Piece<show::Token>, ApiError> {
    let all = tokens::list(&state.services, caller.token()).await?;
    Ok(paging.cut(all, |t| (t.created_at, t.id.to_string()), |t| Some((&t).into())))
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::Token>, ApiError> {
    let found = tokens::one(&state.services, caller.token(), ids.read(0, show::TOKEN)?).await?;
    Ok(Shown((&found.ok_or_else(|| ApiError::not_found(show::TOKEN))?).into()))
}

/// Each of a list read; notes when one cannot be.
fn each<T>(fields: &mut Fields, name: &str, max: usize, msg: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let texts = fields.texts(name, max, false);
    let read: Vec<T> = texts.iter().filter_map(|text| parse(text)).collect();
    if read.len() < texts.len() {
        fields.problem("value_error", name, msg);
    }
    read
}

fn read(fields: &mut Fields) -> NewToken {
    let words = "Input should be some of 'read', 'run', 'pick' and 'admin'";
    let names = "Input should be repositories, each as owner/name";
    let limited = fields.is_given("repositories");
    let repositories = each(fields, "repositories", MAX_REPOSITORIES, names, RepoName::parse);
    NewToken {
        name: fields.text("name", (1, 100)),
        scopes: each(fields, "scopes", Scope::ALL.len(), words, Scope::parse),
        // An empty list is refused, not taken for all.
        repositories: limited.then_some(repositories),
        github_login: fields.optional_text("github_login", (1, 39)),
        expires_at: fields.moment("expires_at"),
    }
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body { mut fields, .. }: Body<TokenWish>,
) -> Result<Created<show::NewToken>, ApiError> {
    let mut again = fields.clone();
    let new = read(&mut fields);
    fields.finish()?;
    match tokens::give(&state.services, new, caller.token(), &caller.actor()).await? {
        Ok(made) => Ok(Created((&made).into())),
        Err(Ungiven::More(why)) => Err(ApiError::said(StatusCode::FORBIDDEN, why)),
        Err(Ungiven::Invalid(invalid)) => {
            again.problem("value_error", invalid.field, invalid.message);
            Err(again.finish().err().unwrap_or_else(|| ApiError::not_found(show::TOKEN)))
        }
    }
}

async fn revoke(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Done, ApiError> {
    let id = ids.read(0, show::TOKEN)?;
    let revoked = tokens::revoke(&state.services, caller.token(), id, &caller.actor()).await?;
    if revoked { Ok(Done) } else { Err(ApiError::not_found(show::TOKEN)) }
}
