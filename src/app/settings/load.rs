//! Defaults < settings file < environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::{PrivateFileError, read_private, unreadable};

use super::file::{Said, SettingsFile, parse};
use super::problem::{Problems, unknown};
use super::table::{Draft, Row, TABLE};
use super::values::{Raw, is_loopback_address, is_loopback_url};
use super::{AppCredentials, Settings, WebAuth, haste, models};

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The settings file.
    File,
    /// The environment.
    Environment,
}

/// What one setting is now, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The environment variable.
    pub variable: String,
    /// Its value; a secret is only said to be set.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// The settings, and how each came about.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// One for each row of the table.
    pub shown: Vec<Shown>,
}

/// Reads the settings of this process; `named` is the file of `--config`.
pub fn from_process(named: Option<&Path>) -> Result<Loaded, Problems> {
    let mut env = BTreeMap::new();
    let mut problems = Problems::default();
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        match value.into_string() {
            Ok(value) => drop(env.insert(name, value)),
            Err(_) if name.starts_with("BAKEOFF_") => problems.add(name, "is not UTF-8 text"),
            Err(_) => {}
        }
    }
    if !problems.0.is_empty() {
        return Err(problems);
    }
    let mut loaded = load(&env, SettingsFile::find(named)?.as_ref())?;
    haste::apply(&mut loaded.settings.pace, &env);
    Ok(loaded)
}

/// Reads the settings from an environment and a file's text. Only files named by `…_FILE` are opened.
pub fn load(env: &BTreeMap<String, String>, file: Option<&SettingsFile>) -> Result<Loaded, Problems> {
    let mut problems = Problems::default();
    let name = file.map_or("bakeoff.toml", |file| file.name.as_str());
    let said = file.map(|file| parse(name, file.text.expose_secret(), &mut problems)).unwrap_or_default();
    let sources = Sources { env, said: &said, file: name };
    refuse_unknown(&sources, &mut problems);
    refuse_open_file(&sources, file, &mut problems);
    let mut draft = Draft::default();
    let mut shown = Vec::new();
    for row in TABLE {
        let before = problems.0.len();
        shown.push(take(row, &sources, &mut draft, &mut problems));
        if problems.0.len() > before {
            draft.failed.push(row.name);
        }
    }
    draft.settings.models = models::read(name, &said.models, env, &mut problems);
    let settings = finish(draft, &mut problems);
    for api in shown.iter_mut().filter(|s| s.variable == "BAKEOFF_GITHUB_API_URL" && s.origin == Origin::Default) {
        api.value = settings.github_api_url.to_string();
    }
    if problems.0.is_empty() { Ok(Loaded { settings, shown }) } else { Err(problems) }
}

struct Sources<'a> {
    env: &'a BTreeMap<String, String>,
    said: &'a Said,
    file: &'a str,
}

/// A value, how its place is called, and whether it is the path of a secret's file.
struct Found {
    place: String,
    raw: Raw,
    origin: Origin,
    is_path: bool,
}

impl Sources<'_> {
    /// An empty variable counts as not set, as Compose files leave it.
    fn variable(&self, name: String, is_path: bool) -> Option<Found> {
        let value = self.env.get(&name).filter(|value| !value.trim().is_empty())?;
        Some(Found { place: name, raw: Raw::new(value), origin: Origin::Environment, is_path })
    }

    fn key(&self, name: &str, is_path: bool) -> Option<Found> {
        let raw = self.said.keys.get(name)?.clone();
        Some(Found { place: format!("{name} in {}", self.file), raw, origin: Origin::File, is_path })
    }

    /// What the environment says of a setting, else the file; both forms of a secret at one place are one too many.
    fn find(&self, row: &Row, problems: &mut Problems) -> Option<Found> {
        let (variable, key) = (row.variable(), row.key());
        let as_file = |name: &str, suffix: &str| row.secret.then(|| format!("{name}{suffix}"));
        let places = [
            [
                as_file(&variable, "_FILE").and_then(|name| self.variable(name, true)),
                self.variable(variable.clone(), false),
            ],
            [as_file(&key, "_file").and_then(|name| self.key(&name, true)), self.key(&key, false)],
        ];
        for [path, value] in places {
            if let (Some(path), Some(value)) = (&path, &value) {
                problems.add(&path.place, format!("and {} are both given: keep one", value.place));
                return None;
            }
            if let Some(found) = path.or(value) {
                return Some(found);
            }
        }
        None
    }
}

