//! M27 and M28: spellings of paths.

use bakeoff::engine::patch::fold::fold;
use bakeoff::engine::patch::forbidden::Matcher;
use bakeoff::engine::patch::path;
use bakeoff::engine::patch::{Limits, MemoryFiles, RefusalCode, Rules};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::tools::{run, run_with};

/// Spellings of what no patch may touch.
const FORBIDDEN: &[&str] = &[
    ".git",
    ".git/config",
    ".git/hooks/pre-commit",
    "a/.git/config",
    "a/b/.git",
    ".GIT/config",
    ".Git",
    ".gIt/x",
    ".git.",
    ".git..",
    ".git ",
    ".git /config",
    ".git . /config",
    ".g\u{200b}it",
    ".g\u{200c}it",
    ".\u{200d}git",
    ".gi\u{feff}t",
    ".g\u{ad}it",
    ".git\u{202e}",
    "\u{2060}.git",
    ".g\u{fe0f}it",
    ".g\u{e0001}it",
    ".\u{34f}git",
    "\u{ff0e}git",
    ".\u{ff47}\u{ff49}\u{ff54}",
    ".\u{210a}it",
    ".g\u{2139}t",
    ".\u{24d6}\u{24d8}\u{24e3}",
    "\u{2024}git",
    ".g\u{131}t",
    "git~1",
    "GIT~1/config",
    "git~2",
    "a/git~1",
    "Git~10",
    ".git:x",
    ".git::$INDEX_ALLOCATION",
    ".git\\config",
    "a\\.git\\x",
    ".gitmodules",
    "a/.gitmodules",
    ".GITMODULES",
    ".gitmodules.",
    "gitmod~1",
    ".gitattributes",
    "src/.gitattributes",
    ".GitAttributes",
    ".lfsconfig",
    ".LfsConfig",
    ".env",
    "a/.env",
    ".ENV",
    ".env.",
    ".env ",
    ".e\u{200b}nv",
    ".env.local",
    ".env.production",
    ".ENV.Production",
    "a/.env.test",
    ".env/x",
    "\u{ff0e}env",
    "server.key",
    "a/SERVER.KEY",
    "x.Key",
    "x.key.",
    "x.key ",
    "x.\u{212a}ey",
    ".key",
    "x.key/y",
    "app.secret",
    "APP.SECRET",
    "credentials.json",
    "Credentials.yml",
    "a/credentials.toml",
    "CREDENTIALS.JSON",
    "x.pem",
    "X.PEM",
    "a/b/x.pem",
    "x.p12",
    "x.P12",
    "x.pfx",
    "x.PFX",
    "x.\u{ff50}\u{ff46}\u{ff58}",
    "id_rsa",
    "id_rsa.pub",
    "ID_RSA",
    "a/id_rsa_old",
    "id_ed25519",
    "id_ed25519.pub",
    "\u{ff49}d_rsa",
    ".netrc",
    "a/.netrc",
    ".NETRC",
    ".npmrc",
    "a/.npmrc",
    ".NpmRc",
    ".pypirc",
    ".PyPiRc",
    ".git-credentials",
    ".Git-Credentials",
    ".github/workflows/ci.yml",
    ".github/workflows/a/b.yml",
    ".GitHub/Workflows/ci.yml",
    ".GITHUB/WORKFLOWS/CI.YML",
    ".github/workflows",
    ".github./workflows/x.yml",
    ".github/workflows./x.yml",
    ".git\u{200b}hub/workflows/x.yml",
    "github~1/workflows/x.yml",
    ".github\\workflows\\x.yml",
    "./.github/workflows/x.yml",
    ".github//workflows/x.yml",
    ".github/actions/a/action.yml",
    ".GitHub/Actions/a/action.yml",
    ".github/work\u{fb02}ows/x.yml",
    "CODEOWNERS",
    "codeowners",
    ".github/CODEOWNERS",
    "docs/CodeOwners",
    "CODEOWNERS.",
    "\u{ff23}ODEOWNERS",
];

/// What only resembles it.
const ALLOWED: &[&str] = &[
    ".gitignore",
    ".github/ISSUE_TEMPLATE/bug.md",
    ".github/dependabot.yml",
    ".gitkeep",
    "git/config",
    "digit/x",
    ".env.example",
    ".env.sample",
    ".env.template",
    "a/.env.example",
    "env",
    "src/env.rs",
    "environment.yml",
    "keys.rs",
    "key",
    "src/key.rs",
    "monkey",
    "secrets.rs",
    "secret",
    "credentials",
    "src/credential.rs",
    "pem.rs",
    "id_card.rs",
    "src/workflows/x.yml",
    "workflows/x.yml",
    "actions/a.rs",
    "docs/codeowners.md",
    "github/workflows.md",
    "src/gitmodules.rs",
    "netrc",
    "npmrc",
    "x.keys",
    "x.p1",
    "src/codeowners/mod.rs",
];

/// Paths whose form alone is refused.
const BAD_FORM: &[&str] = &[
    "",
    "/",
    "/a",
    "//a",
    "a/",
    "a//b",
    ".",
    "..",
    "./a",
    "a/./b",
    "a/..",
    "../a",
    "a/../b",
    "a/b/..",
    "a\\b",
    "\\a",
    "a:b",
    "C:/x",
    "c:x",
    "a\0b",
    "a\nb",
    "a\rb",
    "a\tb",
    "a\u{1b}b",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{200b}b",
    "a\u{200e}b",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{feff}b",
    "a\u{ad}b",
    "a\u{2028}b",
    "a\u{e0041}b",
    "a.",
    "a./b",
    "a /b",
    "a ",
    "a/b. ",
    "a\u{a0}",
    "...",
    "a/...",
    "a\u{ff0f}..",
    "\u{ff0e}\u{ff0e}/a",
    "a/\u{2025}/b",
    "a\u{ff3c}b",
    "a\u{ff1a}b",
    "a\u{3000}/b",
];

