//! From the tree to the typed file, key by key.

use crate::domain::reaction::ReactionContent;
use crate::domain::repo::BranchName;
use crate::domain::terms::{Budgets, CoAuthor, CommentStyle};
use crate::engine::command::{ModelRequest, alias_problem, folder, nearest};
use crate::engine::patch::glob::Glob;

use super::error::Fault;
use super::keys::{ALSO_CALLED, BUDGETS, CHECK, FILE, Reader, is_left_out, is_secret};
use super::values::{amount, entries, is_login, number, switch, text, word};
use super::yaml::{Key, Node, Value};
use super::{Check, Commander, Level, RepoFile};

/// A value on its way into the file.
pub(super) struct Entry<'n> {
    pub node: &'n Node,
    pub path: String,
}

/// How often one model may be asked by one entry.
const MAX_COUNT: u32 = 64;
/// GitHub asks at most this many.
const MAX_REVIEWERS: usize = 15;
const MAX_CHECKS: usize = 20;
const DEFAULT_CHECK_SECONDS: u64 = 300;

/// The whole file.
pub(super) fn file(root: Option<&Node>) -> Result<RepoFile, Fault> {
    let mut file = RepoFile::default();
    if let Some(root) = root {
        mapping(&mut file, &Entry { node: root, path: String::new() }, &FILE)?;
    }
    Ok(file)
}

