//! The table of routes: a route is made with its scope, so that there is none without.

use std::sync::OnceLock;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use utoipa::openapi::OpenApi;

use super::form::{Family, Route, document};
use super::{
    ApiState, audit, auth, budgets, deliveries, edge, github, logs, messages, models, open, preferences, prs, repos,
    rounds, runs, tasks, tokens, usage, votes,
};
use crate::domain::token::Scope;

/// A route as tests and the documentation list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// With `{id}` for its parts.
    pub path: &'static str,
    /// What a token must hold; `None` when none is needed.
    pub scope: Option<Scope>,
}

fn table() -> Vec<Family> {
    vec![
        repos::routes(),
        models::routes(),
        tasks::routes(),
        messages::routes(),
        runs::routes(),
        logs::routes(),
        rounds::routes(),
        prs::routes(),
        votes::routes(),
        usage::routes(),
        budgets::routes(),
        github::routes(),
        preferences::routes(),
        tokens::routes(),
        audit::routes(),
        deliveries::routes(),
        open::routes(),
    ]
}

/// All routes.
pub fn list() -> Vec<Listed> {
    let routes = table().into_iter().flat_map(|family| family.routes);
    routes.map(|Route { method, path, scope, .. }| Listed { method, path, scope }).collect()
}

/// The OpenAPI document, as it is served and printed.
pub fn openapi() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let document: OpenApi = document(&table());
        // Maps with texts as keys, strings and numbers: there is nothing that could not be written.
        document.to_pretty_json().unwrap_or_default() + "\n"
    })
}

/// What stands behind the guard, around the endpoint.
fn inside(state: &ApiState, method: &str, remembered: bool, run: MethodRouter<ApiState>) -> MethodRouter<ApiState> {
    let run = if remembered { run.route_layer(from_fn_with_state(state.clone(), edge::remembered)) } else { run };
    match method {
        "GET" => run.route_layer(from_fn(edge::marked)),
        "POST" => run.route_layer(from_fn_with_state(state.clone(), edge::once)),
        _ => run,
    }
}

/// The table as a router; what a wrong method gets needs no token.
pub(super) fn router(state: &ApiState) -> Router<ApiState> {
    let routes = table().into_iter().flat_map(|family| family.routes);
    routes.fold(Router::new(), |router, Route { method, path, scope, run, remembered, .. }| match (run, scope) {
        (Some(run), Some(scope)) => {
            let guard = from_fn_with_state((state.clone(), scope), auth::guard);
            router.route(path, inside(state, method, remembered, run).route_layer(guard))
        }
        (Some(run), None) => router.route(path, run),
        (None, _) => router,
    })
}
