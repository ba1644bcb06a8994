//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, patch, post};

use super::{Refusal, app, comments, contents, deliveries, graphql, issues, manifest, pulls, reactions, refs, repos};
use crate::sim::github::hub::Hub;

/// Everything below `/api/`.
pub fn router(hub: Arc<Hub>) -> Router {
    let repo = Router::new()
        .route("/", get(repos::one))
        .route("/installation", get(app::of_repo))
        .route("/collaborators/{login}/permission", get(repos::permission))
        .route("/branches", get(refs::branches))
        .route("/branches/{*branch}", get(refs::branch))
        .route("/contents/{*path}", get(contents::one))
        .route("/commits/{*name}", get(refs::commit))
        .route("/compare/{*spec}", get(refs::compare))
        .route("/git/ref/{*name}", get(refs::reference))
        .route("/git/matching-refs/{*prefix}", get(refs::matching))
        .route("/git/refs/{*name}", axum::routing::delete(refs::delete))
        .route("/issues", get(issues::list).post(issues::create))
        .route("/issues/{number}", get(issues::one).patch(issues::change))
        .route("/issues/{number}/comments", get(comments::of_issue).post(comments::create))
        .route("/issues/{number}/reactions", get(reactions::of_issue).post(reactions::on_issue))
        .route("/issues/{number}/labels", get(issues::labels).post(issues::add_labels))
        .route("/issues/{number}/labels/{name}", axum::routing::delete(issues::remove_label))
        .route("/issues/comments", get(comments::of_repo))
        .route("/issues/comments/{id}", get(comments::one).patch(comments::edit).delete(comments::delete))
        .route("/issues/comments/{id}/reactions", get(reactions::of_comment).post(reactions::on_comment))
        .route("/issues/comments/{id}/reactions/{reaction}", axum::routing::delete(reactions::take_back))
        .route("/pulls", get(pulls::list).post(pulls::create))
        .route("/pulls/{number}", get(pulls::one).patch(pulls::change))
        .route("/pulls/{number}/requested_reviewers", post(pulls::ask_reviewers));
    let api = Router::new()
        .route("/app", get(app::this))
        .route("/app-manifests/{code}/conversions", post(manifest::convert))
        .route("/app/installations", get(app::installations))
        .route("/app/installations/{id}", get(app::installation))
        .route("/app/installations/{id}/access_tokens", post(app::make_token))
        .route("/app/hook/config", patch(deliveries::config).get(deliveries::config))
        .route("/app/hook/deliveries", get(deliveries::list))
        .route("/app/hook/deliveries/{id}", get(deliveries::one))
        .route("/app/hook/deliveries/{id}/attempts", post(deliveries::again))
        .route("/installation/repositories", get(app::repositories))
        .route("/rate_limit", get(app::rate_limit))
        .route("/user", get(repos::me))
        .route("/users/{login}", get(repos::user))
        .nest("/repos/{owner}/{repo}", repo);
    Router::new()
        .nest("/api/v3", api)
        .route("/api/graphql", post(graphql::run))
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .with_state(hub)
}

async fn nothing() -> Refusal {
    Refusal::not_found()
}
