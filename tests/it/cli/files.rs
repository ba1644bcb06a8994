//! The files beside the code say what the code says: docs/configuration.md, app-manifest.yml, fly.toml, Dockerfile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bakeoff::adapters::github::wanted_permissions;
use bakeoff::app::settings::{TABLE, configuration};
use bakeoff::entry::webhook::subscribed_events;

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(root(name)).unwrap_or_else(|_| panic!("there is no {name}"))
}

#[test]
fn the_configuration_page_is_made_from_the_table() {
    let page = configuration();
    if std::env::var_os("BAKEOFF_BLESS").is_some() {
        std::fs::create_dir_all(root("docs")).unwrap();
        std::fs::write(root("docs/configuration.md"), &page).unwrap();
    }
    assert!(text("docs/configuration.md") == page, "docs/configuration.md is old: run the tests with BAKEOFF_BLESS=1");
}

/// The indented lines below `key:`.
fn below<'a>(manifest: &'a str, key: &str) -> Vec<&'a str> {
    let start = format!("{key}:");
    let lines = manifest.lines().skip_while(|line| *line != start).skip(1);
    lines.take_while(|line| line.starts_with(' ')).map(str::trim).collect()
}

#[test]
fn the_app_asks_for_exactly_what_the_code_uses() {
    let manifest = text("app-manifest.yml");
    let asked: BTreeMap<_, _> =
        below(&manifest, "default_permissions").into_iter().filter_map(|line| line.split_once(": ")).collect();
    assert_eq!(asked, wanted_permissions());
    let events: BTreeSet<_> =
        below(&manifest, "default_events").into_iter().filter_map(|line| line.strip_prefix("- ")).collect();
    assert_eq!(events, subscribed_events().into_iter().collect());
    assert!(manifest.lines().any(|line| line == "public: false"));
    for route in ["/webhooks/github", "/setup/callback", "/login/callback"] {
        assert!(manifest.contains(route), "{route}");
    }
}

#[test]
fn deployment_files_name_settings_that_exist() {
    let known: BTreeSet<_> = TABLE.iter().map(bakeoff::app::settings::Row::variable).collect();
    for file in ["fly.toml", "Dockerfile"] {
        let text = text(file);
        let named: BTreeSet<_> = text
            .split(|c: char| !c.is_ascii_uppercase() && c != '_')
            .filter(|word| word.starts_with("BAKEOFF_"))
            .map(str::to_owned)
            .collect();
        assert!(!named.is_empty() && named.is_subset(&known), "{file}: {named:?}");
    }
}
