//! The help comment and `docs/commands.md`, both from the table.

use super::COMMAND_WORD;
use super::table::{OPTIONS, Place, ROWS, Row};

/// The list of commands as Markdown, for a reply on GitHub.
pub fn help_text() -> String {
    let mut text = String::from("**What can be asked here**\n\n| write | to |\n|---|---|\n");
    for row in &ROWS {
        text.push_str(&format!("| `{}` | {} |\n", written(row), row.help));
    }
    text.push_str("\nOptions of a round:\n\n| write | to |\n|---|---|\n");
    for option in &OPTIONS {
        text.push_str(&format!("| `{}` | {} |\n", option.example, option.help));
    }
    text
}

fn written(row: &Row) -> String {
    format!("{COMMAND_WORD} {}", row.form)
}

/// The page `docs/commands.md`.
pub fn commands_page() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Commands\n\n| command | meaning | right | where |\n|---|---|---|---|\n");
    for row in &ROWS {
        let place = match row.place {
            Place::IssueOrOwnPull => "issues, the bot's own pull requests",
            Place::Anywhere => "issues, all pull requests",
        };
        page.push_str(&format!("| `{}` | {} | write | {place} |\n", written(row), row.help));
    }
    page.push_str("\n## Options\n\n| option | meaning |\n|---|---|\n");
    for option in &OPTIONS {
        page.push_str(&format!("| `{}` | {} |\n", option.example, option.help));
    }
    page.push_str(EXAMPLES);
    page
}

const INTRODUCTION: &str =
    "<!-- Generated from src/engine/command/table.rs by `BAKEOFF_BLESS=1 cargo test --test it command::docs`. -->
# Commands

A command stands at the start of a line of an issue comment (or of the issue's text when it is opened), outside
quotes, code and HTML comments. The first three of a comment are read. Words may be written in capitals or not. The
person must be able to write to the repository; anyone else gets a 😕 reaction and no words. An edited command never
runs: send it again as a new comment.

On a pull request that the bot did not open every command but `help` answers \"use it on an issue\".
";

const EXAMPLES: &str = "
A model is named by its alias; `gpt:3` asks it three times. An alias is one word of letters, digits and `.`, `_`,
`-`, `/`; a command word or a single letter cannot be one.

`revise B` starts a new round from B's patch, on the commit that B stands on: the candidates' patches hold B's change
and stand alone. Its options come before its text. The model is the one that wrote B; `add` brings others.

On a pull request that the bot opened, `revise` and a round with models (`/bakeoff gpt claude`) start from its head, people's
commits included; `pick`, `add`, `retry`, `cancel` and `status` there act on its rounds, and a pick adds one commit. If
the branch has moved since, the change is merged in memory first; a conflict is told and nothing is pushed.

## Examples

```
/bakeoff
/bakeoff gpt claude:2 gemini
/bakeoff claude base=release-2 path=crates/api budget=2.50 check=test
Keep the public signature; add a test for the empty list.
/bakeoff revise B budget=1 without the new dependency
/bakeoff pick B
```

A command that cannot be read gets one reply: the line, the wrong word marked, and what was probably meant.
";
