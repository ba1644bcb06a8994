//! What the start form and other clients begin with.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::WebState;
use super::super::page::{failed, render};
use super::super::visitor::Top;
use super::Admin;
use super::form::Typed;
use super::press::Press;
use super::said::{Said, heard, once, then};
use crate::service::rest::preferences::{PrCreationMode, Preferences, get, problems, save as save_them};

#[derive(Template)]
#[template(path = "settings_preferences.html")]
struct Page {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    form: Typed,
    token: String,
}

fn page(state: &WebState, admin: &Admin, said: Option<Said>, form: Typed) -> Response {
    let status = if form.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let token = admin.0.csrf().masked();
    let page = Page { top: admin.0.top(), here: "preferences", said: said.clone(), form, token };
    once(render(status, &page), state, said.as_ref())
}

fn shown(kept: &Preferences) -> Typed {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Typed::of(&[
        ("default_repo_owner", text(&kept.default_repo_owner)),
        ("default_repo_name", text(&kept.default_repo_name)),
        ("default_branch", text(&kept.default_branch)),
        ("default_branch_prefix", text(&kept.default_branch_prefix)),
        ("default_pr_creation_mode", kept.default_pr_creation_mode.as_str().to_owned()),
    ])
}

/// `GET /settings/preferences`.
pub(super) async fn show(State(state): State<WebState>, admin: Admin, headers: HeaderMap) -> Response {
    match get(&state.services).await {
        Ok(kept) => page(&state, &admin, heard(&state, &headers), shown(&kept)),
        Err(error) => failed(&error.into()),
    }
}

/// `POST /settings/preferences`.
pub(super) async fn save(State(state): State<WebState>, Press { admin, mut typed }: Press) -> Response {
    let wished = Preferences {
        default_repo_owner: typed.short("default_repo_owner", 100),
        default_repo_name: typed.short("default_repo_name", 100),
        default_branch: typed.short("default_branch", 244),
        default_branch_prefix: typed.short("default_branch_prefix", 100),
        default_pr_creation_mode: typed.word("default_pr_creation_mode", PrCreationMode::parse).unwrap_or_default(),
    };
    for (field, why) in problems(&wished) {
        typed.refuse(field, format!("{why}."));
    }
    if typed.is_refused() {
        return page(&state, &admin, None, typed);
    }
    match save_them(&state.services, &wished, &admin.0.actor()).await {
        Ok(()) => then(&state, "/settings/preferences", true, "Saved.", None),
        Err(error) => failed(&error),
    }
}
