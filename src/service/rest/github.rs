//! What the App may see on GitHub: repositories of all its installations, and their branches.

use crate::adapters::github::{GithubError, RepoInfo};
use crate::adapters::store::repos;
use crate::domain::repo::RepoName;
use crate::service::Services;
use crate::service::repos::same_name;

/// The repositories of all installations that are not suspended, by name.
pub async fn repositories(svc: &Services) -> anyhow::Result<Vec<RepoInfo>> {
    let github = svc.github()?;
    let mut all = Vec::new();
    for place in github.installations().await?.into_iter().filter(|place| !place.suspended) {
        match github.installation_repos(place.id).await {
            Ok(found) => all.extend(found),
            // Taken away since it was listed.
            Err(error) if error.is_gone() => {}
            Err(error) => return Err(error.into()),
        }
    }
    all.sort_by_key(|repo| repo.name.to_string().to_ascii_lowercase());
    all.dedup_by_key(|repo| repo.id);
    Ok(all)
}

/// The names of a repository's branches; `None` where the App is not installed.
pub async fn branches(svc: &Services, name: &RepoName) -> anyhow::Result<Option<Vec<String>>> {
    let github = svc.github()?;
    let known = repos::by_name(&mut *svc.store.read().await?, name).await?;
    let client = match known.map(|repo| svc.client(&repo)) {
        Some(Ok(client)) => client,
        _ => {
            let Some(place) = github.installation_of(name).await?.filter(|place| !place.suspended) else {
                return Ok(None);
            };
            let seen = github.installation_repos(place.id).await?;
            let Some(info) = seen.into_iter().find(|repo| same_name(&repo.name, name)) else { return Ok(None) };
            github.repo(place.id, info.id, info.name)
        }
    };
    match client.branches().await {
        Ok(all) => Ok(Some(all)),
        Err(GithubError::EmptyRepository) => Ok(Some(Vec::new())),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
