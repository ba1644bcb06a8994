//! Repositories: known from deliveries or cloned over REST, resolved to commits, reached with narrow tokens.

use url::Url;

use crate::adapters::git::{GitError, Remote, allowed_clone_url};
use crate::adapters::github::{GithubError, RepoClient};
use crate::adapters::store::repos::{self, RepoFacts};
use crate::domain::ids::InstallationId;
use crate::domain::repo::{BranchName, CommitSha, Repo, RepoName};

use super::Services;

/// The commit a branch, tag or commit name stands for now; `None` when there is none.
pub async fn resolve(client: &RepoClient, name: &str) -> Result<Option<CommitSha>, GithubError> {
    client.resolve_ref(name).await
}

/// Where a repository is fetched from, with a token that opens only it.
pub async fn remote(svc: &Services, repo: &Repo) -> anyhow::Result<Remote> {
    let token = match svc.client(repo) {
        Ok(client) => Some(client.push_token().await?),
        Err(GithubError::NotConfigured(_)) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Remote { url: git_url(&repo.url)?, token })
}

/// Where git fetches: GitHub's page address with `.git`, as every git client is shown it.
fn git_url(address: &str) -> anyhow::Result<Url> {
    let plain = address.trim_end_matches('/');
    let keep = plain.starts_with("file:") || std::path::Path::new(plain).extension().is_some_and(|e| e == "git");
    Ok(Url::parse(&if keep { plain.to_owned() } else { format!("{plain}.git") })?)
}

/// The address of a repository on the configured GitHub.
pub fn url_of(svc: &Services, name: &RepoName) -> String {
    format!("{}/{name}", svc.policy.github_url.as_str().trim_end_matches('/'))
}

/// What a delivery tells of a repository, brought into its row.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Owner and name.
    pub name: RepoName,
    /// GitHub's number.
    pub github_id: crate::domain::ids::GithubRepoId,
    /// The installation the delivery came through.
    pub installation: InstallationId,
    /// Where new work starts.
    pub default_branch: BranchName,
    /// Whether only its members see it.
    pub private: bool,
}

/// Writes down what a delivery told (names and default branches change).
pub async fn seen(svc: &Services, seen: &Seen) -> anyhow::Result<Repo> {
    let facts = RepoFacts {
        url: url_of(svc, &seen.name),
        name: Some(seen.name.clone()),
        github_id: Some(seen.github_id),
        installation_id: Some(seen.installation),
        default_branch: seen.default_branch.clone(),
        latest_commit: None,
        private: seen.private,
    };
    // Most deliveries tell nothing new, and a commit waits for the disk.
    let known = repos::by_github_id(&mut *svc.store.read().await?, seen.github_id).await?;
    if let Some(known) = known.filter(|known| agrees(known, &facts)) {
        return Ok(known);
    }
    let mut tx = svc.store.begin().await?;
    let repo = repos::upsert(&mut tx, &facts, svc.now()).await?;
    tx.commit().await?;
    Ok(repo)
}

fn agrees(known: &Repo, facts: &RepoFacts) -> bool {
    let same = known.url == facts.url && known.name == facts.name && known.installation_id == facts.installation_id;
    same && known.default_branch == facts.default_branch && known.private == facts.private && !known.gone
}

/// Why a repository could not be taken: one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloneError {
    /// A host, scheme or form that is not allowed.
    #[error("{0}")]
    NotAllowed(String),
    /// It could not be read.
    #[error("Failed to clone: {0}")]
    Failed(String),
    /// It was named, and could not be read.
    #[error("Failed to select repository: {0}")]
    Unselected(String),
}

/// Takes a repository by its URL, or refreshes the one that is known.
pub async fn clone_repo(
    svc: &Services,
    url: &str,
    reference: Option<&str>,
) -> anyhow::Result<Result<Repo, CloneError>> {
    let Ok(address) = Url::parse(url) else {
        return Ok(Err(CloneError::NotAllowed("The clone URL is not a URL.".into())));
    };
    if let Err(why) = allowed_clone_url(&address, &svc.policy.github_url, svc.policy.allow_local_repos) {
        return Ok(Err(CloneError::NotAllowed(why)));
    }
    let name = name_in(&address, &svc.policy.github_url);
    let installed = match &name {
        Some(name) => installation(svc, name).await?,
        None => None,
    };
    match read_head(svc, &address, name.as_ref(), installed, reference).await {
        Ok(facts) => {
            let mut tx = svc.store.begin().await?;
            let repo = repos::upsert(&mut tx, &facts, svc.now()).await?;
            tx.commit().await?;
            Ok(Ok(repo))
        }
        Err(error) => Ok(Err(CloneError::Failed(error.to_string()))),
    }
}

