//! What a file may not say: place, key and suggestion of each error.

use bakeoff::engine::repofile::{MAX_BYTES, read_repo_file};

struct Wrong {
    text: &'static str,
    at: (usize, usize),
    key: &'static str,
    said: &'static str,
    meant: Option<&'static str>,
}

const fn wrong(text: &'static str, at: (usize, usize), key: &'static str, said: &'static str) -> Wrong {
    Wrong { text, at, key, said, meant: None }
}

const fn meant(
    text: &'static str,
    at: (usize, usize),
    key: &'static str,
    said: &'static str,
    meant: &'static str,
) -> Wrong {
    Wrong { text, at, key, said, meant: Some(meant) }
}

const SECRETS: &str = "belong in the server's settings";
const NO_KEY: &str = "there is no such key";

const TABLE: &[Wrong] = &[
    // keys
    meant("model: claude", (1, 1), "model", NO_KEY, "models"),
    meant("draft: true\nlable: x\n", (2, 1), "lable", NO_KEY, "labels"),
    meant("reviewer: ada", (1, 1), "reviewer", NO_KEY, "reviewers"),
    meant("default_models: [a]", (1, 1), "default_models", NO_KEY, "models"),
    meant("base_branch: x", (1, 1), "base_branch", NO_KEY, "base"),
    meant("forbidden-paths: x", (1, 1), "forbidden-paths", NO_KEY, "forbidden_paths"),
    meant("budgets:\n  rnu: 2", (2, 3), "budgets.rnu", NO_KEY, "run"),
    meant("budgets:\n  run: 1\n  repo_day: 2", (3, 3), "budgets.repo_day", NO_KEY, "day"),
    meant("checks:\n  t:\n    timeout: 3", (3, 5), "checks.t.timeout", NO_KEY, "timeout_seconds"),
    meant("checks:\n  t: {run: x}", (2, 7), "checks.t.run", NO_KEY, "command"),
    wrong("wholly_unknown_thing: 1", (1, 1), "wholly_unknown_thing", NO_KEY),
    wrong("<<: {draft: true}", (1, 1), "<<", NO_KEY),
    wrong("draft: true\ndraft: false", (2, 1), "", "twice; the first is on line 1"),
    wrong("budgets: {run: 1, run: 2}", (1, 19), "", "twice"),
    wrong("checks:\n  a: x\n  b: y\n  a: z", (4, 3), "", "twice; the first is on line 2"),
    // keys and addresses
    wrong("api_key: sk-123", (1, 1), "api_key", SECRETS),
    wrong("key: sk-123", (1, 1), "key", SECRETS),
    wrong("draft: true\nwebhook_secret: x", (2, 1), "webhook_secret", SECRETS),
    wrong("base_url: http://10.0.0.1", (1, 1), "base_url", SECRETS),
    wrong("OPENAI-API-KEY: x", (1, 1), "OPENAI-API-KEY", SECRETS),
    wrong("checks:\n  t:\n    command: x\n    token: y", (4, 5), "checks.t.token", SECRETS),
    wrong("models:\n  - alias: x\n    api_key: y", (2, 5), "models[0]", "not keys with values"),
    // shapes
    wrong("just words", (1, 1), "", "expected keys with values"),
    wrong("- a\n- b", (1, 1), "", "expected keys with values"),
    wrong("models: {a: 1}", (1, 9), "models", "expected a list of model aliases"),
    wrong("labels: [[a]]", (1, 10), "labels[0]", "not a list"),
    wrong("base: [main]", (1, 7), "base", "not a list"),
    wrong("budgets: 3", (1, 10), "budgets", "expected keys with values"),
    wrong("checks: [test]", (1, 9), "checks", "expected names with a command each"),
    wrong("checks:\n  t: [a, b]", (2, 6), "checks.t", "not a list"),
    wrong("draft: {}", (1, 8), "draft", "not keys with values"),
    // values
    meant("draft: yes", (1, 8), "draft", "expected `true` or `false`", "true"),
    meant("draft: \"false\"", (1, 8), "draft", "without quotes", "false"),
    meant("draft: off", (1, 8), "draft", "expected `true` or `false`", "false"),
    wrong("draft: maybe", (1, 8), "draft", "expected `true` or `false`"),
    meant("comments: eahc", (1, 11), "comments", "expected one of `each`, `one`", "each"),
    meant("pick_reaction: rokcet", (1, 16), "pick_reaction", "expected one of `+1`", "rocket"),
    wrong("pick_reaction: 🦀", (1, 16), "pick_reaction", "expected one of"),
    wrong("pick_reaction: [rocket]", (1, 16), "pick_reaction", "not a list"),
    meant("co_author: requestor", (1, 12), "co_author", "expected one of", "requester"),
    meant("budgets: {run: $2}", (1, 16), "budgets.run", "US dollars above zero", "2"),
    meant("budgets:\n  round: 2,50", (2, 10), "budgets.round", "US dollars above zero", "2.50"),
    wrong("budgets: {run: 0}", (1, 16), "budgets.run", "above zero"),
    wrong("budgets: {day: -1}", (1, 16), "budgets.day", "above zero"),
    wrong("budgets: {day: 1e3}", (1, 16), "budgets.day", "above zero"),
    wrong("budgets: {day: .inf}", (1, 16), "budgets.day", "above zero"),
    wrong("models: [claude, pick]", (1, 18), "models[1]", "is a command word"),
    wrong("models: [a]", (1, 10), "models[0]", "a single letter"),
    wrong("models: ['claude:0']", (1, 10), "models[0]", "how often"),
    wrong("models: ['claude:x']", (1, 10), "models[0]", "how often"),
    wrong("models: ['a b']", (1, 10), "models[0]", "may hold only"),
    wrong("models:\n  -\n  - claude", (2, 4), "models[0]", "nothing stands there"),
    wrong("base: -x", (1, 7), "base", "cannot be a branch"),
    wrong("base: a..b", (1, 7), "base", "cannot be a branch"),
    wrong("paths: [../x]", (1, 9), "paths[0]", "not a folder"),
    wrong("paths: [ok, /etc]", (1, 13), "paths[1]", "not a folder"),
    wrong("paths: ['a\\b']", (1, 9), "paths[0]", "not a folder"),
    wrong("forbidden_paths: ['!.env']", (1, 19), "forbidden_paths[0]", "can only forbid more"),
    wrong("forbidden_paths: ['/']", (1, 19), "forbidden_paths[0]", "covers nothing"),
    wrong("forbidden_paths: [\"a\\u202Eb\"]", (1, 19), "forbidden_paths[0]", "invisible character"),
    wrong("checks:\n  'a b': x", (2, 3), "checks.a b", "the name of a check"),
    wrong("checks:\n  t: {timeout_seconds: 3}", (2, 3), "checks.t.command", "the command is missing"),
    wrong(
        "checks:\n  t:\n    command: x\n    timeout_seconds: 301",
        (4, 22),
        "checks.t.timeout_seconds",
        "from 1 to 300",
    ),
    wrong("checks:\n  t: {command: x, timeout_seconds: 1.5}", (2, 36), "checks.t.timeout_seconds", "from 1 to 300"),
    wrong("labels: ['a,b']", (1, 10), "labels[0]", "without commas"),
    wrong("labels: [abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij1]", (1, 10), "labels[0]", "at most 50"),
    wrong("reviewers: [a b]", (1, 13), "reviewers[0]", "a login or `org/team`"),
    wrong("reviewers: [a/b/c]", (1, 13), "reviewers[0]", "a login or `org/team`"),
    wrong("reviewers: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p]", (1, 43), "reviewers[15]", "at most 15"),
    wrong("commanders: [octo/core]", (1, 14), "commanders[0]", "teams cannot be looked up"),
    wrong("commanders: read", (1, 13), "commanders", "lets nobody in"),
    wrong("commanders: ['dependabot[bot]']", (1, 14), "commanders[0]", "bots never command"),
    wrong("commanders: []", (1, 13), "commanders", "would let nobody command"),
    wrong("commanders: [99999999999999999999]", (1, 14), "commanders[0]", "no account number"),
    wrong("commanders: ['a b']", (1, 14), "commanders[0]", "expected `write`"),
    // YAML itself
    wrong("models: [claude", (2, 1), "", "not YAML"),
    wrong("draft: 'true", (1, 8), "", "not YAML"),
    wrong("draft:\n\ttrue", (2, 2), "", "not YAML"),
    wrong("reviewers: [@ada]", (1, 13), "", "not YAML"),
    wrong("a: b: c", (1, 5), "", "not YAML"),
    wrong("labels: &l [a]", (1, 9), "", "anchors"),
    wrong("labels: [&l a]", (1, 10), "", "anchors"),
    wrong("labels: [*l]", (1, 10), "", "not YAML"),
    wrong("labels: !!str a", (1, 9), "", "tags"),
    wrong("!x labels: a", (1, 1), "", "tags"),
    wrong("labels: !!python/object:os.system [a]", (1, 9), "", "tags"),
    wrong("? [a]\n: b", (1, 3), "", "a key must be a plain word"),
    wrong("draft: true\n---\ndraft: false", (2, 1), "", "second document"),
    wrong("checks: {a: {b: {c: {d: {e: {f: g}}}}}}", (1, 29), "", "nested too deeply"),
    wrong("labels: [[[[[[[[[[[[[[[[[a]", (1, 14), "", "nested too deeply"),
];

