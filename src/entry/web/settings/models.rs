//! Model profiles: listed, added, tested, changed, deleted. A key goes in and never comes out.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::WebState;
use super::super::page::{failed, message, not_found, render};
use super::super::visitor::Top;
use super::Admin;
use super::form::Typed;
use super::model_form::{amount, change as read_change, new_model, shown};
use super::press::Press;
use super::said::{Said, heard, once, then};
use crate::domain::ids::ModelId;
use crate::domain::model::{ModelProfile, ModelSource, Provider};
use crate::service::models::{
    Changed, Deleted, add as add_model, change as change_model, delete as delete_model, probe,
};
use crate::service::rest::lookup;
use crate::service::start_round::price_of;

const IN_FILE: &str = "This model stands in the settings file and can only be changed there.";

/// A line of the list.
struct Line {
    id: String,
    label: String,
    alias: String,
    provider: &'static str,
    name: String,
    price: String,
    /// Whether runs of it are refused for want of a price.
    unpriced: bool,
    default: bool,
    in_file: bool,
    hint: String,
}

impl Line {
    fn of(model: &ModelProfile) -> Self {
        let price = match (&model.prices, model.free) {
            (_, true) => "free".to_owned(),
            (Some(p), _) => format!("${} in, ${} out", amount(p.input), amount(p.output)),
            (None, _) if price_of(model).is_some() => "as known".to_owned(),
            (None, _) => "unknown".to_owned(),
        };
        Self {
            id: model.id.to_string(),
            label: model.label().to_owned(),
            alias: model.alias.clone(),
            provider: model.provider.as_str(),
            name: model.model_name.clone(),
            price,
            unpriced: price_of(model).is_none(),
            default: model.default,
            in_file: model.source == ModelSource::File,
            hint: model.api_key_hint.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "settings_models.html")]
struct List {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    lines: Vec<Line>,
    any_default: bool,
    providers: [Provider; 4],
    form: Typed,
    is_new: bool,
    token: String,
}

#[derive(Template)]
#[template(path = "settings_model.html")]
struct One {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    line: Line,
    base_url: Option<String>,
    wire: &'static str,
    form: Typed,
    is_new: bool,
    token: String,
}

async fn list_page(state: &WebState, admin: &Admin, said: Option<Said>, form: Typed) -> Response {
    let all = match lookup::models(&state.services).await {
        Ok(all) => all,
        Err(error) => return failed(&error.into()),
    };
    let status = if form.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = List {
        top: admin.0.top(),
        here: "models",
        said: said.clone(),
        any_default: all.iter().any(|model| model.default),
        lines: all.iter().rev().map(Line::of).collect(),
        providers: Provider::ALL,
        form,
        is_new: true,
        token: admin.0.csrf().masked(),
    };
    once(render(status, &page), state, said.as_ref())
}

/// `GET /settings`.
pub(super) async fn list(State(state): State<WebState>, admin: Admin, headers: HeaderMap) -> Response {
    list_page(&state, &admin, heard(&state, &headers), Typed::default()).await
}

/// `POST /settings/models`.
pub(super) async fn add(State(state): State<WebState>, Press { admin, mut typed }: Press) -> Response {
    let Some(new) = new_model(&mut typed) else { return list_page(&state, &admin, None, typed).await };
    match add_model(&state.services, new, &admin.0.actor()).await {
        Ok(Ok(model)) => {
            let text =
                format!("{} is added. /bakeoff {} asks it. Test its connection now.", model.label(), model.alias);
            then(&state, &format!("/settings/models/{}", model.id), true, text, None)
        }
        Ok(Err(invalid)) => {
            typed.refuse(invalid.field, sentence(&invalid.message));
            list_page(&state, &admin, None, typed).await
        }
        Err(error) => failed(&error),
    }
}

/// A message of the service as a sentence.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

async fn found(state: &WebState, id: &str) -> Result<ModelProfile, Response> {
    let Ok(id) = id.parse::<ModelId>() else { return Err(not_found()) };
    match lookup::model(&state.services, id).await {
        Ok(Some(model)) => Ok(model),
        Ok(None) => Err(not_found()),
        Err(error) => Err(failed(&error.into())),
    }
}

fn one_page(state: &WebState, admin: &Admin, model: &ModelProfile, said: Option<Said>, form: Typed) -> Response {
    let status = if form.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = One {
        top: admin.0.top(),
        here: "models",
        said: said.clone(),
        line: Line::of(model),
        base_url: model.base_url.clone(),
        wire: model.wire.as_str(),
        form,
        is_new: false,
        token: admin.0.csrf().masked(),
    };
    once(render(status, &page), state, said.as_ref())
}

/// `GET /settings/models/{id}`.
pub(super) async fn one(
    State(state): State<WebState>,
    admin: Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match found(&state, &id).await {
        Ok(model) => one_page(&state, &admin, &model, heard(&state, &headers), shown(&model)),
        Err(answer) => answer,
    }
}

/// `POST /settings/models/{id}`.
pub(super) async fn change(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Press { admin, mut typed }: Press,
) -> Response {
    let model = match found(&state, &id).await {
        Ok(model) => model,
        Err(answer) => return answer,
    };
    let Some(change) = read_change(&mut typed) else { return one_page(&state, &admin, &model, None, typed) };
    match change_model(&state.services, model.id, change, &admin.0.actor()).await {
        Ok(Changed::Yes(model)) => then(
            &state,
            &format!("/settings/models/{}", model.id),
            true,
            "Saved. Runs at work go on as they began.",
            None,
        ),
        Ok(Changed::Unknown) => not_found(),
        Ok(Changed::InFile) => message(StatusCode::CONFLICT, "Not changed", IN_FILE),
        Ok(Changed::Invalid(invalid)) => {
            typed.refuse(invalid.field, sentence(&invalid.message));
            one_page(&state, &admin, &model, None, typed)
        }
        Err(error) => failed(&error),
    }
}

/// `POST /settings/models/{id}/test`.
pub(super) async fn test(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Press { admin, .. }: Press,
) -> Response {
    let Ok(id) = id.parse::<ModelId>() else { return not_found() };
    match probe(&state.services, id, &admin.0.actor()).await {
        Ok(Some(probe)) => then(&state, &format!("/settings/models/{id}"), probe.ok, probe.said, None),
        Ok(None) => not_found(),
        Err(error) => failed(&error),
    }
}

/// `POST /settings/models/{id}/delete`.
pub(super) async fn delete(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Press { admin, .. }: Press,
) -> Response {
    let Ok(id) = id.parse::<ModelId>() else { return not_found() };
    match delete_model(&state.services, id, &admin.0.actor()).await {
        Ok(Deleted::Yes) => {
            then(&state, "/settings", true, "The model is deleted. Its running work ends by itself.", None)
        }
        Ok(Deleted::Unknown) => not_found(),
        Ok(Deleted::InFile) => message(StatusCode::CONFLICT, "Not deleted", IN_FILE),
        Err(error) => failed(&error),
    }
}
