//! Each model profile: of the settings file, and of the database.

use crate::app::parts;
use crate::app::settings::Settings;
use crate::service::health::{Report, models};

use super::database::Opened;

pub async fn check(settings: &Settings, opened: Option<&Opened>, report: &mut Report) {
    let llm = match parts::llm(settings) {
        Ok(llm) => llm,
        Err(error) => return report.wrong("models", &error.to_string(), "check BAKEOFF_CA_FILE"),
    };
    for model in &settings.models {
        models::of_file(&llm, model, report);
    }
    let stored = match opened {
        Some(opened) => models::of_database(&llm, &opened.store, opened.keys.as_ref(), report).await,
        None => Ok(0),
    };
    match stored {
        Ok(0) if settings.models.is_empty() => models::none(report),
        Ok(_) => {}
        Err(error) => report.wrong("models", &error.to_string(), "check the database"),
    }
}
