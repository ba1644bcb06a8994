//! `bakeoff doctor`: looks at every setting and everything reachable, and says how to mend what is wrong.

mod database;
mod github;
mod models;
mod place;
mod print;
mod settings;

use std::process::ExitCode;
use std::sync::Arc;

use crate::domain::clock::{SharedClock, SystemClock};
use crate::service::health::Report;

use super::process::Process;

/// Looks at everything; exit code 1 when something is wrong.
pub async fn doctor(process: &Process, json: bool) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    match process.load() {
        Ok(loaded) => {
            let clock: SharedClock = Arc::new(SystemClock);
            let settings = &loaded.settings;
            settings::check(&loaded, &mut report);
            place::check(settings, &mut report);
            let opened = database::check(settings, &mut report).await;
            models::check(settings, opened.as_ref(), &mut report).await;
            github::check(settings, &clock, opened.as_ref(), &process.secrets, &mut report).await;
        }
        Err(problems) => {
            for problem in problems.0 {
                report.wrong(
                    &problem.place,
                    &problem.what,
                    "correct it, then run doctor again: nothing else was checked",
                );
            }
        }
    }
    print::print(&report, json, &process.secrets)?;
    Ok(ExitCode::from(u8::from(report.is_bad())))
}
