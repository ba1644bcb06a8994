//! Every text on GitHub as a person reads it.

use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::money::{Prices, UsdMicros};
use bakeoff::domain::round::RoundStatus;
use bakeoff::domain::run::Letter;
use bakeoff::engine::command::parse_comment;
use bakeoff::engine::render::{
    MAX_COMMENT_BYTES, ModelLine, MoneyLine, Note, Outcome, Reply, TaskStatus, candidate_comment, commit_message,
    pull_body, pull_title, reply, reply_text, status_comment,
};
use insta::assert_snapshot;

use super::markdown::page;
use super::views::{URL, candidate, diff, effect, file, patch_of, pull, row, status};

fn rows() -> Vec<bakeoff::engine::render::CandidateRow> {
    let mut rows = vec![
        row(0, "GPT-5.1", patch_of(2, 12, 3)),
        row(1, "Claude Sonnet", Outcome::Patch { files: 1, added: 1, removed: 1, warned: true }),
        row(2, "Gemini", Outcome::Failed("it touches `.env`, which is forbidden".into())),
        row(3, "llama", Outcome::NoChange),
        row(4, "o3", Outcome::Canceled),
    ];
    rows[0].checks = Some("2 of 2 pass".into());
    rows
}

#[test]
fn status_while_running() {
    let mut rows = rows();
    rows[2].outcome = Outcome::Running;
    rows[3].outcome = Outcome::Queued;
    (rows[2].took, rows[3].took) = (None, None);
    assert_snapshot!(status_comment(&status(RoundStatus::Running, rows)));
}

#[test]
fn status_to_choose() {
    let mut view = status(RoundStatus::Choosing, rows());
    view.compare_url = Some(URL.into());
    view.hidden_characters = 3;
    assert_snapshot!(status_comment(&view));
}

#[test]
fn status_later() {
    let letter = Letter::at(1);
    let mut view = status(RoundStatus::Picked, rows());
    view.notes = vec![
        Note::Picked { letter, by: "bob".into() },
        Note::BaseMoved { commits: 2 },
        Note::PullOpened { number: 34, url: "https://github.com/o/r/pull/34".into() },
        Note::PullClosed { number: 34 },
        Note::PullMerged { number: 35 },
        Note::Stale { letter, paths: vec!["src/lib.rs".into(), "b.rs".into()] },
        Note::PickFailed { letter, reason: "GitHub refused the push.".into() },
        Note::Expired,
        Note::CanceledBy { login: Some("alice".into()) },
        Note::CanceledBy { login: None },
        Note::Superseded { round: 2 },
        Note::Said("base moved 2 commits, no conflict".into()),
    ];
    assert_snapshot!(status_comment(&view));
    for (state, words) in [
        (RoundStatus::Merged, "merged"),
        (RoundStatus::Failed, "no candidate has a patch"),
        (RoundStatus::Canceled, "cancelled"),
        (RoundStatus::Expired, "the choice is over"),
        (RoundStatus::Superseded, "a newer round took its place"),
    ] {
        let text = status_comment(&status(state, rows()));
        assert!(text.contains(&format!("### Round 1 · {words}\n")) && !text.contains("- [ ]"), "{text}");
    }
}

#[test]
fn a_round_of_many_candidates_fits() {
    let many = (0..256).map(|n| row(n, &"m".repeat(60), Outcome::Failed("x".repeat(500)))).collect();
    let text = status_comment(&status(RoundStatus::Running, many));
    assert!(text.len() <= MAX_COMMENT_BYTES && text.contains("more candidates not shown here"), "{}", text.len());
}

#[test]
fn candidate_with_evidence() {
    let mut view = candidate(vec![
        diff("src/lib.rs", " fn max(list: &[u8]) {\n-    list[0]\n+    list.first()\n"),
        diff("package.json", "-1\n+2\n"),
    ]);
    view.warnings = vec!["package.json is run by tools".into()];
    view.compare_url = Some(URL.into());
    assert_snapshot!(candidate_comment(&view));
}

#[test]
fn f113_a_diff_cannot_leave_its_fence() {
    let body = format!("+{}\n+</details>\n+<img src=x>\n+@org/team\n", "`".repeat(30));
    let view = candidate(vec![diff("README.md", &body)]);
    let text = candidate_comment(&view);
    assert_eq!(page(&text).blocks, [view.files[0].patch.clone()]);
    assert_snapshot!(text);
}

#[test]
fn m36_f114_bidi_is_shown_and_warned() {
    let view = candidate(vec![diff("src/auth.rs", "-if admin {\n+if \u{202E}admin\u{2066} {\r\n")]);
    assert_snapshot!(candidate_comment(&view));
}

#[test]
fn f058_a_long_patch_is_cut_at_a_file_border() {
    let long = |n: usize| "+let x = 1;\n".repeat(n);
    let mut view = candidate((0..30).map(|n| diff(&format!("src/{n:02}.rs"), &long(400))).collect());
    view.compare_url = Some(URL.into());
    let text = candidate_comment(&view);
    assert!(text.len() <= MAX_COMMENT_BYTES && text.len() > MAX_COMMENT_BYTES / 2, "{}", text.len());
    let blocks = page(&text).blocks;
    assert!(blocks.iter().zip(&view.files).all(|(block, file)| *block == file.patch));
    let more = view.files.len() - blocks.len();
    assert!(text.contains(&format!("{more} more files not shown for their length")) && text.contains(URL), "{text}");
    let huge = candidate(vec![file("a.rs", &long(20_000)), diff("b.rs", "+x\n")]);
    let text = candidate_comment(&huge);
    assert!(text.contains("1 more file not shown") && page(&text).blocks.len() == 1 && text.len() <= MAX_COMMENT_BYTES);
    let paths = candidate((0..200).map(|n| diff(&format!("{}{n}", "\u{202E}<".repeat(450)), "+x\n")).collect());
    assert!(candidate_comment(&paths).len() <= MAX_COMMENT_BYTES);
}

