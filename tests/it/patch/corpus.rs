//! Source texts for generated edits: code in several languages with the repetition that real code has.

use super::tools::Dice;

const NAMES: &[&str] = &[
    "total", "index", "user", "config", "parser", "buffer", "client", "request", "handler", "session", "cache",
    "token", "record", "window", "filter", "account", "stream", "queue", "worker", "limit",
];
const VERBS: &[&str] = &[
    "load", "save", "update", "remove", "check", "build", "merge", "render", "parse", "send", "count", "open", "close",
];

/// A made-up source file of some functions.
pub fn source(dice: &mut Dice, functions: usize) -> (String, &'static str) {
    let kind = dice.below(4);
    let mut text = match kind {
        0 => "import os\nimport sys\n\n".to_owned(),
        1 => "use std::fmt;\n\n".to_owned(),
        2 => "package main\n\nimport (\n\t\"fmt\"\n)\n\n".to_owned(),
        _ => "'use strict';\n\nconst fs = require('fs');\n\n".to_owned(),
    };
    for nth in 0..functions {
        text.push_str(&function(dice, kind, nth));
    }
    (text, ["py", "rs", "go", "js"][kind])
}

fn function(dice: &mut Dice, kind: usize, nth: usize) -> String {
    let name = format!("{}_{}_{nth}", dice.pick(VERBS), dice.pick(NAMES));
    let argument = *dice.pick(NAMES);
    let steps: Vec<String> = (0..2 + dice.below(6)).map(|_| step(dice, kind, argument)).collect();
    let body = steps.concat();
    match kind {
        0 => {
            format!("def {name}({argument}):\n    \"\"\"{name} does its work.\"\"\"\n{body}    return {argument}\n\n\n")
        }
        1 => format!(
            "/// {name} does its work.\npub fn {name}({argument}: &str) -> Result<(), Error> {{\n{body}    Ok(())\n}}\n\n"
        ),
        2 => format!("// {name} does its work.\nfunc {name}({argument} string) error {{\n{body}\treturn nil\n}}\n\n"),
        _ => format!("function {name}({argument}) {{\n{body}  return {argument};\n}}\n\n"),
    }
}

fn step(dice: &mut Dice, kind: usize, argument: &str) -> String {
    let (verb, name, number) = (*dice.pick(VERBS), *dice.pick(NAMES), dice.below(40));
    let deep = dice.chance(30);
    match (kind, deep) {
        (0, false) => format!("    {name} = {verb}({argument}, {number})\n"),
        (0, true) => format!("    if {name} is None:\n        raise ValueError(\"{verb} {number}\")\n"),
        (1, false) => format!("    let {name} = {verb}({argument}, {number})?;\n"),
        (1, true) => format!("    if {name}.is_empty() {{\n        return Err(Error::{verb}({number}));\n    }}\n"),
        (2, false) => format!("\t{name} := {verb}({argument}, {number})\n"),
        (2, true) => format!("\tif err != nil {{\n\t\treturn fmt.Errorf(\"{verb} {number}\")\n\t}}\n"),
        (_, false) => format!("  const {name} = {verb}({argument}, {number});\n"),
        (_, true) => format!("  if (!{name}) {{\n    throw new Error('{verb} {number}');\n  }}\n"),
    }
}

/// An honest edit of a text: some lines changed, added or removed.
pub fn edited(dice: &mut Dice, text: &str, changes: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for nth in 0..changes {
        let telling: Vec<usize> =
            (0..lines.len()).filter(|i| lines[*i].chars().filter(|c| c.is_alphanumeric()).count() > 6).collect();
        let at = *dice.pick(&telling);
        let indent: String = lines[at].chars().take_while(|c| c.is_whitespace()).collect();
        match dice.below(4) {
            0 => lines[at] = format!("{} + changed_{nth}", lines[at]),
            1 => lines.insert(at + 1, format!("{indent}added_{nth}({})", dice.below(1000))),
            2 => drop(lines.remove(at)),
            _ => {
                lines[at] = format!("{indent}replaced_{nth}({})", dice.below(1000));
                lines.insert(at + 1, format!("{indent}and_more_{nth}()"));
            }
        }
    }
    let mut out = lines.join("\n");
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}