/// As [`clone_repo`], by the name on the configured GitHub.
pub async fn select_repo(
    svc: &Services,
    name: &RepoName,
    branch: Option<&str>,
) -> anyhow::Result<Result<Repo, CloneError>> {
    Ok(clone_repo(svc, &url_of(svc, name), branch).await?.map_err(|refused| match refused {
        CloneError::Failed(why) => CloneError::Unselected(why),
        other => other,
    }))
}

fn name_in(address: &Url, github: &Url) -> Option<RepoName> {
    let path = address.path().strip_prefix(github.path().trim_end_matches('/'))?;
    let path = path.trim_matches('/');
    (address.scheme() != "file").then(|| RepoName::parse(path.strip_suffix(".git").unwrap_or(path)))?
}

/// The owner and name that a clone URL means on the configured GitHub.
pub fn name_of_url(svc: &Services, url: &str) -> Option<RepoName> {
    name_in(&Url::parse(url).ok()?, &svc.policy.github_url)
}

async fn installation(svc: &Services, name: &RepoName) -> anyhow::Result<Option<InstallationId>> {
    let Ok(github) = svc.github() else { return Ok(None) };
    Ok(github.installation_of(name).await?.filter(|i| !i.suspended).map(|i| i.id))
}

async fn read_head(
    svc: &Services,
    address: &Url,
    name: Option<&RepoName>,
    installed: Option<InstallationId>,
    reference: Option<&str>,
) -> anyhow::Result<RepoFacts> {
    let url = match name {
        Some(name) => url_of(svc, name),
        None => address.to_string(),
    };
    let (mut github_id, mut private, mut token) = (None, false, None);
    if let (Some(installation), Some(name)) = (installed, name) {
        let known = svc.github()?.installation_repos(installation).await?;
        let info = known.into_iter().find(|r| same_name(&r.name, name)).ok_or(GithubError::NotFound)?;
        let client = svc.github()?.repo(installation, info.id, info.name.clone());
        (github_id, private, token) = (Some(info.id), info.private, Some(client.push_token().await?));
    }
    let remote = Remote { url: git_url(&url)?, token };
    let head = svc.mirrors.head(&remote).await?;
    let default_branch = head.branch.ok_or(GitError::Empty)?;
    let commit = match reference {
        None => head.commit,
        Some(name) => {
            let found = resolve_by_git(svc, &remote, name).await?;
            found.ok_or_else(|| anyhow::anyhow!("Ref not found: {name}"))?
        }
    };
    Ok(RepoFacts {
        url,
        name: name.cloned(),
        github_id,
        installation_id: installed,
        default_branch,
        latest_commit: Some(commit),
        private,
    })
}

pub(super) fn same_name(one: &RepoName, other: &RepoName) -> bool {
    one.owner.eq_ignore_ascii_case(&other.owner) && one.name.eq_ignore_ascii_case(&other.name)
}

/// The commit a name stands for, asked from the git server: a branch, a tag, or a whole commit id.
pub async fn resolve_by_git(svc: &Services, remote: &Remote, name: &str) -> Result<Option<CommitSha>, GitError> {
    if let Some(sha) = CommitSha::parse(name) {
        return Ok(Some(sha));
    }
    if BranchName::parse(name).is_none() {
        return Ok(None);
    }
    let (branch, tag) = (format!("refs/heads/{name}"), format!("refs/tags/{name}"));
    let refs = svc.mirrors.ls_refs(remote, &[&branch, &tag]).await?;
    let find = |wanted: &str| refs.list.iter().find(|(known, _)| known == wanted).map(|(_, sha)| sha.clone());
    Ok(find(&branch).or_else(|| find(&tag)))
}