#[test]
fn pull_request_and_commit() {
    let view = pull();
    assert_snapshot!(format!("{}\n-----\n{}\n-----\n{}", pull_title(&view), pull_body(&view), commit_message(&view)));
}

#[test]
fn pull_request_without_an_issue() {
    let mut view = pull();
    (view.issue, view.task_title, view.base_moved, view.compare_url) = (None, None, None, None);
    (view.evidence, view.warnings, view.summary) = (Vec::new(), Vec::new(), None);
    view.body = Some("Two words.\nSee @team".into());
    assert_snapshot!(format!("{}\n-----\n{}\n-----\n{}", pull_title(&view), pull_body(&view), commit_message(&view)));
    view.title = Some("My title".into());
    assert_eq!((pull_title(&view).as_str(), commit_message(&view).lines().next()), ("My title", Some("My title")));
}

#[test]
fn a_reply_carries_its_marker() {
    assert_snapshot!(reply(effect(), &Reply::UseOnAnIssue));
}

#[test]
fn replies() {
    let (letter, url) = (Letter::at(1), "https://github.com/o/r/issues/12#issuecomment-1");
    let usd = UsdMicros;
    let until = Timestamp(1_769_868_300_000);
    let prices = Some(Prices { input: usd(3_000_000), output: usd(15_000_000), cached_input: usd(300_000) });
    let model = |alias: &str, default, prices| ModelLine {
        alias: alias.into(),
        label: alias.to_uppercase(),
        provider: "openai",
        default,
        prices,
    };
    let status = TaskStatus {
        round: Some(2),
        url: Some(url.into()),
        running: 1,
        patches: 2,
        money: vec![
            MoneyLine { what: "this round", spent: usd(500_000), set_aside: usd(1_000_000), cap: usd(3_000_000) },
            MoneyLine { what: "you today", spent: usd(4_000_000), set_aside: usd(2_000_000), cap: usd(5_000_000) },
        ],
        counts: vec![("runs of this task", 4, 2_000), ("comments of mine here", 301, 300)],
        expires_at: Some(until),
        renewed: true,
    };
    let all = [
        Reply::Help,
        Reply::Models(vec![
            model("gpt", true, prices),
            model("llama", false, Some(Prices::FREE)),
            model("new", false, None),
        ]),
        Reply::Models(Vec::new()),
        Reply::Status(status.clone()),
        Reply::Status(TaskStatus { round: None, ..status }),
        Reply::CannotRead(parse_comment("/bakeoff gpt bugdet=2 base=main").remove(0).unwrap_err()),
        Reply::UseOnAnIssue,
        Reply::EditedVoid,
        Reply::RoundRunning { round: 1, url: Some(url.into()) },
        Reply::NoRound,
        Reply::NoSuchCandidate { letter: Letter::at(9), known: vec![Letter::at(0), letter, Letter::at(2)] },
        Reply::NoPatch { letter },
        Reply::StillRunning { letter },
        Reply::NothingToRetry,
        Reply::NothingToCancel,
        Reply::Canceling { runs: 2 },
        Reply::PullOpen { number: 34, url: "https://github.com/o/r/pull/34".into() },
        Reply::PickedFirst { letter, by: "bob".into() },
        Reply::AlreadyMerged { number: 34 },
        Reply::ChoiceExpired,
        Reply::PullClosed { number: 34 },
        Reply::NoRoundOnPull,
        Reply::NameCandidate,
        Reply::BaseGiven,
        Reply::RoundOver { status: RoundStatus::Picked },
        Reply::RoundOver { status: RoundStatus::Merged },
        Reply::RoundOver { status: RoundStatus::Canceled },
        Reply::RoundOver { status: RoundStatus::Superseded },
        Reply::RoundSpent { budget: UsdMicros(3_000_000) },
        Reply::PatchChanged { letter },
        Reply::NoModels,
        Reply::PriceUnknown { alias: "new".into() },
        Reply::TooManyCandidates { asked: 9, max: 8 },
        Reply::BudgetAboveCap { asked: usd(5_000_000), cap: usd(3_000_000) },
        Reply::BudgetTooSmall { asked: usd(1), needed: usd(20_000) },
        Reply::CapReached { whose: "repository", cap: "$20.00 a day".into(), until },
        Reply::CapReached { whose: "person who asked", cap: "5000 runs a day".into(), until },
        Reply::TaskFull { cap: "2000 runs".into() },
        Reply::ThreadFull { cap: 300 },
        Reply::UnknownCheck { name: "test".into() },
        Reply::CheckNotRun { name: "test".into() },
        Reply::FileModelUnknown { alias: "gpt9".into() },
        Reply::RefNotFound { name: "release-9".into() },
        Reply::PathNotFound { path: "crates/none".into() },
        Reply::EmptyRepository,
        Reply::PermissionUnknown,
        Reply::IssueClosed,
        Reply::GivenUp { crashed: true },
        Reply::GivenUp { crashed: false },
        Reply::Failed { reason: "GitHub could not be reached.".into() },
    ];
    assert_snapshot!(all.iter().map(reply_text).collect::<Vec<_>>().join("\n=====\n"));
}
