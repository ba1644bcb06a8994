//! The caps on money: in force, where from, and those that are kept.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::WebState;
use super::super::page::{failed, render};
use super::super::visitor::Top;
use super::Admin;
use super::form::Typed;
use super::model_form::amount;
use super::press::Press;
use super::said::{Said, heard, once, then};
use crate::domain::money::UsdMicros;
use crate::service::kept_caps::{self, CapName, Caps};
use crate::service::rest::budgets::{InForce, in_force};

struct Row {
    field: &'static str,
    about: &'static str,
    in_force: String,
    source: &'static str,
    /// What the operator's setting allows at most.
    ceiling: Option<String>,
    setting: &'static str,
}

#[derive(Template)]
#[template(path = "settings_budgets.html")]
struct Page {
    top: Top,
    here: &'static str,
    said: Option<Said>,
    rows: Vec<Row>,
    today: String,
    form: Typed,
    token: String,
}

fn about(name: CapName) -> &'static str {
    match name {
        CapName::Run => "One run",
        CapName::Round => "One round",
        CapName::UserDay => "One person, a day",
        CapName::RepoDay => "One repository, a day",
        CapName::Day => "Everything, a day",
    }
}

/// `default` and its like as people read it.
fn source(word: &str) -> &'static str {
    match word {
        "kept" => "set here",
        "settings" => "set by the operator",
        _ => "default",
    }
}

fn row(name: CapName, found: &InForce, repo_day: UsdMicros, ceilings: &Caps) -> Row {
    let day = found.days.iter().find(|day| day.whose != "repository").map(|day| day.cap);
    let cap = match name {
        CapName::Run => Some(found.run),
        CapName::Round => Some(found.round),
        CapName::UserDay => found.person_day,
        CapName::RepoDay => Some(repo_day),
        CapName::Day => day,
    };
    Row {
        field: name.field(),
        about: about(name),
        in_force: cap.map_or_else(|| "no cap".into(), |cap| cap.to_string()),
        source: source(cap.map_or("default", |cap| found.sources.of(name, cap))),
        ceiling: ceilings.get(name).map(|ceiling| ceiling.to_string()),
        setting: name.setting(),
    }
}

fn kept_form(kept: &Caps) -> Typed {
    let values: Vec<_> =
        CapName::ALL.iter().map(|name| (name.field(), kept.get(*name).map(amount).unwrap_or_default())).collect();
    Typed::of(&values)
}

async fn page(state: &WebState, admin: &Admin, said: Option<Said>, form: Option<Typed>) -> anyhow::Result<Response> {
    let svc = &state.services;
    let found = in_force(svc, None, false).await?;
    let kept = kept_caps::get(&mut *svc.store.read().await?).await?;
    let repo_day = svc.policy.with_kept(kept).budget_repo_day;
    let form = form.unwrap_or_else(|| kept_form(&kept));
    let status = if form.is_refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let day = found.days.iter().find(|day| day.whose != "repository");
    let page = Page {
        top: admin.0.top(),
        here: "budgets",
        said: said.clone(),
        rows: CapName::ALL.into_iter().map(|name| row(name, &found, repo_day, &svc.policy.ceilings)).collect(),
        today: day.map(|day| format!("{} of {}", day.spend.spent, day.cap)).unwrap_or_default(),
        form,
        token: admin.0.csrf().masked(),
    };
    Ok(once(render(status, &page), state, said.as_ref()))
}

/// `GET /settings/budgets`.
pub(super) async fn show(State(state): State<WebState>, admin: Admin, headers: HeaderMap) -> Response {
    page(&state, &admin, heard(&state, &headers), None).await.unwrap_or_else(|error| failed(&error))
}

/// `POST /settings/budgets`: all caps at once; an empty one is taken away.
pub(super) async fn change(State(state): State<WebState>, Press { admin, mut typed }: Press) -> Response {
    let wishes: Vec<_> = CapName::ALL.into_iter().map(|name| (name, typed.usd(name.field()))).collect();
    if !typed.is_refused() {
        match kept_caps::change(&state.services, &wishes, &admin.0.actor()).await {
            Ok(Ok(())) => return then(&state, "/settings/budgets", true, "Saved. It holds from now on.", None),
            Ok(Err(above)) => {
                for refused in above {
                    typed.refuse(refused.name.field(), format!("This can be {refused}."));
                }
            }
            Err(error) => return failed(&error.into()),
        }
    }
    page(&state, &admin, None, Some(typed)).await.unwrap_or_else(|error| failed(&error))
}
