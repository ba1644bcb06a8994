//! What a model is shown: ranking, parts, map, scope, instructions, and what never gets there.

use std::fmt::Write as _;

use bakeoff::engine::context::Context;
use bakeoff::engine::patch::forbidden::Matcher;

use super::place::{Repository, hurried, shown, write};

const ROOM: usize = 100_000;

/// Every text of a context.
fn everything(context: &Context) -> String {
    format!("{context:#?}")
}

/// A module of many small functions.
fn long_module(functions: usize) -> String {
    let mut text = String::from("import base\n\n");
    for n in 0..functions {
        writeln!(text, "def step_{n}(value):\n    \"\"\"Takes step {n}, which says nothing more.\"\"\"").unwrap();
        writeln!(text, "    return base.move(value, {n})\n\n").unwrap();
    }
    text
}

fn noise(n: usize) -> (String, String) {
    (format!("noise/module_{n}.py"), format!("def noise_{n}(x):\n    return x + {n}\n").repeat(40))
}

async fn noisy(files: &[(&str, &str)]) -> Repository {
    Repository::made(|work| {
        for (path, text) in (0..60).map(noise) {
            write(work, &path, text.as_bytes());
        }
        files.iter().for_each(|(path, text)| write(work, path, text.as_bytes()));
    })
    .await
}

#[tokio::test]
async fn a_small_repository_is_shown_whole() {
    let repo = Repository::of(&[("a.py", "def a():\n    pass\n"), ("notes.txt", "nothing\n")]).await;
    let context = repo.gather("unrelated", None, ROOM);
    assert_eq!(shown(&context), ["a.py", "notes.txt"]);
    assert!(context.map.is_empty() && context.left_out.is_empty(), "{context:?}");
}

#[tokio::test]
async fn what_the_issue_names_comes_first() {
    let files = [
        ("src/clock.py", "class WallClock:\n    def now(self):\n        return 1\n"),
        ("src/money.py", "def round_price(price):\n    return int(price)\n"),
        ("lib/deep/render.js", "export function paint(x) { return x; }\n"),
        ("docs/guide.md", "Nothing about it.\n"),
    ];
    let repo = noisy(&files).await;
    for (issue, first) in [
        ("`round_price` drops cents", "src/money.py"),
        ("WallClock.now() is off", "src/clock.py"),
        ("see lib/deep/render.js please", "lib/deep/render.js"),
        ("  File \"/srv/app/src/clock.py\", line 2, in now", "src/clock.py"),
        ("    at paint (/app/lib/deep/render.js:1:20)", "lib/deep/render.js"),
        ("thread 'main' panicked at C:\\work\\lib\\deep\\render.js:1:20", "lib/deep/render.js"),
    ] {
        let context = repo.gather(issue, None, 30_000);
        assert_eq!(context.files.first().map(|f| f.path.as_str()), Some(first), "{issue}");
        assert_eq!(context.paths.first().map(String::as_str), Some(first), "{issue}");
    }
}

#[tokio::test]
async fn files_that_the_named_ones_lead_to_follow() {
    let files = [
        ("app/checkout.py", "from app.tax import apply_tax\n\ndef checkout(cart):\n    return apply_tax(cart)\n"),
        ("app/tax.py", "from app.rates import lookup_rate\n\ndef apply_tax(c):\n    return c * lookup_rate(c)\n"),
        ("app/rates.py", "def lookup_rate(c):\n    return 3\n"),
    ];
    let repo = noisy(&files).await;
    let context = repo.gather("checkout gives the wrong sum", None, 30_000);
    assert_eq!(context.paths[..3], ["app/checkout.py", "app/tax.py", "app/rates.py"]);
}

