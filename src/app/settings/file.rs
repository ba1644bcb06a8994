//! The settings file: read whole, its keys told apart from its model profiles.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Toml};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::adapters::crypto::{is_runtime_secret, unreadable};

use super::problem::Problems;
use super::values::Raw;

/// The file that is read when none is named.
const USUAL: &str = "bakeoff.toml";
/// A settings file is never larger (1 MiB).
const LIMIT_BYTES: u64 = 1024 * 1024;

/// A settings file as it was found.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// How it is called in messages.
    pub name: String,
    /// Its text.
    pub text: SecretString,
    /// Whether other users of this machine can read it.
    pub open_to_others: bool,
}

impl SettingsFile {
    /// Reads the file named by `--config`, else `bakeoff.toml` here if there is one.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, Problems> {
        let path = named.map_or_else(|| PathBuf::from(USUAL), Path::to_path_buf);
        match read(&path) {
            Ok(found) => Ok(Some(found)),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let mut problems = Problems::default();
                problems.add(path.display().to_string(), unreadable(&error));
                Err(problems)
            }
        }
    }
}

fn read(path: &Path) -> std::io::Result<SettingsFile> {
    let meta = std::fs::metadata(path)?;
    if meta.len() > LIMIT_BYTES {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(SettingsFile {
        name: path.display().to_string(),
        text: std::fs::read_to_string(path)?.into(),
        open_to_others: meta.permissions().mode() & 0o044 != 0 && !is_runtime_secret(path),
    })
}

/// What a settings file says.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The flat keys.
    pub(super) keys: BTreeMap<String, Raw>,
    /// The `[[models]]`.
    pub(super) models: Vec<Map<String, Value>>,
}

/// Reads the text; problems name the line, never what stands in it.
pub(super) fn parse(name: &str, text: &str, problems: &mut Problems) -> Said {
    let mut said = Said::default();
    let all: Map<String, Value> = match Toml::from_str(text) {
        Ok(all) => all,
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let what = if error.message().starts_with("duplicate") {
                "a key is given twice"
            } else {
                "texts need quotes, keys need a value"
            };
            problems.add(name, format!("is not TOML at line {}: {what}", before.matches('\n').count() + 1));
            return said;
        }
    };
    for (key, value) in all {
        if key == "models" {
            said.models = models(name, value, problems);
        } else if let Some(raw) = raw(&value) {
            said.keys.insert(key, raw);
        } else {
            problems.add(format!("{key} in {name}"), "must be a text, a number, true or false, or a list of texts");
        }
    }
    said
}

fn models(name: &str, value: Value, problems: &mut Problems) -> Vec<Map<String, Value>> {
    let object = |item: Value| if let Value::Object(map) = item { Some(map) } else { None };
    let tables = if let Value::Array(items) = value { items.into_iter().map(object).collect() } else { None };
    tables.unwrap_or_else(|| {
        problems.add(format!("models in {name}"), "must be written as [[models]] tables");
        Vec::new()
    })
}

fn raw(value: &Value) -> Option<Raw> {
    match value {
        Value::String(text) => Some(Raw::new(text)),
        Value::Bool(_) | Value::Number(_) => Some(Raw::new(&value.to_string())),
        Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            Some(Raw::Many(texts?.into_iter().map(SecretString::from).collect()))
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_told_apart() {
        let mut problems = Problems::default();
        let text = "workers = 3\nbudget_run_usd = 0.5\nallow_local_repos = true\nforbidden_paths = [\"a,b\", \"c\"]\n\
                    [[models]]\nprovider = \"openai\"\n";
        let said = parse("f.toml", text, &mut problems);
        assert_eq!(problems, Problems::default());
        let texts: Vec<_> = said.keys.iter().map(|(key, raw)| format!("{key}={}", raw.text())).collect();
        let expected = ["allow_local_repos=true", "budget_run_usd=0.5", "forbidden_paths=a,b,c", "workers=3"];
        assert_eq!(texts, expected);
        assert_eq!(said.keys["forbidden_paths"].list(), ["a,b", "c"]);
        assert_eq!(said.models.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_not_repeated() {
        for (text, place) in [
            ("\nlisten = hunter2\n", "line 2"),
            ("a = \"x\"\na = \"hunter2\"\n", "line 2"),
            ("workers = { hunter2 = 1 }", "workers in f.toml"),
            ("models = \"hunter2\"", "models in f.toml"),
            ("listen = [\"hunter2\", 1]", "listen in f.toml"),
        ] {
            let mut problems = Problems::default();
            parse("f.toml", text, &mut problems);
            let told = problems.to_string();
            assert!(told.contains(place) && !told.contains("hunter2"), "{text}: {told}");
        }
    }
}
