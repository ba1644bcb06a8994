//! How the parts of a running program are, each with what to do about it: for `bakeoff doctor` and for the browser.

pub mod database;
pub mod github;
pub mod models;
mod report;

pub use report::{Finding, Health, Report};

use super::Services;

/// Everything that can be looked at from within.
pub async fn look(svc: &Services) -> Report {
    let mut report = Report::default();
    if svc.policy.public_url.is_none() {
        let fix = "set BAKEOFF_PUBLIC_URL to the address people reach bakeoff at";
        report.warning("links", "comments will carry no link to the web view", fix);
    }
    database::check(&svc.store, &mut report).await;
    let stored = models::of_database(&svc.llm, &svc.store, Some(&svc.keys), &mut report).await;
    let any = match svc.store.read().await {
        Ok(mut conn) => crate::adapters::store::models::list(&mut conn).await.map(|all| !all.is_empty()),
        Err(error) => Err(error),
    };
    match (stored, any) {
        (Ok(_), Ok(true)) => {}
        (Ok(_), Ok(false)) => models::none(&mut report),
        (Err(error), _) | (_, Err(error)) => report.wrong("models", &error.to_string(), "check the database"),
    }
    github::check(&svc.app.now(), &mut report).await;
    report
}
