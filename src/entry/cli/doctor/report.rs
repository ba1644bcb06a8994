//! What was found, a line for each part.

use serde_json::json;

use crate::engine::render::redact::Secrets;

use super::super::output;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    /// Works, but not as well as it could.
    Warning,
    Wrong,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

struct Finding {
    part: String,
    health: Health,
    found: String,
    fix: Option<String>,
}

/// All findings.
#[derive(Default)]
pub struct Report(Vec<Finding>);

impl Report {
    fn add(&mut self, health: Health, part: &str, found: &str, fix: Option<&str>) {
        let fix = fix.map(str::to_owned);
        self.0.push(Finding { part: part.to_owned(), health, found: found.to_owned(), fix });
    }

    /// All is well.
    pub fn ok(&mut self, part: &str, found: &str) {
        self.add(Health::Ok, part, found, None);
    }

    /// It works, but could be better.
    pub fn warning(&mut self, part: &str, found: &str, fix: &str) {
        self.add(Health::Warning, part, found, Some(fix));
    }

    /// It does not work.
    pub fn wrong(&mut self, part: &str, found: &str, fix: &str) {
        self.add(Health::Wrong, part, found, Some(fix));
    }

    /// Whether anything is wrong.
    pub fn is_bad(&self) -> bool {
        self.0.iter().any(|finding| finding.health == Health::Wrong)
    }

    /// Prints a line for each, or one JSON object; secrets are taken out whatever was found.
    pub fn print(&self, as_json: bool, secrets: &Secrets) -> anyhow::Result<()> {
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
            return output::json(
                &json!({ "ok": !self.is_bad(), "checks": self.0.iter().map(entry).collect::<Vec<_>>() }),
            );
        }
        for finding in &self.0 {
            let fix = finding.fix.as_deref().map(|fix| format!(" → {fix}")).unwrap_or_default();
            let line = format!("{:<8} {}: {}{fix}", finding.health.word(), finding.part, finding.found);
            output::line(&clean(&line))?;
        }
        let count = |health| self.0.iter().filter(|finding| finding.health == health).count();
        output::remark(&format!("{} wrong, {} warnings", count(Health::Wrong), count(Health::Warning)));
        Ok(())
    }
}
