//! `/settings`, for admins: models, tokens, budgets, preferences, checks. Everything goes through the services that
//! REST uses.

mod budgets;
mod checks;
mod form;
mod model_form;
mod models;
mod preferences;
mod press;
mod said;
mod tokens;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::WebState;
use super::page::not_found;
use super::visitor::Visitor;

/// The pages.
pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/settings", get(models::list))
        .route("/settings/models", post(models::add))
        .route("/settings/models/{id}", get(models::one).post(models::change))
        .route("/settings/models/{id}/test", post(models::test))
        .route("/settings/models/{id}/delete", post(models::delete))
        .route("/settings/tokens", get(tokens::list).post(tokens::create))
        .route("/settings/tokens/{id}/revoke", post(tokens::revoke))
        .route("/settings/budgets", get(budgets::show).post(budgets::change))
        .route("/settings/preferences", get(preferences::show).post(preferences::save))
        .route("/settings/checks", get(checks::show))
}

/// Somebody to whom the settings belong; for everybody else these pages do not exist.
pub(super) struct Admin(pub(super) Visitor);

/// Not an admin.
pub(super) struct NoAdmin;

impl IntoResponse for NoAdmin {
    fn into_response(self) -> Response {
        not_found()
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = NoAdmin;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoAdmin> {
        let visitor = parts.extensions.get::<Visitor>().filter(|visitor| visitor.is_admin()).cloned();
        visitor.map(Self).ok_or(NoAdmin)
    }
}
