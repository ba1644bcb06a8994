//! The stand-in for GitHub over its real wire: plain HTTP and the real git.

mod comments;
mod credentials;
mod deliveries;
mod faults;
mod git;
mod limits;
mod ours;
mod pulls;
mod repos;
mod sign_in;
mod wire;

use bakeoff::sim::github::FakeGithub;

const REPO: &str = "octo/hello";

/// A world with people of each kind, `octo/hello` with the App installed, and issue 1.
async fn world() -> FakeGithub {
    let hub = FakeGithub::start().await.unwrap();
    let files: [(&str, u32, &[u8]); 3] = [
        ("README.md", 0o100_644, b"hello\n"),
        ("run.sh", 0o100_755, b"#!/bin/sh\n"),
        ("src/lib.rs", 0o100_644, b"fn f() {}\n"),
    ];
    hub.create_repo(REPO, &files);
    for (login, role) in [("ada", "admin"), ("mo", "maintain"), ("will", "write"), ("tri", "triage"), ("rea", "read")] {
        hub.create_user(login);
        hub.set_permission(REPO, login, role);
    }
    hub.create_user("stranger");
    hub.install_app(REPO);
    hub.open_issue(REPO, "ada", "It is broken", "Please mend it.");
    hub.settled().await;
    hub
}
