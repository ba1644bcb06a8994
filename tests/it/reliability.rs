//! `docs/reliability.md` is true: every rule has its line, and every test it names exists.

use std::collections::BTreeSet;
use std::path::Path;

fn tests_below(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let name = line.split_once("fn ").map(|(_, rest)| rest.split(['(', '<']).next().unwrap());
                if let Some(name) = name.filter(|_| is_test) {
                    found.insert(name.to_owned());
                    is_test = false;
                }
            }
        }
    }
}

#[test]
fn every_rule_has_a_line_and_every_test_it_names_exists() {
    let mut known = BTreeSet::new();
    tests_below(Path::new("tests"), &mut known);
    tests_below(Path::new("src"), &mut known);
    let page = std::fs::read_to_string("docs/reliability.md").unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| M") || line.starts_with("| F")).collect();
    let mut missing = Vec::new();
    for row in &rows {
        let tests = row.rsplit('|').nth(1).unwrap();
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test proves {row}");
        missing.extend(named.into_iter().filter(|name| !known.contains(*name)));
    }
    assert!(missing.is_empty(), "there are no tests of these names: {missing:#?}");
    let rules = (1..=19).chain(25..=37).chain(40..=56).chain([61]);
    let absent: Vec<String> = rules
        .map(|number| format!("M{number:02}"))
        .filter(|rule| !rows.iter().any(|row| row.split('|').nth(1).unwrap().contains(rule.as_str())))
        .collect();
    assert!(absent.is_empty(), "rules without a line: {absent:?}");
}
