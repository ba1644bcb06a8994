//! P11: a comparison of four candidates with 5,000 changed lines each, in a real browser: what it sends, how many elements
//! there are, how soon the page stands and whether it ever blocks. Bytes and elements are held; times are only told
//! (`cargo test --test it -- p11_four --nocapture`).

use std::fmt::Write as _;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{runs, tasks};
use bakeoff::domain::ids::TaskId;
use bakeoff::sim::github::Change;
use bakeoff::sim::models::Reply;

use super::chrome::{Chrome, SCREENS};
use crate::support::world::{ADA, REPO, World, patient};

const FILES: usize = 10;
/// Blocks of changed lines in a file, and lines in one: removed and added, 10 × 10 × 25 × 2 = 5,000.
const BLOCKS: usize = 10;
const BLOCK_LINES: usize = 25;
/// From the start of one block to the next.
const PITCH: usize = 60;

fn line(file: usize, n: usize) -> String {
    format!("    total_{n} = measure(order[{n}], rates.get(\"rate-{file}-{n}\"), currency=\"EUR\")  # position {n}")
}

fn source(file: usize) -> String {
    (1..=BLOCKS * PITCH).map(|n| line(file, n) + "\n").collect()
}

/// A unified diff that changes every line of every block, another way for each model.
fn answer(model: &str) -> Reply {
    let mut text = String::from("Every sum is rounded now.\n\n```diff\n");
    for file in 0..FILES {
        let _ = writeln!(text, "--- a/orders/part_{file}.py\n+++ b/orders/part_{file}.py");
        for block in 0..BLOCKS {
            let first = block * PITCH + 20;
            let (start, count) = (first - 3, BLOCK_LINES + 6);
            let _ = writeln!(text, "@@ -{start},{count} +{start},{count} @@");
            for n in first - 3..first {
                let _ = writeln!(text, " {}", line(file, n));
            }
            for n in first..first + BLOCK_LINES {
                let _ = writeln!(text, "-{}", line(file, n));
            }
            for n in first..first + BLOCK_LINES {
                let _ = writeln!(text, "+{}", line(file, n).replace("measure(", &format!("rounded_by_{model}(")));
            }
            for n in first + BLOCK_LINES..first + BLOCK_LINES + 3 {
                let _ = writeln!(text, " {}", line(file, n));
            }
        }
    }
    text.push_str("```\n");
    Reply::text(text)
}

/// Waits for so many patches of the only task, however slow the machine is; the task.
async fn all_ended(world: &World, patches: usize) -> TaskId {
    let mut changes = world.store().run_changes();
    loop {
        let mut conn = world.store().read().await.unwrap();
        if let Some(task) = tasks::list(&mut conn, None, &Page::ALL).await.unwrap().first() {
            let all = runs::list_task(&mut conn, task.id).await.unwrap();
            let failed: Vec<_> = all.iter().filter_map(|run| run.result.error.as_deref()).collect();
            assert_eq!(failed, Vec::<&str>::new());
            if all.iter().filter(|run| run.has_patch()).count() == patches {
                return task.id;
            }
        }
        drop(conn);
        changes.recv().await.ok();
    }
}

/// What the browser took over the wire for this page, in bytes.
const BYTES: &str = "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))\
                     .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";
const NODES: &str = "document.getElementsByTagName('*').length";
/// From the start to the largest paint, and everything beyond 50 ms of each long task, in milliseconds.
const TIMES: &str = "new Promise((tell) => {\
    let paint = 0, blocked = 0;\
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { paint = Math.max(paint, e.startTime); }))\
        .observe({ type: 'largest-contentful-paint', buffered: true });\
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { blocked += Math.max(0, e.duration - 50); }))\
        .observe({ type: 'longtask', buffered: true });\
    setTimeout(() => tell([Math.round(paint), Math.round(blocked)]), 300);\
})";

#[tokio::test(flavor = "multi_thread")]
async fn p11_four_candidates_of_five_thousand_lines_stay_light() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::with(|settings| {
        patient(settings);
        // A machine that is busy with much else may be silent for long.
        settings.pace.model_idle = settings.pace.run_deadline;
    })
    .await;
    let files: Vec<Change> = (0..FILES).map(|n| Change::text(&format!("orders/part_{n}.py"), &source(n))).collect();
    world.hub.push_commit(REPO, "main", &files);
    for alias in ["gpt", "claude", "gemini", "local"] {
        world.models.script(&format!("{alias}-model"), vec![answer(alias)]);
    }
    let issue = world.hub.open_issue(REPO, ADA, "Sums are not rounded", "Round every total in orders/.");
    world.say(issue, "/bakeoff gpt claude gemini local");
    let task = all_ended(&world, 4).await;
    let mut page = chrome.page(SCREENS[0]).await;
    // Once, so that no cold start is measured.
    page.goto(&format!("{}/leaderboard", world.base)).await;
    page.goto(&format!("{}/tasks/{task}/compare", world.base)).await;
    let changed =
        page.find("[...document.querySelectorAll('[data-name=lines]')].map((cell) => cell.textContent)").await;
    assert_eq!(changed, serde_json::json!(["+2500 −2500", "+2500 −2500", "+2500 −2500", "+2500 −2500"]));
    let first = (page.find(BYTES).await, page.find(NODES).await, page.find(TIMES).await);
    page.press("o").await;
    page.until("document.querySelectorAll('a.more').length === 0").await;
    let all = (page.find(BYTES).await, page.find(NODES).await, page.find(TIMES).await);
    let shown = page
        .find("[...document.querySelectorAll('.d ins')].reduce((n, e) => n + e.textContent.split('\\n').length - 1, 0)")
        .await;
    assert_eq!(shown, 4 * 2_500, "every added line is on the page");
    let numbered = "[...document.querySelectorAll('.d')].every((d) => d.querySelector('.g').textContent.trimEnd()\
                    .split('\\n').length === d.querySelector('.x').textContent.trimEnd().split('\\n').length)";
    assert_eq!(page.find(numbered).await, true, "every line has its number");
    // Ten more lines of what lies behind the first block, in place.
    assert_eq!(page.find("document.querySelector('.cell .x').textContent.includes('# position 57\\n')").await, false);
    page.find("[...document.querySelectorAll('.cell .fold')].find((a) => a.textContent === '↓ 10').click()").await;
    page.until("document.querySelector('.cell .x').textContent.includes('# position 57\\n')").await;
    assert_eq!(page.find("document.querySelector('.cell .x').textContent.includes('# position 58\\n')").await, false);
    println!("bytes on the wire | elements | largest paint, ms | blocked, ms");
    for (name, (bytes, nodes, times)) in [("first view", &first), ("everything open", &all)] {
        println!("P11 {name} | {bytes} | {nodes} | {} | {}", times[0], times[1]);
    }
    assert!(first.0.as_u64() <= Some(25_000), "the first view is {} bytes", first.0);
    assert!(all.0.as_u64() <= Some(240_000), "everything is {} bytes", all.0);
    assert!(all.1.as_u64() < Some(8_000), "everything has {} elements", all.1);
    assert_eq!(page.complaints(), Vec::<String>::new());
    chrome.end().await;
    world.end().await;
}
