//! Numbers in Prometheus' text format; no label names a repository, a person or a model.

use std::fmt::Write as _;

use axum::extract::State;

use super::ApiState;
use super::error::ApiError;
use super::form::Text;
use crate::adapters::crypto::WebhookSecrets;
use crate::adapters::git::GitStats;
use crate::service::rest::gauges::{self, Counts};

fn family(text: &mut String, name: &str, kind: &str, help: &str, rows: &[(String, String)]) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in rows {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

fn by_status(counts: Counts) -> Vec<(String, String)> {
    counts.into_iter().map(|(status, n)| (format!("{{status=\"{status}\"}}"), n.to_string())).collect()
}

/// By the secret's place in the setting: who exchanges one sees here when the old one is out of use.
fn signatures(text: &mut String, secrets: &WebhookSecrets) {
    let matches = secrets.matches();
    let row = |label: &str, count: u64| (format!("{{secret=\"{label}\"}}"), count.to_string());
    let known = (1..).zip(&matches.by_secret).map(|(nth, count): (usize, _)| row(&nth.to_string(), *count));
    let rows: Vec<_> = known.chain([row("none", matches.none)]).collect();
    let help = "Signed webhook bodies, by the place of the secret in the setting.";
    family(text, "bakeoff_webhook_signatures_total", "counter", help, &rows);
}

fn git(text: &mut String, stats: &GitStats) {
    let rows = [
        ("bakeoff_git_abandoned_total", "counter", "Git calls given up.", stats.abandoned_total),
        ("bakeoff_git_abandoned", "gauge", "Git calls given up that still hang.", stats.abandoned_now as u64),
        ("bakeoff_git_packs_total", "counter", "Packs fetched.", stats.fetched_packs_total),
        ("bakeoff_git_pack_bytes_total", "counter", "Bytes of packs fetched.", stats.fetched_bytes_total),
        ("bakeoff_git_dropped_mirrors_total", "counter", "Mirrors dropped as damaged.", stats.dropped_mirrors_total),
    ];
    for (name, kind, help, value) in rows {
        family(text, name, kind, help, &[(String::new(), value.to_string())]);
    }
}

pub(super) async fn metrics(State(state): State<ApiState>) -> Result<Text, ApiError> {
    let svc = &state.services;
    let jobs = gauges::jobs_by_status(svc).await?;
    let deliveries = gauges::deliveries_by_status(svc, state.app_id()).await?;
    let mut text = String::new();
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    family(&mut text, "bakeoff_build_info", "gauge", "The running version.", &[(version, "1".into())]);
    family(&mut text, "bakeoff_jobs", "gauge", "Jobs in the queue.", &by_status(jobs));
    family(&mut text, "bakeoff_deliveries", "gauge", "Webhook deliveries kept.", &by_status(deliveries));
    signatures(&mut text, &svc.app.now().webhook_secrets);
    git(&mut text, &svc.mirrors.stats());
    Ok(Text(text))
}
