//! Lines between the hunks, unfolded by links alone.

use bakeoff::sim::github::Change;

use super::{page, task};
use crate::support::world::{REPO, World, replace};

/// Where the first link of this text leads.
fn link(html: &str, text: &str) -> String {
    let found = html.split("<a class=\"fold\" href=\"").skip(1).find(|part| {
        let shown = part.split('>').nth(1).unwrap_or_default();
        shown.starts_with(text)
    });
    let link = found.unwrap_or_else(|| panic!("no link {text} in {html}")).split(['"', '#']).next().unwrap();
    link.replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn folds_open_ten_lines_at_a_time_without_script() {
    let world = World::new().await;
    let text: String = (1..=80).map(|n| format!("line_{n} = {n}\n")).collect();
    world.hub.push_commit(REPO, "main", &[Change::text("numbers.py", &text)]);
    world.models.script("gpt-model", vec![replace("numbers.py", "line_40 = 40\n", "line_40 = 41\n")]);
    let issue = world.hub.open_issue(REPO, "ada", "numbers.py is wrong", "line_40 in numbers.py should be 41");
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let task = task(&world).await;
    let mut shown = page(&world, &format!("/tasks/{task}/compare")).await;
    let has = |html: &str, n: usize| html.contains(&format!("-R{n}\" href="));
    assert!(has(&shown, 37) && has(&shown, 43) && !has(&shown, 36) && !has(&shown, 44), "{shown}");
    for (text, first, last) in
        [("↑ 10", 27, 43), ("↓ 10", 27, 53), ("26 unchanged lines", 1, 53), ("whole file", 1, 80)]
    {
        shown = page(&world, &link(&shown, text)).await;
        assert!(has(&shown, first) && has(&shown, last), "{text}: {shown}");
        assert!(first == 1 || !has(&shown, first - 1), "{text}: {shown}");
        assert!(last == 80 || !has(&shown, last + 1), "{text}: {shown}");
    }
    assert!(!shown.contains("class=\"fold\""), "nothing is folded any more: {shown}");
    world.end().await;
}
