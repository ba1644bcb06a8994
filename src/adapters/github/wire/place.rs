//! A repository and its commits.

use base64::Engine as _;
use serde::Deserialize;

use crate::domain::ids::GithubRepoId;
use crate::domain::repo::{BranchName, RepoName};

use super::super::{self as github, Compare, CompareStatus};

#[derive(Deserialize)]
pub(in super::super) struct Repositories {
    pub repositories: Vec<Repository>,
}

#[derive(Deserialize)]
pub(in super::super) struct Repository {
    id: i64,
    full_name: String,
    default_branch: String,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
}

impl Repository {
    pub(in super::super) fn into_domain(self) -> Option<github::RepoInfo> {
        Some(github::RepoInfo {
            id: GithubRepoId(self.id),
            name: RepoName::parse(&self.full_name)?,
            default_branch: BranchName::parse(&self.default_branch)?,
            private: self.private,
            archived: self.archived,
            disabled: self.disabled,
        })
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Contents {
    #[serde(rename = "type")]
    kind: String,
    sha: String,
    size: u64,
    #[serde(default)]
    encoding: String,
    #[serde(default)]
    content: String,
}

impl Contents {
    /// `Ok(None)` for what is no file; `Err` for an answer that is not understood.
    pub(in super::super) fn into_domain(self) -> Result<Option<github::FileInfo>, ()> {
        if self.kind != "file" {
            return Ok(None);
        }
        let bytes = match self.encoding.as_str() {
            "base64" => {
                let packed: String = self.content.split_ascii_whitespace().collect();
                let bytes = base64::engine::general_purpose::STANDARD.decode(packed).map_err(drop)?;
                if bytes.len() as u64 != self.size {
                    return Err(());
                }
                Some(bytes)
            }
            "none" => None,
            _ => return Err(()),
        };
        Ok(Some(github::FileInfo { blob: self.sha, size: self.size, bytes }))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Reference {
    pub object: Object,
}

#[derive(Deserialize)]
pub(in super::super) struct Object {
    pub sha: String,
}

#[derive(Deserialize)]
pub(in super::super) struct Comparison {
    status: String,
    ahead_by: u64,
    behind_by: u64,
}

impl Comparison {
    pub(in super::super) fn into_domain(self) -> Option<Compare> {
        let status = match self.status.as_str() {
            "ahead" => CompareStatus::Ahead,
            "behind" => CompareStatus::Behind,
            "diverged" => CompareStatus::Diverged,
            "identical" => CompareStatus::Identical,
            _ => return None,
        };
        Some(Compare { ahead_by: self.ahead_by, behind_by: self.behind_by, status })
    }
}