#[test]
fn every_error_names_its_place_its_key_and_what_was_expected() {
    assert!(TABLE.len() >= 60);
    let mut wrong = Vec::new();
    for case in TABLE {
        let error = match read_repo_file(case.text.as_bytes()) {
            Ok(file) => {
                wrong.push(format!("{:?} was taken: {file:?}", case.text));
                continue;
            }
            Err(error) => error,
        };
        let right = (error.line, error.column) == case.at
            && error.key == case.key
            && error.said.contains(case.said)
            && error.meant.as_deref() == case.meant;
        if !right {
            wrong.push(format!(
                "{:?}\n  expected {:?} {:?} {:?} {:?}\n  found    {error}",
                case.text, case.at, case.key, case.said, case.meant
            ));
        }
        let caret = error.marked.lines().nth(1).map(|line| line.chars().count());
        assert!(caret.is_none_or(|column| column == error.column), "{:?}: {}", case.text, error.marked);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_may_be_a_secret_is_not_repeated() {
    for text in ["api_key: sk-live-123456", "draft: true\nbase_url: https://u:sk-live-123456@h/"] {
        let error = read_repo_file(text.as_bytes()).unwrap_err();
        assert!(error.marked.contains(": …") && !error.marked.contains("123456"), "{}", error.marked);
        assert!(!error.to_string().contains("123456"), "{error}");
    }
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("{{draft: true, labels: [{}], x: 1}}", "a, ".repeat(80));
    let error = read_repo_file(text.as_bytes()).unwrap_err();
    let mut lines = error.marked.lines();
    let (line, carets) = (lines.next().unwrap(), lines.next().unwrap());
    assert!(line.starts_with('…') && line.chars().count() < 130, "{line}");
    assert_eq!(line.chars().nth(carets.chars().count() - 1), Some('x'), "{line}\n{carets}");
}

#[test]
fn size_and_encoding_are_checked_first() {
    let large = read_repo_file(&vec![b'#'; MAX_BYTES + 1]).unwrap_err();
    assert!(large.said.contains("65537 bytes"), "{large}");
    assert!(read_repo_file(&vec![b'#'; MAX_BYTES]).is_ok());
    let broken = read_repo_file(b"draft: true\nbase: \xff\n").unwrap_err();
    assert_eq!((broken.line, broken.column), (2, 7), "{broken}");
    let many = format!("labels: [{}]", "x, ".repeat(101));
    assert!(read_repo_file(many.as_bytes()).unwrap_err().said.contains("at most 100"), "a list has an end");
}
