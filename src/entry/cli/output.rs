//! Results to stdout, errors to stderr.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::Value;

use crate::engine::render::redact::Secrets;

/// The command cannot be used like this (exit code 2).
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// A line of the result.
pub fn line(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// A long result: who reads only its beginning (`| head`) has what they wanted.
pub fn page(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// The result for a script.
pub fn json(value: &Value) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// A remark beside the result.
pub fn remark(text: &str) {
    // A closed stderr is nobody's trouble.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Says why it failed, in one sentence without secrets.
pub fn failed(error: &anyhow::Error, secrets: &Secrets) -> ExitCode {
    remark(&format!("error: {}", secrets.redact(&sentence(error))));
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// An error with its causes, without those that are said already.
fn sentence(error: &anyhow::Error) -> String {
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn a_cause_is_said_once() {
        let error = Err::<(), _>(anyhow::anyhow!("disk full")).context("the copy failed: disk full");
        assert_eq!(sentence(&error.context("backup").unwrap_err()), "backup: the copy failed: disk full");
    }
}