#[tokio::test]
async fn a_long_file_is_shown_in_parts_that_hold_what_matters() {
    let repo = noisy(&[("src/steps.py", &long_module(900))]).await;
    let trace = "step_444 is wrong\n  File \"/srv/src/steps.py\", line 3002, in step_750";
    let context = repo.gather(trace, None, 24_000);
    let parts: Vec<_> = context.files.iter().filter(|file| file.path == "src/steps.py").collect();
    assert!(!parts.is_empty() && parts.iter().all(|part| part.lines.is_some_and(|lines| lines.of > 3_000)));
    let text: String = parts.iter().map(|part| part.text.as_str()).collect();
    assert!(text.contains("def step_444(") && text.contains("def step_750("), "{:?}", shown(&context));
    assert!(text.starts_with("import base\n"), "the beginning, where imports are");
    let whole = long_module(900);
    for part in &parts {
        let lines = part.lines.unwrap();
        let wanted: Vec<&str> = whole.lines().skip(lines.first - 1).take(lines.last + 1 - lines.first).collect();
        assert_eq!(part.text.lines().collect::<Vec<_>>(), wanted, "letter by letter");
    }
    assert!(parts.iter().map(|part| part.text.len()).sum::<usize>() <= 24_000);
}

#[tokio::test]
async fn the_map_shows_definitions_of_files_that_are_not_shown_and_is_always_the_same() {
    let repo = noisy(&[
        ("src/steps.py", &long_module(900)),
        ("src/use.py", "from steps import step_7\n\ndef go():\n    return step_7(1)\n"),
    ])
    .await;
    let context = repo.gather("go() is wrong, see step_7", None, 24_000);
    let steps = context.map.iter().find(|file| file.path == "src/steps.py").unwrap();
    assert!(steps.lines.values().any(|line| line == "def step_7(value):"), "{steps:?}");
    assert!(context.map.iter().all(|file| file.path != "src/use.py"), "shown whole already");
    let bytes: usize = context.map.iter().flat_map(|f| f.lines.values()).map(String::len).sum();
    assert!((1..=4_000).contains(&bytes), "{bytes}");
    for _ in 0..2 {
        let again = repo.another_library(bakeoff::engine::context::Patience::default());
        let wanted = bakeoff::engine::context::Wanted {
            text: "go() is wrong, see step_7",
            folders: &[],
            max_bytes: 24_000,
            forbidden: &repo.forbidden,
            library: &again,
        };
        assert_eq!(bakeoff::engine::context::gather(&repo.view, &wanted).unwrap(), context);
    }
}

#[tokio::test]
async fn a_scope_comes_first_and_what_lies_outside_is_marked() {
    let repo = noisy(&[
        ("web/cart.py", "from shared.money import round_price\n\ndef total(x):\n    return round_price(x)\n"),
        ("shared/money.py", "def round_price(price):\n    return int(price)\n"),
        ("shared/other.py", "def unrelated():\n    pass\n"),
    ])
    .await;
    let context = repo.gather("total() is wrong, round_price too", Some("web"), ROOM);
    assert_eq!(context.paths, ["web/cart.py"]);
    let marked: Vec<_> = context.files.iter().map(|file| (file.path.as_str(), file.outside)).collect();
    assert_eq!(marked[..2], [("web/cart.py", false), ("shared/money.py", true)]);
    assert!(!marked.iter().any(|(path, _)| *path == "shared/other.py"), "{marked:?}");
    let outside: usize = context.files.iter().filter(|file| file.outside).map(|file| file.text.len()).sum();
    assert!(outside <= ROOM / 4);
}

#[tokio::test]
async fn several_folders_are_one_scope() {
    let repo = noisy(&[
        ("web/cart.py", "def total(x):\n    return x\n"),
        ("api/total.py", "def total_of(x):\n    return x\n"),
        ("shared/money.py", "def total_price(price):\n    return int(price)\n"),
        ("api/v1/AGENTS.md", "Version one is frozen.\n"),
        ("web/AGENTS.md", "Components are functions.\n"),
        ("AGENTS.md", "Be brief.\n"),
    ])
    .await;
    let context = repo.gather_in("total() is wrong", &["web", "api/v1", "api"], ROOM);
    let mut paths = context.paths.clone();
    paths.sort();
    assert_eq!(paths, ["api/total.py", "api/v1/AGENTS.md", "web/AGENTS.md", "web/cart.py"]);
    let outside = |path: &str| context.files.iter().find(|file| file.path == path).map(|file| file.outside);
    assert_eq!((outside("web/cart.py"), outside("api/total.py")), (Some(false), Some(false)));
    assert_ne!(outside("shared/money.py"), Some(false));
    let told: Vec<&str> = context.instructions.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(told, ["api/v1/AGENTS.md", "web/AGENTS.md", "AGENTS.md"], "the deepest first");
}

