//! What people read because of `.github/bakeoff.yml`: its one error, one comment for all, notes, co-authors.

use bakeoff::domain::reaction::ReactionContent;
use bakeoff::domain::round::RoundStatus;
use bakeoff::engine::render::{
    MAX_COMMENT_BYTES, Note, commit_message, newly_ticked, repo_file_broken, status_comment,
};
use bakeoff::engine::repofile::{read_repo_file, too_large};
use insta::assert_snapshot;

use super::markdown::page;
use super::views::{candidate, diff, effect, patch_of, pull, row, run, status};

#[test]
fn a_broken_file() {
    let texts = [
        "draft: false\nbudgets:\n  rnu: 0.50\n",
        "draft: yes\n",
        "labels: [bot, \"a\u{202E}`b\n",
        "api_key: sk-live-0123456789\n",
        "labels: &all [bot]\n",
    ];
    let errors = texts.iter().map(|text| read_repo_file(text.as_bytes()).unwrap_err()).chain([too_large(70_000)]);
    assert_snapshot!(errors.map(|error| repo_file_broken(effect(), &error)).collect::<Vec<_>>().join("\n=====\n"));
}

#[test]
fn one_comment_for_all_candidates() {
    let mut view =
        status(RoundStatus::Choosing, vec![row(0, "GPT-5.1", patch_of(1, 1, 1)), row(1, "Claude", patch_of(1, 1, 1))]);
    for row in &mut view.candidates {
        row.comment_url = None;
    }
    view.whole = vec![candidate(vec![diff("src/a.rs", "-a\n+b\n")]), candidate(vec![diff("src/b.rs", "-c\n+d\n")])];
    view.button = None;
    assert_snapshot!(status_comment(&view));
}

#[test]
fn f058_one_comment_is_cut_at_file_borders_and_shared_fairly() {
    let long = |n: usize| "+let x = 1;\n".repeat(n);
    let many = |name: &str| candidate((0..30).map(|n| diff(&format!("{name}/{n:02}.rs"), &long(400))).collect());
    let mut view = status(RoundStatus::Choosing, (0..3).map(|n| row(n, "m", patch_of(30, 1, 1))).collect());
    view.whole = vec![many("a"), candidate(vec![diff("b/small.rs", "+x\n")]), many("c")];
    let text = status_comment(&view);
    assert!(text.len() <= MAX_COMMENT_BYTES && text.len() > MAX_COMMENT_BYTES / 2, "{}", text.len());
    let blocks = page(&text).blocks;
    for name in ["a/", "b/", "c/"] {
        assert!(blocks.iter().any(|block| block.contains(&format!("diff --git a/{name}"))), "{name} has a share");
    }
    let whole: Vec<&str> = view.whole.iter().flat_map(|c| &c.files).map(|file| file.patch.as_str()).collect();
    assert!(blocks.iter().all(|block| whole.contains(&block.as_str())), "a file was cut in its middle");
    assert_eq!(text.matches("more files not shown for their length").count(), 2, "{text}");
    view.whole = (0..256).map(|_| many("x")).collect();
    let text = status_comment(&view);
    assert!(text.len() <= MAX_COMMENT_BYTES, "{}", text.len());
}

/// A diff that holds a checkbox line of ours ticks nothing and takes no box away.
#[test]
fn m37_boxes_within_diffs_are_no_boxes() {
    let mut view = status(RoundStatus::Choosing, vec![row(0, "m", patch_of(1, 1, 1))]);
    let plain = status_comment(&view);
    let line = plain.lines().find(|line| line.starts_with("- [ ] ")).unwrap().to_owned();
    view.whole = vec![candidate(vec![diff("a.md", &format!("{line}\n{}\n", line.replacen("[ ]", "[x]", 1)))])];
    let from = status_comment(&view);
    let to = from.replacen("- [ ] ", "- [x] ", 1);
    let ticks = newly_ticked(&from, &to);
    assert_eq!(ticks.iter().map(|tick| tick.run).collect::<Vec<_>>(), [run(0)], "{to}");
    assert!(newly_ticked(&from, &from).is_empty());
}

#[test]
fn notes_buttons_and_co_authors() {
    let mut view = status(RoundStatus::Choosing, vec![row(0, "GPT-5.1", patch_of(1, 1, 1))]);
    view.button = Some(ReactionContent::Hooray);
    view.notes = vec![
        Note::FileBroken,
        Note::NoLabel(vec!["needs review".into()]),
        Note::NotAsked(vec!["bob".into(), "octo/core".into()]),
    ];
    let mut opened = pull();
    opened.co_authors = vec!["ada <1+ada@users.noreply.github.com>".into()];
    assert_snapshot!(format!("{}\n-----\n{}", status_comment(&view), commit_message(&opened)));
}
