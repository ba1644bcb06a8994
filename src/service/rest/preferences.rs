//! What the start form and clients of this server begin with.

use serde::{Deserialize, Serialize};

use crate::adapters::store::{StoreError, meta};
use crate::domain::repo::{BranchName, RepoName};
use crate::service::{Services, audit};

/// Where they are kept among the single values.
const KEY: &str = "preferences";

/// One of the two is missing.
pub const PAIR: &str = "Owner and name of a repository belong together";

/// How a client opens pull requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrCreationMode {
    /// At once.
    #[default]
    Create,
    /// By a compare link, which a person follows.
    Link,
}

impl PrCreationMode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Create, Self::Link];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Link => "link",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// What a client offers first; all of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The account of the repository.
    pub default_repo_owner: Option<String>,
    /// The repository's name within it.
    pub default_repo_name: Option<String>,
    /// The branch that work starts from.
    pub default_branch: Option<String>,
    /// How a client names branches of its own; those of bakeoff begin with `bakeoff/`.
    pub default_branch_prefix: Option<String>,
    /// How pull requests are opened.
    pub default_pr_creation_mode: PrCreationMode,
}

/// What is wrong with them: fields, each with a sentence without its full stop.
pub fn problems(wished: &Preferences) -> Vec<(&'static str, &'static str)> {
    let account = |text: &str| RepoName::new(text, "x").is_some();
    let branch = |text: &str| BranchName::parse(text).is_some();
    let prefix = |text: &str| BranchName::parse(&format!("{text}x")).is_some();
    let wrong = |text: &Option<String>, right: &dyn Fn(&str) -> bool| text.as_deref().is_some_and(|text| !right(text));
    let mut found = Vec::new();
    if wrong(&wished.default_repo_owner, &account) {
        found.push(("default_repo_owner", "Input should be an account's name"));
    }
    if wrong(&wished.default_repo_name, &account) {
        found.push(("default_repo_name", "Input should be a repository's name"));
    }
    if wrong(&wished.default_branch, &branch) {
        found.push(("default_branch", "Input should be a branch's name"));
    }
    if wrong(&wished.default_branch_prefix, &prefix) {
        found.push(("default_branch_prefix", "Input should begin a branch's name"));
    }
    if wished.default_repo_owner.is_some() != wished.default_repo_name.is_some() {
        let owner = wished.default_repo_owner.is_none();
        let missing = if owner { "default_repo_owner" } else { "default_repo_name" };
        found.push((missing, PAIR));
    }
    found
}

/// What was saved last.
pub async fn get(svc: &Services) -> Result<Preferences, StoreError> {
    let kept = meta::get(&mut *svc.store.read().await?, KEY).await?;
    let read = |text: &String| serde_json::from_str(text).map_err(|_| StoreError::Unreadable { column: "value" });
    kept.as_ref().map_or_else(|| Ok(Preferences::default()), read)
}

/// Saves them in place of those before.
pub async fn save(svc: &Services, preferences: &Preferences, actor: &str) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    meta::set(&mut tx, KEY, &serde_json::to_string(preferences)?).await?;
    let details = serde_json::to_value(preferences)?;
    audit::note(&mut tx, actor, "preferences.save", "preferences", details, svc.now()).await?;
    Ok(tx.commit().await?)
}
