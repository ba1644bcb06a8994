//! The App's webhook: its deliveries, and asking for one again.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use super::app::app_only;
use super::page::Listing;
use super::{Caller, Refusal, Reply, Shared, ok};
use crate::sim::github::entry::header;
use crate::sim::github::world::{Delivery, Fate};

pub async fn config(State(hub): Shared, caller: Caller) -> Reply {
    app_only(&caller)?;
    let url = hub.world().app.webhook_url.clone();
    Ok(ok(json!({ "content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url })))
}

/// Newest first, by cursor; `status=failure|success` as on GitHub.
pub async fn list(State(hub): Shared, caller: Caller, listing: Listing) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let cursor = listing.asked.get("cursor").map(|c| c.strip_prefix("v1_").and_then(|c| c.parse::<i64>().ok()));
    if cursor == Some(None) {
        return Err(Refusal::plain(422, "Invalid cursor"));
    }
    let below = cursor.flatten().unwrap_or(i64::MAX);
    let wanted = |d: &&Delivery| {
        let failed = d.fate.status() >= 400;
        let fits = match listing.asked.get("status").map(String::as_str) {
            Some("failure") => failed,
            Some("success") => !failed,
            _ => true,
        };
        d.id < below && !d.lost && !matches!(d.fate, Fate::Sent | Fate::Held) && fits
    };
    let mut found = world.deliveries.iter().rev().filter(wanted);
    let page: Vec<_> = found.by_ref().take(listing.per_page()).collect();
    let mut answer = ok(page.iter().map(|d| d.show()).collect());
    if let (Some(last), Some(_)) = (page.last(), found.next()) {
        header(&mut answer, "link", Some(listing.link("cursor", &format!("v1_{}", last.id), "next")));
    }
    Ok(answer)
}

pub async fn one(State(hub): Shared, caller: Caller, Path(id): Path<i64>) -> Reply {
    app_only(&caller)?;
    let world = hub.world();
    let found = world.deliveries.iter().find(|d| d.id == id && !d.lost).ok_or_else(Refusal::not_found)?;
    Ok(ok(world.show_delivery_whole(found)))
}

/// Asks for a delivery again: same GUID, marked as redelivery.
pub async fn again(State(hub): Shared, caller: Caller, Path(id): Path<i64>) -> Reply {
    app_only(&caller)?;
    hub.redeliver(id).ok_or_else(Refusal::not_found)?;
    Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response())
}
