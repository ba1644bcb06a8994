//! The table of routes: a route is made with its scope, so that there is none without.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};

use super::{ApiState, auth, messages, models, prs, repos, runs, tasks, update, usage};
use crate::domain::token::Scope;

/// A route as tests and the documentation list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// With `{id}` for its parts.
    pub path: &'static str,
    /// What a token must hold.
    pub scope: Scope,
}

struct Route {
    listed: Listed,
    run: MethodRouter<ApiState>,
}

fn route<H: Handler<T, ApiState>, T: 'static>(
    method: &'static str,
    path: &'static str,
    scope: Scope,
    handler: H,
) -> Route {
    let filter = match method {
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    Route { listed: Listed { method, path, scope }, run: on(filter, handler) }
}

fn get<H: Handler<T, ApiState>, T: 'static>(path: &'static str, scope: Scope, handler: H) -> Route {
    route("GET", path, scope, handler)
}

fn post<H: Handler<T, ApiState>, T: 'static>(path: &'static str, scope: Scope, handler: H) -> Route {
    route("POST", path, scope, handler)
}

fn delete<H: Handler<T, ApiState>, T: 'static>(path: &'static str, scope: Scope, handler: H) -> Route {
    route("DELETE", path, scope, handler)
}

fn table() -> Vec<Route> {
    use Scope::{Admin, Pick, Read, Run};
    vec![
        get("/v1/models", Read, models::list),
        post("/v1/models", Admin, models::add),
        get("/v1/models/{id}", Read, models::one),
        delete("/v1/models/{id}", Admin, models::delete),
        post("/v1/repos/clone", Run, repos::clone),
        get("/v1/repos/{id}", Read, repos::one),
        get("/v1/tasks", Read, tasks::list),
        post("/v1/tasks", Run, tasks::create),
        get("/v1/tasks/{id}", Read, tasks::one),
        get("/v1/tasks/{id}/messages", Read, messages::list),
        post("/v1/tasks/{id}/messages", Run, messages::add),
        get("/v1/tasks/{id}/runs", Read, runs::list),
        post("/v1/tasks/{id}/runs", Run, runs::start),
        get("/v1/runs/{id}", Read, runs::one),
        post("/v1/runs/{id}/cancel", Run, runs::cancel),
        get("/v1/tasks/{id}/prs", Read, prs::list),
        post("/v1/tasks/{id}/prs", Pick, prs::open),
        get("/v1/tasks/{id}/prs/{pr_id}", Read, prs::one),
        post("/v1/tasks/{id}/prs/{pr_id}/update", Pick, update::update),
        get("/v1/usage", Read, usage::show),
    ]
}

/// All routes that need a token.
pub fn list() -> Vec<Listed> {
    table().into_iter().map(|route| route.listed).collect()
}

/// The table as a router; what a wrong method gets needs no token.
pub(super) fn router(state: &ApiState) -> Router<ApiState> {
    table().into_iter().fold(Router::new(), |router, Route { listed, run }| {
        let guard = from_fn_with_state((state.clone(), listed.scope), auth::guard);
        router.route(listed.path, run.route_layer(guard))
    })
}