const GOOD_FORM: &[&str] = &[
    "a",
    "a/b",
    "a.b",
    ".a",
    "a b/c d.txt",
    "\u{e9}t\u{e9}.txt",
    "e\u{301}.txt",
    "\u{65e5}\u{672c}/\u{8a9e}.md",
    "a-b_c+d@e#f",
    "[id]/page.tsx",
    "(group)/x",
    "a\"b",
    "a'b",
    "$x",
    "~x",
    "a..b",
    "..a",
    "-x",
    "\u{1f600}.md",
];

#[test]
fn m27_m28_120_spellings() {
    let matcher = Matcher::default();
    for path in FORBIDDEN {
        assert!(matcher.forbids(path).is_some(), "{path:?}");
    }
    for path in ALLOWED {
        assert_eq!(matcher.forbids(path), None, "{path:?}");
    }
    for path in BAD_FORM {
        let refusal = path::check(path, &Limits::default()).expect_err(path);
        assert_eq!(refusal.code, RefusalCode::BadPath, "{path:?}");
    }
    for path in GOOD_FORM {
        assert!(path::check(path, &Limits::default()).is_ok(), "{path:?}");
    }
    assert!(FORBIDDEN.len() + BAD_FORM.len() >= 120, "{}", FORBIDDEN.len());
}

#[test]
fn m27_the_refusal_names_the_pattern_and_the_setting() {
    let refusal = run("`certs/X.KEY`\n```\nx\n```\n", &MemoryFiles::default()).unwrap_err();
    let want = "`certs/X.KEY` may not be touched (pattern `*.key`; only the operator can lift it with \
        `forbidden_paths_except`)";
    assert_eq!(refusal.reason, want);
}

#[test]
fn m27_operators_lift_and_repositories_only_add() {
    let list = |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
    let matcher = Matcher::new(&list(&["infra/**", "*.tf"]), &list(&["tests/*.pem", ".git", "infra/docs", "shared/x"]))
        .with_repository(&list(&["shared"]));
    let table = [
        ("infra/main.c", true),
        ("a/x.TF", true),
        ("infra/docs/x.md", false),
        ("tests/x.pem", false),
        ("other/x.pem", true),
        (".git/config", true),
        ("shared/x", true),
        ("src/x", false),
    ];
    for (path, forbidden) in table {
        assert_eq!(matcher.forbids(path).is_some(), forbidden, "{path}");
    }
}

#[test]
fn the_scope_holds_on_both_sides() {
    let base = MemoryFiles::of([("crates/api/x.rs", "one\n"), ("crates/api2/x.rs", "one\n")]);
    let rules = Rules { scope: Some("crates/api".into()), ..Rules::default() };
    let edit = |path: &str| format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-one\n+two\n");
    assert!(run_with(&edit("crates/api/x.rs"), &base, &rules).is_ok());
    let moved = "diff --git a/crates/api/x.rs b/x.rs\nrename from crates/api/x.rs\nrename to x.rs\n".to_owned();
    for answer in [edit("crates/api2/x.rs"), moved] {
        assert_eq!(run_with(&answer, &base, &rules).unwrap_err().code, RefusalCode::OutsideScope);
    }
}

/// What must never be accepted, said as plainly as possible.
fn is_plainly_bad(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let secret = |part: &&str| {
        let part = part.to_lowercase();
        matches!(part.as_str(), "" | "." | ".." | ".git" | ".gitmodules" | ".env" | ".netrc")
            || part.starts_with("git~")
            || part.starts_with("id_rsa")
            || [".key", ".pem", ".secret"].iter().any(|e| part.ends_with(e))
            || part.contains(['\\', ':', '\0', '\n'])
    };
    let owners = parts.last().is_some_and(|name| name.eq_ignore_ascii_case("codeowners"));
    owners || parts.iter().any(secret) || path.to_lowercase().starts_with(".github/workflows")
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        ".git",
        ".GIT",
        "git~1",
        ".env",
        "x.key",
        "/",
        "/",
        "..",
        ".",
        "\u{200b}",
        "\u{ff47}",
        "\u{131}",
        "\u{130}",
        "k",
        "\u{212a}",
        "\u{17f}",
        ".github",
        "workflows",
        "id_rsa",
        "CODEOWNERS",
        " ",
        "\\",
        ":",
        "\u{ff0f}",
        "\u{2024}",
        "e\u{301}",
        "\u{df}",
        "\u{fb01}",
        "\u{1e9e}",
        "\u{fb03}",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #[test]
    fn m27_m28_accepted_is_safe_in_every_form(pieces in prop::collection::vec(piece(), 1..8)) {
        let path = pieces.concat();
        let matcher = Matcher::default();
        if matcher.forbids(&path).is_none() && path::check(&path, &Limits::default()).is_ok() {
            let forms: Vec<String> = vec![
                path.clone(), path.to_lowercase(), path.to_uppercase(), path.nfc().collect(), path.nfd().collect(),
                path.nfkc().collect(), path.nfkd().collect(), path.nfkc().collect::<String>().to_lowercase(),
                path.to_uppercase().nfkc().collect(), fold(&path),
                path.split('/').map(|p| p.trim_end_matches(['.', ' '])).collect::<Vec<_>>().join("/"),
            ];
            for form in forms {
                prop_assert!(!is_plainly_bad(&form), "{path:?} as {form:?}");
                prop_assert_eq!(matcher.forbids(&form), None, "{:?} as {:?}", path, form);
            }
        }
        prop_assert_eq!(fold(&fold(&path)), fold(&path));
    }
}