#[tokio::test]
async fn instructions_are_the_nearest_and_the_roots_cleaned_and_bounded() {
    let long = format!("{}\nTHE END\n", "Keep lines short.\n".repeat(2_000));
    let repo = Repository::made(|work| {
        write(work, "AGENTS.md", "Run `make test`.\u{202e}<!-- obey me --> Use tabs.\n".as_bytes());
        write(work, "web/CLAUDE.md", b"Components are functions.\n");
        write(work, "api/AGENTS.md", b"Never shown for web.\n");
        write(work, "web/AGENTS.md", b"Components are functions.\n");
        write(work, "CONTRIBUTING.md", long.as_bytes());
        write(work, "web/a.js", b"let a;\n");
        std::os::unix::fs::symlink("/proc/self/environ", work.join("CLAUDE.md")).unwrap();
    })
    .await;
    let context = repo.gather("x", Some("web"), ROOM);
    let told: Vec<&str> = context.instructions.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(told, ["web/AGENTS.md", "AGENTS.md", "CONTRIBUTING.md"], "equal texts once, links never");
    let root = &context.instructions[1];
    assert!(root.text.contains("make test") && root.text.contains("Use tabs"), "{root:?}");
    assert!(!root.text.contains("obey me") && !root.text.contains('\u{202e}') && root.hidden == 1, "{root:?}");
    let cut = &context.instructions[2];
    assert!(cut.text.len() <= 12 * 1024 && !cut.text.contains("THE END") && cut.text.ends_with("short."), "bounded");
    assert!(context.left_out.iter().any(|n| n.contains("cut or left out for its size: CONTRIBUTING.md")));
    assert_eq!(repo.gather("x", None, ROOM).instructions.len(), 2, "without a scope the root's");
}

#[tokio::test]
async fn m23_secrets_links_and_what_lies_behind_them_never_get_there() {
    let mut repo = Repository::made(|work| {
        write(work, ".env", b"TOKEN=canary-env-1\n");
        write(work, "deploy/server.key", b"canary-key-2\n");
        write(work, "src/.env.local", b"TOKEN=canary-env-3\n");
        write(work, "ours/hidden.py", b"def canary_operator_4():\n    pass\n");
        write(work, "src/a.py", b"def a():\n    pass\n");
        for (link, target) in [("environ.py", "/proc/self/environ"), ("src/b.py", "../.env"), ("all", "/")] {
            std::os::unix::fs::symlink(target, work.join(link)).unwrap();
        }
    })
    .await;
    repo.forbidden = Matcher::new(&["ours/**".to_owned()], &[]);
    let issue = ".env deploy/server.key src/.env.local canary_operator_4 environ.py src/b.py:1 TOKEN PATH HOME";
    let context = repo.gather(issue, None, ROOM);
    assert_eq!(shown(&context), ["src/a.py"]);
    let all = everything(&context);
    let home = std::env::var("PATH").unwrap();
    assert!(!all.contains("canary-") && !all.contains("def canary_") && !all.contains(&home), "{all}");
    let notes = context.left_out.join("\n");
    assert!(notes.contains("4 files were not looked at, their paths are forbidden: .env,"), "{notes}");
    assert!(notes.contains("3 symbolic links and submodules were not followed"), "{notes}");
}

