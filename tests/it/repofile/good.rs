//! What a file may say, and what that means.

use bakeoff::domain::money::UsdMicros;
use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::terms::{CoAuthor, CommentStyle, Terms};
use bakeoff::engine::command::ModelRequest;
use bakeoff::engine::repofile::{Check, Commander, Level, RepoFile, read_repo_file};

fn read(text: &str) -> RepoFile {
    read_repo_file(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn a_file_that_says_nothing_is_the_defaults() {
    for empty in
        ["", "\n\n", "# nothing\n", "---\n", "---\n...\n", "{}", "~", "null", "labels:\n", "budgets: {}\n", "\u{FEFF}"]
    {
        assert_eq!(read(empty), RepoFile::default(), "{empty:?}");
    }
}

#[test]
fn every_key_is_read() {
    let text = "\
models:
  - Claude
  - gpt:2
base: release/2
paths: [crates/api/, ./docs]
forbidden_paths:
  - \"db/migrate/**\"
budgets: {run: 0.5, round: \"2\", day: 10.25}
checks:
  test: cargo test
  lint:
    command: |
      cargo fmt --check
      cargo clippy
    timeout_seconds: 120
draft: false
labels: [bot, \"needs review\"]
reviewers: [ada, \"@bo\", octo/core]
commanders: [maintain, ada, \"@bo\", 583231]
pick_reaction: 🎉
comments: one
co_author: both
";
    let model = |alias: &str, count| ModelRequest { alias: alias.into(), count };
    let lint = "cargo fmt --check\ncargo clippy";
    let check = |name: &str, command: &str, timeout_seconds| Check {
        name: name.into(),
        command: command.into(),
        timeout_seconds,
    };
    let mut terms = Terms {
        paths: vec!["crates/api".into(), "docs".into()],
        forbidden_paths: vec!["db/migrate/**".into()],
        comments: CommentStyle::One,
        pick_reaction: ReactionContent::Hooray,
        co_author: CoAuthor::Both,
        ..Terms::default()
    };
    terms.budgets.run = Some(UsdMicros(500_000));
    terms.budgets.round = Some(UsdMicros(2_000_000));
    terms.budgets.day = Some(UsdMicros(10_250_000));
    let expected = RepoFile {
        models: vec![model("claude", 1), model("gpt", 2)],
        base: Some("release/2".into()),
        terms,
        checks: vec![check("test", "cargo test", 300), check("lint", lint, 120)],
        draft: Some(false),
        labels: vec!["bot".into(), "needs review".into()],
        reviewers: vec!["ada".into(), "bo".into()],
        team_reviewers: vec!["octo/core".into()],
        commanders: vec![
            Commander::Right(Level::Maintain),
            Commander::Login("ada".into()),
            Commander::Login("bo".into()),
            Commander::Account(583_231),
        ],
    };
    assert_eq!(read(text), expected);
    assert_eq!(read(&text.replace('\n', "\r\n")), expected, "with Windows line ends");
}

#[test]
fn one_value_stands_for_a_list_of_one() {
    let file =
        read("models: claude\npaths: src\nlabels: bot\nreviewers: ada\ncommanders: admin\nforbidden_paths: '*.lock'\n");
    assert_eq!(file.models.len(), 1);
    assert_eq!(file.terms.paths, ["src"]);
    assert_eq!(file.labels, ["bot"]);
    assert_eq!(file.reviewers, ["ada"]);
    assert_eq!(file.commanders, [Commander::Right(Level::Admin)]);
    assert_eq!(file.terms.forbidden_paths, ["*.lock"]);
}

#[test]
fn reactions_switches_and_co_authors_in_their_spellings() {
    for (text, reaction) in [
        ("+1", ReactionContent::PlusOne),
        ("-1", ReactionContent::MinusOne),
        ("\":heart:\"", ReactionContent::Heart),
        ("\"❤️\"", ReactionContent::Heart),
        ("Rocket", ReactionContent::Rocket),
        ("eyes", ReactionContent::Eyes),
    ] {
        assert_eq!(read(&format!("pick_reaction: {text}")).terms.pick_reaction, reaction, "{text}");
    }
    for (text, who) in [
        ("none", CoAuthor::None),
        ("false", CoAuthor::None),
        ("requester", CoAuthor::Requester),
        ("picker", CoAuthor::Picker),
        ("both", CoAuthor::Both),
        ("true", CoAuthor::Both),
    ] {
        assert_eq!(read(&format!("co_author: {text}")).terms.co_author, who, "{text}");
    }
    assert_eq!(read("draft: True").draft, Some(true));
}
