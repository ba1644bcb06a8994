//! Votes for candidates, and the leaderboard.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::body::Body;
use super::error::ApiError;
use super::form::{Example, Family, Kind, Piece, Shown, family, get, post};
use super::input::{self, Ids, Query};
use super::paging::Paging;
use super::usage::NAME_ONE;
use super::{ApiState, show};
use crate::adapters::store::standings::Among;
use crate::domain::clock::Timestamp;
use crate::domain::token::Scope;
use crate::domain::vote::Ballot;
use crate::service::rest::leaderboard::leaderboard;
use crate::service::rest::votes::{self, Elector, Uncounted};

const NO_RIGHT: &str = "The token's person may not see this repository.";
const NO_APP: &str = "The GitHub App is not installed on this repository.";

/// A vote.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VoteWish {
    vote: Ballot,
}

impl Example for VoteWish {
    fn example() -> Self {
        Self { vote: Ballot::Up }
    }
}

pub(super) fn routes() -> Family {
    family(
        "Votes",
        "What people think of candidates. A vote picks nothing; picks, merges and votes make the leaderboard.",
        vec![
            post("/v1/runs/{id}/votes", Scope::Run, "Votes for or against a candidate, or takes a vote back", cast)
                .about(
                    "One vote of each voter, who may change it: the token's person, the same as on GitHub, or else \
                     the token.",
                )
                .fails(403, NO_RIGHT)
                .fails(403, NO_APP)
                .fails(409, "Only a candidate with a patch can be voted on.")
                .fails(502, "GitHub cannot be reached.")
                .unknown(show::RUN),
            get("/v1/leaderboard", Scope::Read, "Lists how models did, the strongest first", board)
                .query("repo_id", "In this repository only.", Kind::Id)
                .fails(403, NAME_ONE)
                .unknown(show::REPO),
        ],
    )
}

async fn cast(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
    Body { mut fields, .. }: Body<VoteWish>,
) -> Result<Shown<show::CastVote>, ApiError> {
    let (run, repo) = ids.run(&state, &caller).await?;
    let ballot = fields.word("vote", &Ballot::ALL.map(Ballot::as_str), Ballot::parse).unwrap_or(Ballot::None);
    fields.finish()?;
    if !run.has_patch() {
        return Err(ApiError::said(StatusCode::CONFLICT, "Only a candidate with a patch can be voted on."));
    }
    let token = caller.token().map(|token| token.id);
    let elector = Elector { token, name: caller.name().to_owned(), login: caller.login() };
    match votes::cast(&state.services, &repo, run.id, &elector, ballot).await? {
        Ok(tally) => Ok(Shown(show::CastVote::new(run.id, ballot, tally))),
        Err(Uncounted::NoRight) => Err(ApiError::said(StatusCode::FORBIDDEN, NO_RIGHT)),
        Err(Uncounted::NoApp) => Err(ApiError::said(StatusCode::FORBIDDEN, NO_APP)),
    }
}

async fn board(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
    paging: Paging,
) -> Result<Piece<show::LeaderboardLine>, ApiError> {
    let among = match words.get("repo_id") {
        Some(id) => Among::These(vec![input::repo(&state, &caller, id).await?.id]),
        None if caller.is_limited() => return Err(ApiError::said(StatusCode::FORBIDDEN, NAME_ONE)),
        None => Among::All,
    };
    let lines = leaderboard(&state.services, &among).await?;
    let name = |line: &crate::service::rest::leaderboard::Line| {
        let model = &line.standing.model;
        (Timestamp(0), format!("{}/{}", model.provider, model.model_name))
    };
    Ok(paging.cut(lines, name, |line| Some((&line).into())))
}