fn joined(path: &str, key: &str) -> String {
    let key: String = key.chars().take(64).collect();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// Reads every key of a mapping by the table `known`.
fn mapping<T>(target: &mut T, entry: &Entry<'_>, known: &[(&'static str, Reader<T>)]) -> Result<(), Fault> {
    let Value::Map(pairs) = &entry.node.value else {
        let listed = known.iter().map(|(key, _)| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        return Err(Fault::new(entry.node.at, &entry.path, format!("expected keys with values; there are {listed}.")));
    };
    for (key, node) in pairs {
        let Some((_, read)) = known.iter().find(|(name, _)| *name == key.text) else {
            return Err(unknown(key, &entry.path, &known.iter().map(|(name, _)| *name).collect::<Vec<_>>()));
        };
        if !is_left_out(node) {
            read(target, &Entry { node, path: joined(&entry.path, &key.text) })?;
        }
    }
    Ok(())
}

fn unknown(key: &Key, path: &str, known: &[&'static str]) -> Fault {
    let path = joined(path, &key.text);
    if is_secret(&key.text) {
        let said = "keys, tokens and addresses never stand in this file; they belong in the server's settings.";
        return Fault { hush: true, ..Fault::new(key.at, &path, said) };
    }
    let other = ALSO_CALLED.iter().find(|(word, _)| word.eq_ignore_ascii_case(&key.text)).map(|(_, ours)| *ours);
    let other = other.filter(|ours| known.contains(ours));
    let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let meant = other.or_else(|| nearest(&key.text.replace('-', "_"), known.iter().copied()));
    Fault::new(key.at, &path, format!("there is no such key; there are {listed}.")).meaning(meant)
}

pub(super) fn models(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    for (node, path) in entries(entry.node, &entry.path, "model aliases")? {
        file.models.push(model(node, &path)?);
    }
    Ok(())
}

fn model(node: &Node, path: &str) -> Result<ModelRequest, Fault> {
    let written = text(node, path, "the alias of a model, as `claude` or `claude:2`", 80)?;
    let (alias, count) = written.rsplit_once(':').unwrap_or((written, "1"));
    if let Some(problem) = alias_problem(alias) {
        return Err(Fault::new(node.at, path, format!("the alias of a model {problem}.")));
    }
    let right = count.bytes().all(|b| b.is_ascii_digit());
    let count = count.parse().ok().filter(|n| right && (1..=MAX_COUNT).contains(n)).ok_or_else(|| {
        Fault::new(node.at, path, format!("behind `:` stands how often, a number from 1 to {MAX_COUNT}."))
    })?;
    Ok(ModelRequest { alias: alias.to_lowercase(), count })
}

pub(super) fn base(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    let name = text(entry.node, &entry.path, "the name of a branch", 244)?;
    let branch =
        BranchName::parse(name).ok_or_else(|| Fault::new(entry.node.at, &entry.path, "this cannot be a branch."))?;
    file.base = Some(branch.to_string());
    Ok(())
}

pub(super) fn paths(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    for (node, path) in entries(entry.node, &entry.path, "folders")? {
        let written = text(node, &path, "a folder", 1024)?;
        file.terms.paths.push(folder(written).map_err(|said| Fault::new(node.at, &path, said))?);
    }
    Ok(())
}

pub(super) fn forbidden_paths(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    for (node, path) in entries(entry.node, &entry.path, "path patterns")? {
        let pattern = text(node, &path, "a path pattern, as `db/migrate/**`", 300)?;
        if pattern.starts_with('!') {
            let said = "this file can only forbid more; exceptions are for the server's operator.";
            return Err(Fault::new(node.at, &path, said));
        }
        if Glob::new(pattern).is_none() {
            return Err(Fault::new(node.at, &path, "this pattern covers nothing."));
        }
        file.terms.forbidden_paths.push(pattern.to_owned());
    }
    Ok(())
}

pub(super) fn budgets(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    mapping(&mut file.terms.budgets, entry, &BUDGETS)
}

pub(super) fn budget_run(budgets: &mut Budgets, entry: &Entry<'_>) -> Result<(), Fault> {
    budgets.run = Some(amount(entry.node, &entry.path)?);
    Ok(())
}

pub(super) fn budget_round(budgets: &mut Budgets, entry: &Entry<'_>) -> Result<(), Fault> {
    budgets.round = Some(amount(entry.node, &entry.path)?);
    Ok(())
}

pub(super) fn budget_day(budgets: &mut Budgets, entry: &Entry<'_>) -> Result<(), Fault> {
    budgets.day = Some(amount(entry.node, &entry.path)?);
    Ok(())
}

pub(super) fn checks(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    let Value::Map(pairs) = &entry.node.value else {
        return Err(Fault::new(
            entry.node.at,
            &entry.path,
            "expected names with a command each, as `test: cargo test`.",
        ));
    };
    if let Some((extra, _)) = pairs.get(MAX_CHECKS) {
        return Err(Fault::new(extra.at, &entry.path, format!("there are at most {MAX_CHECKS} checks.")));
    }
    for (key, node) in pairs {
        file.checks.push(check(key, &Entry { node, path: joined(&entry.path, &key.text) })?);
    }
    Ok(())
}

fn check(key: &Key, entry: &Entry<'_>) -> Result<Check, Fault> {
    let right = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if key.text.is_empty() || key.text.len() > 64 || !key.text.chars().all(right) {
        let said = "the name of a check has 1 to 64 letters, digits, `.`, `_` and `-`.";
        return Err(Fault::new(key.at, &entry.path, said));
    }
    let mut check = Check { name: key.text.clone(), command: String::new(), timeout_seconds: DEFAULT_CHECK_SECONDS };
    match &entry.node.value {
        Value::Map(_) => mapping(&mut check, entry, &CHECK)?,
        _ => check_command(&mut check, entry)?,
    }
    if check.command.is_empty() {
        let path = joined(&entry.path, "command");
        return Err(Fault::new(key.at, &path, "the command is missing."));
    }
    Ok(check)
}

pub(super) fn check_command(check: &mut Check, entry: &Entry<'_>) -> Result<(), Fault> {
    text(entry.node, &entry.path, "a shell command", 4096)?.trim().clone_into(&mut check.command);
    Ok(())
}

pub(super) fn check_timeout(check: &mut Check, entry: &Entry<'_>) -> Result<(), Fault> {
    check.timeout_seconds = number(entry.node, &entry.path, "whole seconds", (1, DEFAULT_CHECK_SECONDS))?;
    Ok(())
}

pub(super) fn draft(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    file.draft = Some(switch(entry.node, &entry.path)?);
    Ok(())
}

pub(super) fn labels(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    for (node, path) in entries(entry.node, &entry.path, "label names")? {
        let label = text(node, &path, "the name of a label", 50)?;
        let one_line = label.trim();
        if one_line.contains(['\n', ',']) {
            return Err(Fault::new(node.at, &path, "the name of a label is one line without commas."));
        }
        file.labels.push(one_line.to_owned());
    }
    Ok(())
}

pub(super) fn reviewers(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    for (index, (node, path)) in entries(entry.node, &entry.path, "logins and teams")?.into_iter().enumerate() {
        if index == MAX_REVIEWERS {
            return Err(Fault::new(node.at, &path, format!("GitHub asks at most {MAX_REVIEWERS} reviewers.")));
        }
        let written = text(node, &path, "a login or `org/team`", 140)?.trim_start_matches('@');
        match written.split_once('/') {
            None if is_login(written) => file.reviewers.push(written.to_owned()),
            Some((org, team)) if is_login(org) && is_team(team) => file.team_reviewers.push(written.to_owned()),
            _ => return Err(Fault::new(node.at, &path, "expected a login or `org/team`.")),
        }
    }
    Ok(())
}

fn is_team(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

pub(super) fn commanders(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    let found = entries(entry.node, &entry.path, "rights, logins and account numbers")?;
    if found.is_empty() {
        let said = "an empty list would let nobody command; leave the key out, or name somebody.";
        return Err(Fault::new(entry.node.at, &entry.path, said));
    }
    for (node, path) in found {
        file.commanders.push(commander(node, &path)?);
    }
    Ok(())
}

fn commander(node: &Node, path: &str) -> Result<Commander, Fault> {
    const EXPECTED: &str = "`write`, `maintain`, `admin`, a login or an account number";
    let written = text(node, path, EXPECTED, 140)?;
    let said = |said: &str| Fault::new(node.at, path, said);
    if written.contains('/') {
        return Err(said("teams cannot be looked up with the App's permissions; name a right or logins."));
    }
    if written.ends_with("[bot]") {
        return Err(said("bots never command."));
    }
    let levels = [Level::Write, Level::Maintain, Level::Admin];
    if let Some(level) = levels.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(written)) {
        return Ok(Commander::Right(level));
    }
    if ["read", "triage", "none", "everyone", "anyone"].contains(&written.to_ascii_lowercase().as_str()) {
        return Err(said("this file lets nobody in beyond those who may write to the repository."));
    }
    if written.bytes().all(|b| b.is_ascii_digit()) {
        let id = written.parse().ok().filter(|id: &i64| *id > 0);
        return id.map(Commander::Account).ok_or_else(|| said("this is no account number of GitHub."));
    }
    let login = written.trim_start_matches('@');
    if is_login(login) { Ok(Commander::Login(login.to_owned())) } else { Err(said(&format!("expected {EXPECTED}."))) }
}

pub(super) fn pick_reaction(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    let listed = ReactionContent::ALL.map(|reaction| (reaction.as_str(), reaction));
    if let Value::Text { text, .. } = &entry.node.value
        && let Some(reaction) = ReactionContent::written(text.trim_matches(':'))
    {
        file.terms.pick_reaction = reaction;
        return Ok(());
    }
    file.terms.pick_reaction = word(entry.node, &entry.path, &listed)?;
    Ok(())
}

pub(super) fn comments(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    file.terms.comments = word(entry.node, &entry.path, &[("each", CommentStyle::Each), ("one", CommentStyle::One)])?;
    Ok(())
}

pub(super) fn co_author(file: &mut RepoFile, entry: &Entry<'_>) -> Result<(), Fault> {
    const WORDS: [(&str, CoAuthor); 6] = [
        ("none", CoAuthor::None),
        ("requester", CoAuthor::Requester),
        ("picker", CoAuthor::Picker),
        ("both", CoAuthor::Both),
        ("true", CoAuthor::Both),
        ("false", CoAuthor::None),
    ];
    file.terms.co_author = word(entry.node, &entry.path, &WORDS)?;
    Ok(())
}
