//! The worked example of docs/api.md, run as it stands: a shell, curl and jq against the program.

use std::process::Stdio;

use super::end;
use crate::support::world::{ADMIN, REPO, World};

/// The `sh` blocks of a page, in order.
fn blocks(page: &str) -> Vec<String> {
    page.split("\n```sh\n").skip(1).filter_map(|part| part.split("\n```").next().map(str::to_owned)).collect()
}

/// Whether a program is there; with `CI=true` it must be.
fn is_there(program: &str) -> bool {
    let found = std::process::Command::new(program).arg("--version").stdout(Stdio::null()).status();
    let there = found.is_ok_and(|status| status.success());
    assert!(there || std::env::var("CI").as_deref() != Ok("true"), "{program} is missing, and nothing may be skipped");
    there
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_example_opens_a_pull_request() {
    if !["bash", "curl", "jq"].into_iter().all(is_there) {
        eprintln!("note: bash, curl or jq is missing; the worked example is not run");
        return;
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md")).unwrap();
    let [script] = blocks(&page).try_into().expect("one block");
    let world = World::new().await;
    let run = tokio::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .env("BAKEOFF_URL", &world.base)
        .env("BAKEOFF_ADMIN_TOKEN", ADMIN)
        .env("REPO_URL", format!("{}/{REPO}", world.hub.url().trim_end_matches('/')))
        .env("no_proxy", "127.0.0.1")
        .kill_on_drop(true)
        .output();
    let done = tokio::time::timeout(std::time::Duration::from_mins(1), run).await.expect("it hangs").unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.contains("\"status\":\"succeeded\"")).count(), 4, "{said}");
    assert_eq!(lines.last().copied(), Some(world.pull().await.url.as_str()), "{said}");
    end(world).await;
}
