//! M23, M24: what may not be seen is in no request, whatever a model asks for.

use std::os::unix::fs::symlink;
use std::path::Path;

use bakeoff::engine::patch::Rules;
use bakeoff::engine::patch::forbidden::Matcher;
use bakeoff::sim::models::Reply;
use serde_json::json;

use super::bench::{Bench, FILES, WIRES, call};

const CANARY: &str = "canary-9f2c41d7";

pub fn secrets(work: &Path) {
    std::fs::write(work.join(".env"), format!("TOKEN={CANARY}-env\n")).unwrap();
    std::fs::write(work.join("server.key"), format!("{CANARY}-key\n")).unwrap();
    std::fs::create_dir_all(work.join("private/deep")).unwrap();
    std::fs::write(work.join("private/deep/plan.txt"), format!("{CANARY}-private\n")).unwrap();
    std::fs::write(work.join("big.txt"), format!("{CANARY}-big\n").repeat(20_000)).unwrap();
    std::fs::write(work.join("binary.bin"), format!("\0{CANARY}-binary")).unwrap();
    symlink("/proc/self/environ", work.join("environ")).unwrap();
    symlink(".env", work.join("innocent.txt")).unwrap();
    symlink("private", work.join("public")).unwrap();
}

/// The rules of an operator who forbids a folder more.
pub fn rules() -> Rules {
    Rules { forbidden: Matcher::new(&["private/**".to_owned()], &[]), ..Rules::default() }
}

#[tokio::test]
async fn m23_m24_secrets_never_reach_a_request() {
    let paths = [
        ".env",
        "./.env",
        "/.env",
        ".ENV",
        "src/../.env",
        "server.key",
        "SERVER.KEY",
        "private/deep/plan.txt",
        "private/deep",
        "private",
        "public/deep/plan.txt",
        "environ",
        "innocent.txt",
        "/proc/self/environ",
        "big.txt",
        "../../../../etc/passwd",
        "binary.bin",
        ".git/config",
        "",
    ];
    for wire in WIRES {
        let bench = Bench::of(FILES, secrets).await;
        let mut all = Reply::text("");
        for path in paths {
            all = all.call("read", json!({"path": path})).call("list", json!({"path": path, "recursive": true}));
            all = all.call("search", json!({"pattern": ".", "path": path, "files": "**"}));
            all = all.call("edit", json!({"path": path, "old": "canary", "new": "x"}));
            all = all.call("edit", json!({"path": path, "old": "wrong line\nanother", "new": "x"}));
        }
        let more = Reply::text("")
            .call("search", json!({"pattern": "canary"}))
            .call("search", json!({"pattern": "TOKEN|PATH=|root:", "ignore_case": true}))
            .call("list", json!({"recursive": true}))
            .call("apply_patch", json!({"patch": "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-TOKEN=x\n+TOKEN=y\n"}))
            .call("create", json!({"path": "copy/.env", "content": "x"}))
            .call("delete", json!({"path": "server.key"}));
        let replies = vec![all, more, call("finish", json!({"summary": "Nothing."}))];
        let (report, _) = bench.run_as(wire, replies, |agent| agent.rules = rules()).await;
        assert!(super::bench::patch(&report).patch.is_empty());
        let sent = bench.sent();
        assert_eq!(sent.len(), 3, "{wire:?}");
        for body in &sent {
            for secret in ["9f2c41d7", "CARGO_MANIFEST_DIR", "root:x", "[core]", "plan.txt (", "\\nserver.key"] {
                assert!(!body.contains(secret), "{wire:?}: {secret}");
            }
        }
        assert!(sent[1].contains("is a link, which is not followed") && sent[1].contains("may not be looked at"));
        assert!(sent[1].contains("files over 262144 are not shown") && sent[2].contains("no match in"), "{}", sent[2]);
    }
}
