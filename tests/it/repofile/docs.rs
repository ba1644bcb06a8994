//! `docs/repository-file.md` is generated from the table; `BAKEOFF_BLESS=1` writes it anew.

use std::path::Path;

use bakeoff::engine::repofile::{KEYS, read_repo_file, repo_file_page};

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/repository-file.md");
    let page = repo_file_page();
    if std::env::var_os("BAKEOFF_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/repository-file.md is not what the table says; run this test with BAKEOFF_BLESS=1");
}

/// Every key of the page is one that the parser knows, and every key of the parser stands on the page.
#[test]
fn table_and_parser_know_the_same_keys() {
    for row in &KEYS {
        let read = read_repo_file(row.example.as_bytes());
        assert!(read.is_ok(), "{}: {}", row.key, read.unwrap_err());
        let last = row.key.rsplit('.').next().unwrap();
        assert!(row.example.contains(&format!("{last}:")), "{}: the example does not show it", row.key);
    }
    for (text, prefix) in [("x: 1", ""), ("budgets: {x: 1}", "budgets."), ("checks: {t: {x: 1}}", "checks.NAME.")] {
        let said = read_repo_file(text.as_bytes()).unwrap_err().said;
        let listed: Vec<String> = said.split('`').skip(1).step_by(2).map(|key| format!("{prefix}{key}")).collect();
        let below = |key: &&str| key.strip_prefix(prefix).is_some_and(|rest| !rest.contains('.'));
        let page: Vec<&str> = KEYS.iter().map(|row| row.key).filter(below).collect();
        assert_eq!(listed, page, "{said}");
    }
}

#[test]
fn the_example_of_the_page_is_a_whole_file() {
    let page = repo_file_page();
    let example = page.split("## Example\n\n```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = read_repo_file(example.as_bytes()).unwrap();
    assert_eq!(file.models.len(), 2);
    assert_eq!(file.checks.len(), 2);
    assert_eq!(file.commanders.len(), 3);
}
