//! What was found, a line for each part.

use serde_json::json;

use crate::engine::render::redact::Secrets;
use crate::service::health::{Finding, Health, Report};

use super::super::output;

/// Prints a line for each, or one JSON object; secrets are taken out whatever was found.
pub fn print(report: &Report, as_json: bool, secrets: &Secrets) -> anyhow::Result<()> {
    let clean = |text: &str| secrets.redact(text).into_owned();
    if as_json {
        let entry = |finding: &Finding| {
            json!({
                "part": finding.part,
                "status": finding.health.word(),
                "found": clean(&finding.found),
                "fix": finding.fix.as_deref().map(clean),
            })
        };
        let checks: Vec<_> = report.0.iter().map(entry).collect();
        return output::json(&json!({ "ok": !report.is_bad(), "checks": checks }));
    }
    for finding in &report.0 {
        let fix = finding.fix.as_deref().map(|fix| format!(" → {fix}")).unwrap_or_default();
        let line = format!("{:<8} {}: {}{fix}", finding.health.word(), finding.part, finding.found);
        output::line(&clean(&line))?;
    }
    let (wrong, warnings) = (report.count(Health::Wrong), report.count(Health::Warning));
    output::remark(&format!("{wrong} wrong, {warnings} warnings"));
    Ok(())
}
