//! The table of keys: parser, suggestions and docs/repository-file.md are made from it.

use crate::domain::terms::Budgets;

use super::error::Fault;
use super::read::{self, Entry};
use super::yaml::Node;
use super::{Check, RepoFile};

/// One key as people read about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// Its path; `NAME` stands for a name of one's own.
    pub key: &'static str,
    /// What its value is.
    pub form: &'static str,
    /// What applies without it.
    pub default: &'static str,
    /// Lines of YAML.
    pub example: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// Every key, in the order of the page.
pub const KEYS: [KeyRow; 18] = [
    KeyRow {
        key: "models",
        form: "list of aliases, `alias:n` asks one n times",
        default: "the server's default models",
        example: "models: [claude, gpt:2]",
        help: "the models of `/bakeoff` alone and of the label; a command that names models is not touched by it",
    },
    KeyRow {
        key: "base",
        form: "branch",
        default: "the default branch",
        example: "base: develop",
        help: "the branch new rounds start from; `base=` in a command goes first",
    },
    KeyRow {
        key: "paths",
        form: "list of folders",
        default: "the whole repository",
        example: "paths: [crates/api, crates/common]",
        help: "candidates may change these folders only; `path=` in a command takes their place",
    },
    KeyRow {
        key: "forbidden_paths",
        form: "list of patterns",
        default: "none beyond the built-in and the server's",
        example: "forbidden_paths: [\"db/migrate/**\", \"*.lock\"]",
        help: "paths no candidate may touch and no model is shown, added to the built-in and the server's; nothing can be taken away. A pattern without `/` is compared with every part of a path, one with `/` with the path from its start; `*` and `?` stay within a part, `**` crosses parts; a folder covers what is below it",
    },
    KeyRow {
        key: "budgets",
        form: "keys `run`, `round`, `day`",
        default: "the server's caps",
        example: "budgets:\n  run: 0.50\n  round: 2\n  day: 10",
        help: "caps in US dollars; where the server's cap is lower, the server's counts",
    },
    KeyRow {
        key: "budgets.run",
        form: "US dollars",
        default: "the server's",
        example: "budgets:\n  run: 0.50",
        help: "the most one candidate may cost",
    },
    KeyRow {
        key: "budgets.round",
        form: "US dollars",
        default: "the server's",
        example: "budgets:\n  round: 2",
        help: "the most a round may cost; `budget=` in a command may not be above it",
    },
    KeyRow {
        key: "budgets.day",
        form: "US dollars",
        default: "the server's",
        example: "budgets:\n  day: 10",
        help: "the most this repository may cost in a day (UTC)",
    },
    KeyRow {
        key: "checks",
        form: "names with a command each",
        default: "none",
        example: "checks:\n  test: cargo test\n  lint:\n    command: cargo clippy -- -D warnings\n    timeout_seconds: 120",
        help: "named checks for `check=`. They are read and held right; this version does not run them yet",
    },
    KeyRow {
        key: "checks.NAME.command",
        form: "shell command",
        default: "required",
        example: "checks:\n  test:\n    command: npm test",
        help: "what is run at the root of the repository",
    },
    KeyRow {
        key: "checks.NAME.timeout_seconds",
        form: "1 to 300",
        default: "300",
        example: "checks:\n  test:\n    command: npm test\n    timeout_seconds: 60",
        help: "how long it may take",
    },
    KeyRow {
        key: "draft",
        form: "`true` or `false`",
        default: "the server's setting (`true`)",
        example: "draft: false",
        help: "whether pull requests are opened as drafts",
    },
    KeyRow {
        key: "labels",
        form: "list of label names",
        default: "none",
        example: "labels: [bot, \"needs review\"]",
        help: "labels that the pull request gets; GitHub makes those that are missing",
    },
    KeyRow {
        key: "reviewers",
        form: "list of logins and `org/team`",
        default: "none",
        example: "reviewers: [ada, octo/core]",
        help: "who is asked for a review of the pull request. GitHub asks only people with access; whoever it refuses is named in the status comment. Teams take the App's permission to read members",
    },
    KeyRow {
        key: "commanders",
        form: "list of `write`, `maintain`, `admin`, logins, account numbers",
        default: "everybody who may write",
        example: "commanders: [maintain, ada, 583231]",
        help: "who may command and pick, among those who may write to the repository: nobody else can be let in. An account number stays right when a login is renamed",
    },
    KeyRow {
        key: "pick_reaction",
        form: "`+1`, `-1`, `laugh`, `confused`, `heart`, `hooray`, `rocket`, `eyes`, or the emoji",
        default: "`rocket`",
        example: "pick_reaction: hooray",
        help: "the reaction on a candidate's comment that picks it; the bot's own reaction there, the button, is the same",
    },
    KeyRow {
        key: "comments",
        form: "`each` or `one`",
        default: "`each`",
        example: "comments: one",
        help: "a comment for each candidate, or all of them folded in the status comment (then a checkbox, a command or the web view picks, no reaction)",
    },
    KeyRow {
        key: "co_author",
        form: "`none`, `requester`, `picker`, `both`; `true` means `both`",
        default: "`none`",
        example: "co_author: both",
        help: "whom the commit names in `Co-authored-by`, by their GitHub no-reply address",
    },
];

/// How a key of a mapping is read into its target.
pub(super) type Reader<T> = fn(&mut T, &Entry<'_>) -> Result<(), Fault>;

/// The keys at the top.
pub(super) const FILE: [(&str, Reader<RepoFile>); 13] = [
    ("models", read::models),
    ("base", read::base),
    ("paths", read::paths),
    ("forbidden_paths", read::forbidden_paths),
    ("budgets", read::budgets),
    ("checks", read::checks),
    ("draft", read::draft),
    ("labels", read::labels),
    ("reviewers", read::reviewers),
    ("commanders", read::commanders),
    ("pick_reaction", read::pick_reaction),
    ("comments", read::comments),
    ("co_author", read::co_author),
];

/// The keys of `budgets`.
pub(super) const BUDGETS: [(&str, Reader<Budgets>); 3] =
    [("run", read::budget_run), ("round", read::budget_round), ("day", read::budget_day)];

/// The keys of a check.
pub(super) const CHECK: [(&str, Reader<Check>); 2] =
    [("command", read::check_command), ("timeout_seconds", read::check_timeout)];

/// Words of other tools and other places for a key of ours.
pub(super) const ALSO_CALLED: [(&str, &str); 16] = [
    ("default_models", "models"),
    ("base_branch", "base"),
    ("branch", "base"),
    ("scope", "paths"),
    ("forbidden", "forbidden_paths"),
    ("forbid", "forbidden_paths"),
    ("deny", "forbidden_paths"),
    ("ignore", "forbidden_paths"),
    ("repo_day", "day"),
    ("allowed", "commanders"),
    ("may_command", "commanders"),
    ("who_may_command", "commanders"),
    ("reaction", "pick_reaction"),
    ("timeout", "timeout_seconds"),
    ("co_authored_by", "co_author"),
    ("run", "command"),
];

/// Parts of names under which keys and addresses are written.
const SECRETS: [&str; 9] =
    ["api_key", "apikey", "token", "secret", "password", "credential", "private_key", "url", "endpoint"];

/// Whether a key looks as if a secret or an address stood behind it.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    key == "key" || key == "keys" || key.ends_with("_key") || SECRETS.iter().any(|part| key.contains(part))
}

/// Whether nothing stands at `node`, so that its key counts as left out.
pub(super) fn is_left_out(node: &Node) -> bool {
    node.is_null()
}
