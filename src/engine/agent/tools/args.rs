//! The arguments of a call, as a model wrote them: anything may be missing, broken or of another type.

use serde_json::{Map, Value};

use crate::engine::patch::refusal::shown;

/// The arguments of one call.
pub struct Args(Map<String, Value>);

impl Args {
    /// Reads them; the error is for the model.
    pub fn parse(text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err("the arguments must be one JSON object".into()),
            Err(error) => Err(format!(
                "the arguments are no valid JSON (line {}, column {}); send the call again",
                error.line(),
                error.column()
            )),
        }
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        self.maybe_text(name)?.ok_or_else(|| format!("the argument `{name}` is missing"))
    }

    /// A text that may be missing.
    pub fn maybe_text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("the argument `{name}` must be a string")),
        }
    }

    /// A whole number of at least 1; some models write it as a string or with a decimal point.
    pub fn maybe_line(&self, name: &str) -> Result<Option<usize>, String> {
        let wrong = || format!("the argument `{name}` must be a whole number of at least 1");
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) => {
                number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok())
            }
            Some(_) => None,
        };
        let number = number.filter(|n| *n >= 1).ok_or_else(wrong)?;
        Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// Yes or no; no when it is missing.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(yes)) => Ok(*yes),
            Some(Value::String(word)) if word == "true" || word == "false" => Ok(word == "true"),
            Some(_) => Err(format!("the argument `{name}` must be true or false")),
        }
    }

    /// A path: `./` in front and `/` behind are left out.
    pub fn path(&self, name: &str) -> Result<&str, String> {
        Ok(plain(self.text(name)?))
    }

    /// A path that may be missing; the root is empty.
    pub fn maybe_path(&self, name: &str) -> Result<Option<&str>, String> {
        Ok(self.maybe_text(name)?.filter(|path| !path.trim().is_empty()).map(plain))
    }

    /// What the call is about, for the log: at most 80 characters.
    pub fn about(&self) -> String {
        let field = ["path", "pattern"].iter().find_map(|name| self.0.get(*name)?.as_str());
        shown(&field.unwrap_or_default().chars().take(80).collect::<String>())
    }
}

fn plain(path: &str) -> &str {
    let path = path.trim();
    let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    if path == "." { "" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_model_writes_is_read_or_explained() {
        let args =
            Args::parse(r#"{"path": "./src/", "from": "3", "to": 4.0, "all": "true", "n": null, "x": [1]}"#).unwrap();
        assert_eq!((args.path("path"), args.maybe_path("none")), (Ok("src"), Ok(None)));
        assert_eq!((args.maybe_line("from"), args.maybe_line("to")), (Ok(Some(3)), Ok(Some(4))));
        assert_eq!((args.maybe_line("n"), args.flag("all"), args.flag("n")), (Ok(None), Ok(true), Ok(false)));
        assert_eq!(args.text("n"), Err("the argument `n` is missing".into()));
        assert_eq!(args.text("x"), Err("the argument `x` must be a string".into()));
        assert!(args.maybe_line("path").is_err() && args.flag("x").is_err());
        for broken in ["", "{\"path\": \"a", "[1]", "nonsense"] {
            assert!(Args::parse(broken).is_err(), "{broken}");
        }
    }
}
