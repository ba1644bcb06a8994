//! `docs/commands.md` is generated from the table; `BAKEOFF_BLESS=1` writes it anew.

use std::path::Path;

use bakeoff::engine::command::{OPTIONS, ROWS, commands_page, help_text};

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let page = commands_page();
    if std::env::var_os("BAKEOFF_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/commands.md is not what the table says; run this test with BAKEOFF_BLESS=1");
}

#[test]
fn help_and_page_name_every_command_and_option() {
    for text in [help_text(), commands_page()] {
        for row in &ROWS {
            assert!(text.contains(&format!("`/bakeoff {}`", row.form)) && text.contains(row.help), "{}", row.form);
        }
        for option in &OPTIONS {
            assert!(text.contains(option.example) && text.contains(option.help), "{}", option.key);
        }
    }
}