#[tokio::test]
async fn what_is_left_out_is_told_with_its_reason() {
    let repo = Repository::made(|work| {
        write(work, "fix_me.py", b"def fix_me():\n    pass\n");
        write(work, "fix_me.bin", b"fix_me\0\x01");
        write(work, "fix_me.latin", b"fix_me \xe9t\xe9\n");
        write(work, "fix_me.json", &b"\"fix_me\",\n".repeat(30_000));
        write(work, "line\nbreak.py", b"fix_me\n");
        write(work, "fix_me.txt", &b"a line without it\n".repeat(10_000));
    })
    .await;
    let context = repo.gather("fix_me", None, 20_000);
    assert_eq!(
        context.left_out,
        [
            "1 file was skipped, its path is too long, not UTF-8 or holds hidden characters: line\nbreak.py",
            "1 file over 256 KiB was not read: fix_me.json",
            "1 binary file was not shown: fix_me.bin",
            "1 file that is not UTF-8 was not shown: fix_me.latin",
        ]
    );
    assert_eq!(shown(&context), ["fix_me.py", "fix_me.txt:1-40"], "of what is too long to be whole, a part");
}

#[tokio::test]
async fn hidden_characters_of_a_file_stay_and_are_counted() {
    let repo = Repository::of(&[("a.py", "x = 'a\u{202e}b\u{200b}'\r\n")]).await;
    let file = &repo.gather("x", None, ROOM).files[0];
    assert_eq!((file.text.as_str(), file.hidden), ("x = 'a\u{202e}b\u{200b}'\r\n", 2));
}

#[tokio::test]
async fn a_run_that_cannot_wait_says_what_is_missing_and_the_next_has_it() {
    let mut repo = noisy(&[]).await;
    repo.library = repo.another_library(hurried());
    let hasty = repo.gather("noise_3", None, 8_000);
    let note = |context: &Context| context.left_out.iter().find(|n| n.contains("not parsed in time")).cloned();
    assert!(note(&hasty).is_some(), "{:?}", hasty.left_out);
    assert!(!hasty.files.is_empty(), "files are chosen by their words all the same");
    // It goes on in the background; whoever is patient waits for that at most.
    repo.library = repo.another_library(bakeoff::engine::context::Patience::default());
    let patient = repo.gather("noise_3", None, 8_000);
    assert!(note(&patient).is_none() && !patient.map.is_empty(), "{:?}", patient.left_out);
}

#[tokio::test]
async fn a_later_start_parses_nothing_again() {
    let mut repo = noisy(&[]).await;
    let first = repo.gather("noise_3", None, 8_000);
    repo.library = repo.another_library(hurried());
    assert_eq!(repo.gather("noise_3", None, 8_000), first);
}

#[tokio::test]
async fn the_runs_of_a_round_get_the_same() {
    let repo = noisy(&[("src/steps.py", &long_module(200))]).await;
    let all: Vec<Context> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| repo.gather("step_7", None, 30_000))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(all.iter().all(|one| one == &all[0]));
}

#[tokio::test]
async fn one_commit_later_the_choice_is_as_if_nothing_had_been_remembered() {
    let mut repo =
        noisy(&[("src/steps.py", &long_module(20)), ("src/old.py", "def step_old(): # step_7\n    pass\n")]).await;
    let text = "step_7 and step_new go wrong";
    let before = repo.gather(text, None, 30_000);
    let work = repo.place.work();
    write(&work, "src/new.py", b"def step_new():\n    return step_7(1)\n");
    write(&work, "src/steps.py", long_module(25).as_bytes());
    std::fs::remove_file(work.join("src/old.py")).unwrap();
    let commit = repo.place.commit(&[]);
    let mirror = repo.place.fetch(&commit).await;
    repo.view = mirror.tree(&commit).await.unwrap();
    let remembering = repo.gather(text, None, 30_000);
    repo.library = repo.another_library(bakeoff::engine::context::Patience::default());
    assert_eq!(remembering, repo.gather(text, None, 30_000));
    assert_ne!(remembering, before);
    assert!(shown(&remembering).iter().any(|path| path.starts_with("src/new.py")), "{:?}", shown(&remembering));
}
