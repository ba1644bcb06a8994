//! Whether a caller may: 404 where it may not even know, 403 where it may look but not do.

use super::{Caller, Refusal};
use crate::sim::github::world::{Issue, Repo, World};

/// What a call needs: one of these permissions, for reading or writing.
#[derive(Clone, Copy)]
pub struct Need {
    any_of: &'static [&'static str],
    write: bool,
}

/// Repository data.
pub const METADATA: Need = Need { any_of: &["metadata"], write: false };
/// Commits, branches, trees.
pub const READ_CODE: Need = Need { any_of: &["contents"], write: false };
/// Pushes.
pub const WRITE_CODE: Need = Need { any_of: &["contents"], write: true };
/// Issues and what stands below them, also below pull requests.
pub const READ_TALK: Need = Need { any_of: &["issues", "pull_requests"], write: false };
/// The same, writing.
pub const WRITE_TALK: Need = Need { any_of: &["issues", "pull_requests"], write: true };
/// Pull requests.
pub const READ_PULLS: Need = Need { any_of: &["pull_requests"], write: false };
/// Opening and changing them.
pub const WRITE_PULLS: Need = Need { any_of: &["pull_requests"], write: true };

impl World {
    /// The repository, if the caller may do this in it.
    pub fn reach(&self, caller: &Caller, owner: &str, name: &str, need: Need) -> Result<&Repo, Refusal> {
        let id = self.repo_id(&format!("{owner}/{name}"));
        let repo = id.and_then(|id| self.repos.get(&id)).ok_or_else(Refusal::not_found)?;
        self.may(caller, repo, need)?;
        if need.write && repo.archived {
            return Err(Refusal::plain(403, "Repository was archived so is read-only."));
        }
        Ok(repo)
    }

    /// Whether the caller may do this in the repository.
    pub fn may(&self, caller: &Caller, repo: &Repo, need: Need) -> Result<(), Refusal> {
        let public_read = !repo.private && !need.write;
        match caller {
            Caller::Installation(grant) if self.covers(grant, repo) => {
                // What the installation has lost since does not come back with an old token.
                let now = self.installations.get(&grant.installation).map(|i| &i.permissions);
                let enough = |level: Option<&String>| level.is_some_and(|l| l == "write" || !need.write);
                let granted = |p: &&str| enough(grant.permissions.get(*p)) && enough(now.and_then(|n| n.get(*p)));
                if need.any_of.iter().any(granted) { Ok(()) } else { Err(Refusal::not_permitted()) }
            }
            Caller::Person(id) => {
                let rank = repo.role(*id).rank();
                let talk = need.any_of.contains(&"issues");
                match rank {
                    0 => Err(Refusal::not_found()),
                    1 | 2 if need.write && !talk => Err(Refusal::plain(403, "Must have write access.")),
                    _ => Ok(()),
                }
            }
            _ if public_read => Ok(()),
            Caller::Anonymous if !repo.private => Err(Refusal::plain(401, "Requires authentication")),
            Caller::App | Caller::Installation(_) if !repo.private => Err(Refusal::not_permitted()),
            _ => Err(Refusal::not_found()),
        }
    }

    /// An issue or pull request: 404 unknown, 410 deleted, 301 transferred.
    pub fn issue_in<'r>(&self, repo: &'r Repo, number: i64) -> Result<&'r Issue, Refusal> {
        let issue = repo.issues.get(&number).ok_or_else(Refusal::not_found)?;
        if issue.deleted {
            return Err(Refusal::plain(410, "This issue was deleted"));
        }
        match issue.moved_to.and_then(|(to, number)| Some((self.repos.get(&to)?, number))) {
            Some((to, number)) => {
                let url = format!("{}/api/v3/repos/{}/issues/{number}", self.base, self.full_name(to));
                Err(Refusal::moved(true, url))
            }
            None => Ok(issue),
        }
    }
}