fn take(row: &Row, sources: &Sources<'_>, draft: &mut Draft, problems: &mut Problems) -> Shown {
    let Some(mut found) = sources.find(row, problems) else {
        return Shown { variable: row.variable(), value: row.default.to_owned(), origin: Origin::Default };
    };
    if found.is_path {
        match secret_of(&found.raw) {
            Ok(secret) => found.raw = Raw::One(secret),
            Err(what) => {
                problems.add(&found.place, what);
                return Shown { variable: row.variable(), value: "unreadable".into(), origin: found.origin };
            }
        }
    }
    if let Err(what) = (row.take)(draft, &found.raw) {
        problems.add(&found.place, what);
    }
    let value = match (row.secret, found.is_path) {
        (false, _) => found.raw.text(),
        (true, false) => "set".into(),
        (true, true) => "set, from a file".into(),
    };
    Shown { variable: row.variable(), value, origin: found.origin }
}

/// The secret in the file that is named.
fn secret_of(path: &Raw) -> Result<SecretString, String> {
    match read_private(&path.path()) {
        Ok(secret) if secret.expose_secret().trim().is_empty() => Err("names an empty file".into()),
        Ok(secret) => Ok(SecretString::from(secret.expose_secret().trim().to_owned())),
        Err(PrivateFileError::Io(error)) => Err(format!("names {} that {}", called(&path.path()), unreadable(&error))),
        Err(error) => Err(format!("cannot be used: {error}")),
    }
}

/// The file's name, where it surely is one: somebody may have given the secret itself in its place.
fn called(path: &Path) -> String {
    let folder = path.parent().filter(|folder| folder.file_name().is_some() && folder.is_dir());
    folder.map_or_else(|| "a file".into(), |_| format!("a file ({})", path.display()))
}

fn refuse_unknown(sources: &Sources<'_>, problems: &mut Problems) {
    let with_files = |plain: fn(&Row) -> String, suffix: &'static str| {
        let as_file = TABLE.iter().filter(|row| row.secret).map(move |row| format!("{}{suffix}", plain(row)));
        TABLE.iter().map(plain).chain(as_file).collect::<BTreeSet<_>>()
    };
    let variables = with_files(Row::variable, "_FILE");
    let named = models::named_variables(&sources.said.models);
    let strange = |name: &&String| name.starts_with("BAKEOFF_") && !variables.contains(*name) && !named.contains(name);
    for name in sources.env.keys().filter(strange) {
        problems.add(name, unknown(name, variables.iter().cloned()));
    }
    let keys = with_files(Row::key, "_file");
    for name in sources.said.keys.keys().filter(|name| !keys.contains(*name)) {
        let known = keys.iter().cloned().chain(["models".to_owned()]);
        problems.add(format!("{name} in {}", sources.file), unknown(name, known));
    }
}

/// M39: a secret in a file that others can read is refused.
fn refuse_open_file(sources: &Sources<'_>, file: Option<&SettingsFile>, problems: &mut Problems) {
    let secret = TABLE.iter().find(|row| row.secret && sources.said.keys.contains_key(&row.key()));
    if let (Some(row), true) = (secret, file.is_some_and(|file| file.open_to_others)) {
        let what = format!("holds {} and can be read by other users: run chmod 600 on it", row.key());
        problems.add(sources.file, what);
    }
}

/// What only means something together.
fn finish(draft: Draft, problems: &mut Problems) -> Settings {
    let Draft { mut settings, app_id, private_key, has_api_url, failed } = draft;
    match (app_id, private_key) {
        _ if failed.contains(&"GITHUB_APP_ID") || failed.contains(&"GITHUB_PRIVATE_KEY") => {}
        (Some(app_id), Some(private_key)) => settings.app = Some(AppCredentials { app_id, private_key }),
        (Some(_), None) => problems.add("BAKEOFF_GITHUB_PRIVATE_KEY", "is missing beside BAKEOFF_GITHUB_APP_ID"),
        (None, Some(_)) => problems.add("BAKEOFF_GITHUB_APP_ID", "is missing beside BAKEOFF_GITHUB_PRIVATE_KEY"),
        (None, None) => {}
    }
    if !has_api_url && settings.github_url.host_str() != Some("github.com") {
        settings.github_api_url = settings.github_url.clone();
        settings.github_api_url.set_path("/api/v3");
    }
    let public = settings.public_url.as_ref().is_none_or(is_loopback_url);
    if settings.web_auth == WebAuth::Local && !(public && is_loopback_address(&settings.listen)) {
        let what = "may be local only when BAKEOFF_LISTEN and BAKEOFF_PUBLIC_URL are loopback addresses: \
                    nobody signs in then";
        problems.add("BAKEOFF_WEB_AUTH", what);
    }
    settings
}
