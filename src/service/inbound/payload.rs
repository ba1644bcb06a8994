//! What we read of GitHub's payloads: small structs of our own, because full typed events break on real
//! ones. Every field may be missing; a use case that needs one says so by returning nothing.

use serde::{Deserialize, Deserializer};

use crate::domain::ids::{CommentId, GithubRepoId, GithubUserId, InstallationId};
use crate::domain::permission::Person;
use crate::domain::repo::{BranchName, RepoName};

/// A field of another shape than ours counts as missing.
fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, remote = "Self")]
        pub struct $name {$(
            $(#[$field_doc])*
            #[serde(deserialize_with = "lenient")]
            pub $field: Option<$kind>,
        )*}

        /// Only an object will do: a derived struct would be read from a list as well.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let fields = serde_json::Map::deserialize(from)?;
                Self::deserialize(serde_json::Value::Object(fields)).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

payload! {
    /// An account.
    Account {
        /// GitHub's number.
        id: i64,
        /// The login of the moment.
        login: String,
        /// `User`, `Bot` or `Organization`.
        r#type: String,
    }
    /// A repository.
    Repository {
        /// GitHub's number.
        id: i64,
        /// `owner/name`.
        full_name: String,
        /// Where new work starts.
        default_branch: String,
        /// Whether only its members see it.
        private: bool,
    }
    /// The App's installation.
    Installation {
        /// GitHub's number.
        id: i64,
        /// Whose it is.
        account: Account,
    }
    /// A label.
    Label {
        /// Its text.
        name: String,
    }
    /// An App that acted.
    App {
        /// GitHub's number.
        id: i64,
    }
    /// An issue, or a pull request seen as one.
    Issue {
        /// The number within the repository.
        number: i64,
        /// The title as sent.
        title: String,
        /// The text as sent; null when empty.
        body: String,
        /// `open` or `closed`.
        state: String,
        /// The page for people.
        html_url: String,
        /// Whether comments are closed.
        locked: bool,
        /// Present when it is a pull request.
        pull_request: serde_json::Map<String, serde_json::Value>,
        /// Who opened it.
        user: Account,
        /// Its labels.
        labels: Vec<Label>,
        /// When it was opened.
        created_at: String,
        /// When it was last changed; a label changes it.
        updated_at: String,
    }
    /// A comment under an issue.
    Comment {
        /// GitHub's number.
        id: i64,
        /// The text as sent.
        body: String,
        /// Who wrote it.
        user: Account,
        /// The App it was written through.
        performed_via_github_app: App,
        /// The page for people.
        html_url: String,
        /// When it was written.
        created_at: String,
        /// When it was last changed.
        updated_at: String,
    }
    /// The value before an edit.
    Before {
        /// The old text.
        from: String,
    }
    /// What an edit changed.
    Changes {
        /// The text.
        body: Before,
        /// The title.
        title: Before,
    }
    /// A branch of a pull request.
    Head {
        /// The branch name.
        r#ref: String,
        /// Its commit.
        sha: String,
    }
    /// A pull request.
    PullRequest {
        /// The number within the repository.
        number: i64,
        /// `open` or `closed`.
        state: String,
        /// Whether it was merged.
        merged: bool,
        /// Its branch.
        head: Head,
        /// The page for people.
        html_url: String,
        /// Its title.
        title: String,
        /// Its description.
        body: String,
    }
    /// One delivery.
    Payload {
        /// What happened.
        action: String,
        /// Who did it.
        sender: Account,
        /// Where.
        repository: Repository,
        /// Through which installation.
        installation: Installation,
        /// The issue.
        issue: Issue,
        /// The comment.
        comment: Comment,
        /// What an edit changed.
        changes: Changes,
        /// The label put on.
        label: Label,
        /// The pull request.
        pull_request: PullRequest,
        /// Repositories that an installation lost.
        repositories_removed: Vec<Repository>,
    }
}

impl Account {
    /// The account as a person, when it is one (M09: bots and organisations command nothing).
    pub fn person(&self) -> Option<Person> {
        let user = self.r#type.as_deref() == Some("User");
        let (id, login) = (self.id?, self.login.clone()?);
        user.then_some(Person { id: GithubUserId(id), login })
    }
}

impl Repository {
    /// Owner and name, when both are well formed.
    pub fn name(&self) -> Option<RepoName> {
        RepoName::parse(self.full_name.as_deref()?)
    }

    /// GitHub's number.
    pub fn github_id(&self) -> Option<GithubRepoId> {
        self.id.map(GithubRepoId)
    }

    /// The default branch, when it is well formed.
    pub fn branch(&self) -> Option<BranchName> {
        BranchName::parse(self.default_branch.as_deref()?)
    }
}

impl Comment {
    /// GitHub's number.
    pub fn comment_id(&self) -> Option<CommentId> {
        self.id.map(CommentId)
    }
}

impl Payload {
    /// Reads a stored payload; `None` when it is not a JSON object.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The installation's number.
    pub fn installation_id(&self) -> Option<InstallationId> {
        self.installation.as_ref()?.id.map(InstallationId)
    }

    /// The action, or nothing.
    pub fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_misshapen_fields_do_not_break_the_rest() {
        let json = r#"{"action":"created","sender":{"id":"7","login":"ada","type":"User"},"issue":{"number":3,
            "title":null,"labels":"none","new_field":{}},"comment":[],"unknown":1}"#;
        let payload = Payload::read(json).unwrap();
        assert_eq!(payload.action(), "created");
        assert_eq!(payload.sender.unwrap().person(), None, "a textual id is no id");
        assert_eq!(payload.issue.unwrap().number, Some(3));
        assert!(payload.comment.is_none());
        assert!(Payload::read("[1]").is_none() && Payload::read("{").is_none());
    }
}
