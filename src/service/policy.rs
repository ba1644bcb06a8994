//! What the operator decided: caps, times and addresses the use cases follow.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::domain::money::UsdMicros;
use crate::engine::repofile::RepoFile;

use super::caps::{Counts, DiskFloor};
use super::kept_caps::Caps;

/// Decisions of the operator; [`Default`] is what the documentation says.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The address in comments; without it they carry no link to the web view.
    pub public_url: Option<Url>,
    /// GitHub's web and git address.
    pub github_url: Url,
    /// Whether `file://` repositories are taken.
    pub allow_local_repos: bool,
    /// Candidates in a round started by a command.
    pub max_candidates: usize,
    /// The most a run may spend.
    pub budget_run: UsdMicros,
    /// The most a round may spend.
    pub budget_round: UsdMicros,
    /// The most a repository may spend in a day (UTC).
    pub budget_repo_day: UsdMicros,
    /// The most all may spend in a day (UTC).
    pub budget_day: UsdMicros,
    /// The most the rounds of one person may spend in a day (UTC); `None` for no cap of their own.
    pub budget_user_day: Option<UsdMicros>,
    /// The most one installation of the App may spend in a day (UTC); `None` for no cap of its own.
    pub budget_installation_day: Option<UsdMicros>,
    /// Caps on money that the environment or the settings file gives: nothing kept may be above them.
    pub ceilings: Caps,
    /// Caps on how many, not on money.
    pub counts: Counts,
    /// Where room is needed for anything to start.
    pub disk: Option<DiskFloor>,
    /// The most tokens one run may take, both ways, for a task's cap.
    pub max_run_tokens: i64,
    /// The share of a cap, in percent, at which it is told that most is spent; 0 never tells.
    pub budget_warn_percent: u32,
    /// How long a run may work.
    pub run_deadline: Duration,
    /// First wait before a failed model call is made again.
    pub model_retry_wait: Duration,
    /// The most output tokens of one model call.
    pub max_output_tokens: u32,
    /// The most input tokens of one model call.
    pub max_input_tokens: i64,
    /// How often a run that lost its worker is started again.
    pub max_run_attempts: i64,
    /// Fastest reaction check.
    pub poll_floor: Duration,
    /// A reaction counts when it is still there after this long.
    pub pick_grace: Duration,
    /// How long people may choose.
    pub choice_ttl: Duration,
    /// The status comment is edited at most this often.
    pub status_spacing: Duration,
    /// How long after a write of unknown outcome it may still turn up in a list.
    pub adopt_wait: Duration,
    /// An older delivery is kept but not acted on (M06).
    pub delivery_max_age: Duration,
    /// How often lost deliveries are looked for (M08).
    pub reconcile_every: Duration,
    /// How old GitHub's answer may be for somebody who only looks; a minute at most (M40).
    pub looking_age: Duration,
    /// Whether pull requests are drafts.
    pub draft: bool,
    /// Forbidden paths beside the built-in ones.
    pub forbidden_paths: Vec<String>,
    /// Paths exempt from the built-in ones.
    pub forbidden_paths_except: Vec<String>,
    /// What the repository's own file says; the defaults where none was read.
    pub file: Arc<RepoFile>,
}

impl Default for Policy {
    fn default() -> Self {
        let usd = |dollars: i64| UsdMicros(dollars * 1_000_000);
        Self {
            public_url: None,
            github_url: default_github_url(),
            allow_local_repos: false,
            max_candidates: 8,
            budget_run: usd(1),
            budget_round: usd(3),
            budget_repo_day: usd(20),
            budget_day: usd(100),
            budget_user_day: None,
            budget_installation_day: None,
            ceilings: Caps::default(),
            counts: Counts::default(),
            disk: None,
            max_run_tokens: 1_640_000,
            budget_warn_percent: 80,
            run_deadline: Duration::from_mins(10),
            model_retry_wait: Duration::from_secs(1),
            max_output_tokens: 16_000,
            max_input_tokens: 120_000,
            max_run_attempts: 2,
            poll_floor: Duration::from_secs(5),
            pick_grace: Duration::from_secs(5),
            choice_ttl: Duration::from_hours(168),
            status_spacing: Duration::from_secs(10),
            adopt_wait: Duration::from_secs(10),
            delivery_max_age: Duration::from_hours(24),
            reconcile_every: Duration::from_hours(1),
            looking_age: Duration::from_secs(45),
            draft: true,
            forbidden_paths: Vec::new(),
            forbidden_paths_except: Vec::new(),
            file: Arc::default(),
        }
    }
}

impl Policy {
    /// The same decisions in a repository with this file: caps only become lower, and whether a pull request is a draft
    /// is the repository's own affair.
    #[must_use]
    pub fn narrowed(&self, file: RepoFile) -> Self {
        let budgets = file.terms.budgets;
        let lower = |own: UsdMicros, wished: Option<UsdMicros>| wished.map_or(own, |wished| wished.min(own));
        Self {
            budget_run: lower(self.budget_run, budgets.run),
            budget_round: lower(self.budget_round, budgets.round),
            budget_repo_day: lower(self.budget_repo_day, budgets.day),
            draft: file.draft.unwrap_or(self.draft),
            file: Arc::new(file),
            ..self.clone()
        }
    }

    /// A page of the web view, when there is a public address.
    pub fn page(&self, path: &str) -> Option<String> {
        let base = self.public_url.as_ref()?.as_str().trim_end_matches('/');
        Some(format!("{base}{path}"))
    }
}

#[expect(clippy::expect_used, reason = "a constant address")]
fn default_github_url() -> Url {
    Url::parse("https://github.com").expect("a well-formed constant")
}
