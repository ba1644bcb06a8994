//! docs/repository-file.md, from the table.

use super::REPO_FILE;
use super::keys::KEYS;

const INTRO: &str = "\
A repository may decide some things for itself in `.github/bakeoff.yml`. The file is read from the **default branch
only**, afresh at each command, pick and pull request: what a pull request, a fork or another branch changes in it counts
for nothing before it is merged. Without the file the server's settings apply.

The file can lower what may be spent and narrow who may do what. It can raise nothing, let nobody in, and never holds
keys or addresses.
";

const LATER: &str = "\
## When a change counts

A round keeps what it began with: its paths, forbidden paths, budgets, way of commenting, pick reaction and co-authors. Who
may command and pick is asked anew each time, of people by name and of REST tokens that act for a person; a token that
acts for nobody is held by its scopes. Drafts, labels and reviewers are what the file says when the pull request is
opened.

## When the file is broken

The first command that meets a broken file gets one comment with the line, the column and what was expected, once for each
version of the file; over REST a round's `warnings` say so. Until it is mended, the defaults apply, as if there were no file: **a broken file forbids and narrows
nothing**, so let people you trust review changes to it. While GitHub cannot say what the file holds, nothing is started.

The file is YAML of at most 64 KiB: one document without anchors, aliases and tags, no key twice. An empty value counts as
left out.
";

/// The page.
pub fn repo_file_page() -> String {
    let mut page =
        format!("# The repository file\n\n<!-- Made from the table in src/engine/repofile/keys.rs. -->\n\n{INTRO}\n");
    page.push_str("| key | value | default |\n|---|---|---|\n");
    for row in &KEYS {
        page.push_str(&format!("| [`{}`](#{}) | {} | {} |\n", row.key, anchor(row.key), row.form, row.default));
    }
    page.push_str("\n## Example\n\n```yaml\n");
    page.push_str(&format!("# {REPO_FILE}\n"));
    for row in KEYS.iter().filter(|row| !row.key.contains('.')) {
        page.push_str(row.example);
        page.push('\n');
    }
    page.push_str("```\n\n## Keys\n");
    for row in &KEYS {
        page.push_str(&format!("\n### `{}`\n\n{}.\n\n", row.key, sentence(row.help)));
        page.push_str(&format!("Value: {}. Default: {}.\n\n```yaml\n{}\n```\n", row.form, row.default, row.example));
    }
    page.push_str(&format!("\n{LATER}"));
    page
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// GitHub's anchor of a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect()
}
