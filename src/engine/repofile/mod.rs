//! `.github/bakeoff.yml`: a repository's own decisions, from hostile text to a typed file or one error with its place.

mod docs;
mod error;
mod keys;
mod read;
mod values;
mod yaml;

use crate::domain::terms::Terms;

use super::command::ModelRequest;

pub use docs::repo_file_page;
pub use error::RepoFileError;
pub use keys::{KEYS, KeyRow};
pub(in crate::engine) use yaml::plain_json;

/// Where the file lies in the repository.
pub const REPO_FILE: &str = ".github/bakeoff.yml";

/// A longer file is refused unread.
pub const MAX_BYTES: usize = 64 * 1024;

/// A right to the repository, by GitHub's built-in roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// May push.
    Write,
    /// May manage the repository.
    Maintain,
    /// May change its settings.
    Admin,
}

impl Level {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }
}

/// Who may command, among those who may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commander {
    /// Everybody with this right.
    Right(Level),
    /// The account of this login of the moment.
    Login(String),
    /// The account of this number, whatever it is called.
    Account(i64),
}

/// A named check. It is read and held right; running it is another matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// The word in `check=`.
    pub name: String,
    /// The shell command.
    pub command: String,
    /// How long it may take, in seconds.
    pub timeout_seconds: u64,
}

/// The whole file; the default is what applies without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepoFile {
    /// The models of `/bakeoff` alone; empty for the server's defaults.
    pub models: Vec<ModelRequest>,
    /// The branch new rounds start from; `None` for the default branch.
    pub base: Option<String>,
    /// What is kept with each round.
    pub terms: Terms,
    /// Named checks, in the order of the file.
    pub checks: Vec<Check>,
    /// Whether pull requests are drafts; `None` for the server's setting.
    pub draft: Option<bool>,
    /// Labels of pull requests.
    pub labels: Vec<String>,
    /// People asked for a review: logins.
    pub reviewers: Vec<String>,
    /// Teams asked for a review, as `org/team`.
    pub team_reviewers: Vec<String>,
    /// Who may command and pick; empty for all who may write.
    pub commanders: Vec<Commander>,
}

/// Reads the file's bytes.
///
/// # Errors
/// One [`RepoFileError`], the first in the order of the file, with line, column and the key's path.
pub fn read_repo_file(bytes: &[u8]) -> Result<RepoFile, RepoFileError> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    let text = std::str::from_utf8(bytes).map_err(|broken| error::not_utf8(bytes, broken.valid_up_to()))?;
    // YAML breaks lines at each of them; what quotes a line shall count alike.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let found = yaml::compose(&text).and_then(|root| read::file(root.as_ref()));
    found.map_err(|fault| RepoFileError::of(&text, fault))
}

/// The error of a file of this many bytes, which is not read at all.
pub fn too_large(bytes: u64) -> RepoFileError {
    RepoFileError::whole(format!("the file has {bytes} bytes; at most {MAX_BYTES} are read."))
}

impl RepoFile {
    /// The one folder candidates may touch, when the file names exactly one.
    pub fn only_path(&self) -> Option<String> {
        match self.terms.paths.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }
}
