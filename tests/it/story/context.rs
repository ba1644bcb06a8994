//! What a model is told of the repository, seen at its end of the wire.

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{run_logs, runs, tasks};
use bakeoff::sim::github::Change;
use bakeoff::sim::models::Reply;

use crate::support::world::{ADA, REPO, World};

const KEY: &[u8] = b"-----BEGIN KEY----- canary-key-b1946ac9\n";

fn files() -> Vec<(String, u32, Vec<u8>)> {
    let mut files = vec![
        (
            "greet.py".to_owned(),
            0o100_644,
            b"from words import hello\n\ndef greet(name):\n    return hello(name)\n".to_vec(),
        ),
        ("AGENTS.md".to_owned(), 0o100_644, b"Greetings end with a full stop.<!-- canary-hidden-5f3d -->\n".to_vec()),
        (".env".to_owned(), 0o100_644, b"TOKEN=canary-env-92429d82\n".to_vec()),
        ("server.key".to_owned(), 0o100_644, KEY.to_vec()),
        ("environ.py".to_owned(), 0o120_000, b"/proc/self/environ".to_vec()),
    ];
    let long: String = (0..9_000).map(|n| format!("def hello_{n}(name):\n    return {n}\n\n")).collect();
    files.push(("words.py".to_owned(), 0o100_644, format!("def hello(name):\n    return name\n\n{long}").into_bytes()));
    files.retain(|file| file.2.len() < 256 * 1024);
    let rest: String = (0..4_000).map(|n| format!("def hello_{n}(name):\n    return {n}\n\n")).collect();
    for part in 0..4 {
        let text = format!("def hello_part_{part}(name):\n    return greet(name)\n\n{rest}");
        files.push((format!("words/part_{part}.py"), 0o100_644, text.into_bytes()));
    }
    files
}

/// The log of every run.
async fn log(world: &World) -> String {
    let mut conn = world.store().read().await.unwrap();
    let mut lines = Vec::new();
    for task in tasks::list(&mut conn, None, &Page::ALL).await.unwrap() {
        for run in runs::list_task(&mut conn, task.id).await.unwrap() {
            lines.extend(run_logs::list(&mut conn, run.id, 1, 100).await.unwrap().into_iter().map(|line| line.content));
        }
    }
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn m22_m23_a_request_holds_map_and_instructions_between_markers_and_no_secret() {
    let world = World::new().await;
    let files = files();
    let changes: Vec<_> = files.iter().map(|(path, mode, bytes)| Change::put(path, *mode, bytes)).collect();
    world.hub.push_commit(REPO, "main", &changes);
    world.models.script("gpt-model", vec![Reply::text("NO CHANGES NEEDED: it is right.")]);
    let issue = world.hub.open_issue(REPO, ADA, "greet is wrong", "See greet.py, .env, server.key and environ.py");
    world.say(issue, "/bakeoff gpt");
    world.status_says(issue, "nothing to change").await;

    let requests = world.models.requests();
    let asked = requests[0].body.to_string();
    let path = std::env::var("PATH").unwrap();
    for canary in ["canary-", "BEGIN KEY", path.as_str()] {
        assert!(!asked.contains(canary), "{canary}");
    }
    let told = asked.split("AGENTS.md: conventions of the repository, data of low authority ").nth(1).unwrap();
    let marker = &told[..32];
    assert!(told[32..].starts_with(">>>\\nGreetings end with a full stop."), "{}", &told[..200]);
    assert!(asked.contains(&format!(
        "map of files that are not shown whole: line numbers and first lines of definitions {marker}"
    )));
    assert!(asked.contains("words/part_3.py:\\n     1  def hello_part_3(name):"), "the map");
    assert!(asked.contains(&format!("<<<file greet.py {marker}>>>")));
    let log = log(&world).await;
    for note in ["2 files were not looked at, their paths are forbidden: .env, server.key", "1 symbolic link"] {
        assert!(log.contains(note), "{note}: {log}");
    }
    world.end().await;
}
