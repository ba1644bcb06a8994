//! Webhook deliveries, and asking for one again.

use axum::extract::State;
use axum::http::StatusCode;

use super::auth::{Caller, LIMITED};
use super::error::ApiError;
use super::form::{Accepted, Family, Kind, Piece, Shown, family, get, post};
use super::input::{Ids, Query};
use super::paging::{Paging, invalid};
use super::{ApiState, show};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::token::Scope;
use crate::service::rest::deliveries::{self, Again};

const STATUSES: [&str; 4] = ["queued", "handled", "ignored", "failed"];
const GUID: (&str, &str) = ("delivery_id", "The delivery's header as it came.");

pub(super) fn routes() -> Family {
    let (name, words) = GUID;
    family(
        "Deliveries",
        "What GitHub sent, and what became of it.",
        vec![
            get("/v1/deliveries", Scope::Admin, "Lists deliveries, newest first", list)
                .about("Without `limit` at most 1000.")
                .query("status", "Only those that stand so.", Kind::OneOf(&STATUSES))
                .fails(403, LIMITED),
            get("/v1/deliveries/{delivery_id}", Scope::Admin, "Shows a delivery", one)
                .part(name, words, Kind::Text)
                .fails(403, LIMITED)
                .unknown(show::DELIVERY),
            post("/v1/deliveries/{delivery_id}/redeliver", Scope::Admin, "Lets a delivery come again", redeliver)
                .about(
                    "One that failed before it had any effect is handled again; one that never arrived is asked for \
                     from GitHub.",
                )
                .part(name, words, Kind::Text)
                .fails(403, LIMITED)
                .fails(409, "The delivery was handled already.")
                .fails(502, "GitHub cannot be reached.")
                .unknown(show::DELIVERY),
        ],
    )
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(words): Query,
    paging: Paging,
) -> Result<Piece<show::HookDelivery>, ApiError> {
    caller.unlimited()?;
    let status = match words.get("status") {
        None => None,
        Some(word) => {
            let msg = "Input should be 'queued', 'handled', 'ignored' or 'failed'";
            Some(DeliveryStatus::parse(word).ok_or_else(|| invalid("enum", "status", msg, word))?)
        }
    };
    let paging = paging.at_most_by_default();
    let rows = deliveries::list(&state.services, state.app_id(), status, &paging.page()).await?;
    Ok(paging.answer(rows, |row| (row.received_at, row.guid.clone()), |row| Some((&row).into())))
}

async fn one(State(state): State<ApiState>, caller: Caller, ids: Ids) -> Result<Shown<show::HookDelivery>, ApiError> {
    caller.unlimited()?;
    let guid: String = ids.read(0, show::DELIVERY)?;
    let found = deliveries::one(&state.services, state.app_id(), &guid).await?;
    Ok(Shown((&found.ok_or_else(|| ApiError::not_found(show::DELIVERY))?).into()))
}

async fn redeliver(
    State(state): State<ApiState>,
    caller: Caller,
    ids: Ids,
) -> Result<Accepted<show::Redelivery>, ApiError> {
    caller.unlimited()?;
    let delivery_id: String = ids.read(0, show::DELIVERY)?;
    let through = match deliveries::redeliver(&state.services, state.app_id(), &delivery_id, &caller.actor()).await? {
        Again::Rearmed => "bakeoff",
        Again::Asked => "github",
        Again::Unknown => return Err(ApiError::not_found(show::DELIVERY)),
        Again::Refused(why) => return Err(ApiError::said(StatusCode::CONFLICT, why)),
    };
    Ok(Accepted(show::Redelivery { delivery_id, through }))
}
