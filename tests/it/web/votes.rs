//! Votes by the buttons of the comparison, and the leaderboard they and the picks make.

use super::visit::Visit;
use super::{fields, page, send, task, task_in};
use crate::support::world::{ADA, REPO, World, right, signing};

/// The form's own field, as a browser sends it when `way` is pressed.
fn pressed(html: &str, run: &str, way: &str) -> Vec<(String, String)> {
    let mark = format!("name=\"run\" value=\"{run}\"");
    let form = html.split("<form class=\"vote\"").find(|form| form.contains(&mark)).unwrap();
    let button = form.split("<button ").find(|button| button.starts_with(&format!("class=\"{way}\""))).unwrap();
    let value = button.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut fields = fields(html, &mark);
    for (_, text) in &mut fields {
        *text = text.replace("&#38;", "&");
    }
    fields.push(("vote".into(), value.into()));
    fields
}

fn run_of(html: &str, letter: &str) -> String {
    let row = html.split("<tr").find(|row| row.contains(&format!(">{letter}</a>"))).unwrap();
    row.split("href=\"/runs/").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_is_cast_shown_pressed_and_taken_back() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    let task = task(&world).await;
    let path = format!("/tasks/{task}/compare?round=1&view=A,B");
    let shown = page(&world, &path).await;
    let run = run_of(&shown, "A");
    let answer = send(&world, &format!("/tasks/{task}/vote"), &world.base, &pressed(&shown, &run, "up")).await;
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!((answer.status().as_u16(), back.as_str()), (303, format!("{path}#candidates").as_str()));
    let shown = page(&world, &path).await;
    assert!(shown.contains("value=\"none\" aria-pressed=\"true\""), "{shown}");
    assert!(shown.contains("For A:</span> 1</button>"), "{shown}");
    // Down takes the place of up; pressed again, nothing is left.
    for (way, up, down) in [("down", 0, 1), ("down", 0, 0)] {
        let form = pressed(&page(&world, &path).await, &run, way);
        assert_eq!(send(&world, &format!("/tasks/{task}/vote"), &world.base, &form).await.status(), 303);
        let shown = page(&world, &path).await;
        assert!(shown.contains(&format!("For A:</span> {up}</button>")), "{shown}");
        assert!(shown.contains(&format!("Against A:</span> {down}</button>")), "{shown}");
    }
    let mut foreign = pressed(&shown, &run, "up");
    assert_eq!(send(&world, &format!("/tasks/{task}/vote"), "https://evil.example", &foreign).await.status(), 403);
    foreign.iter_mut().filter(|(name, _)| name == "back").for_each(|(_, value)| *value = "//evil.example".into());
    let answer = send(&world, &format!("/tasks/{task}/vote"), &world.base, &foreign).await;
    assert!(answer.headers()["location"].to_str().unwrap().starts_with(&format!("/tasks/{task}/compare?round=1#")));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_may_vote_and_is_the_same_person_as_on_github() {
    let world = World::with(signing).await;
    world.hub.create_user("rita");
    world.hub.set_permission(REPO, "rita", "read");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let a = world.candidate(issue, "A").await;
    world.hub.react(REPO, a.id, "rita", "+1");
    let mut rita = Visit::of(&world, "rita").await;
    let task = task_in(&rita.get("/").await.text);
    let path = format!("/tasks/{task}/compare");
    let shown = loop {
        // GitHub tells nobody of a reaction: it is seen at the next look.
        let shown = rita.get(&path).await.text;
        if shown.contains("For A:</span> 1</button>") {
            break shown;
        }
        tokio::task::yield_now().await;
    };
    assert!(shown.contains("value=\"none\" aria-pressed=\"true\""), "her own reaction is pressed: {shown}");
    assert!(!shown.contains("Pick A") && !shown.contains("value=\"add\""), "a reader changes nothing: {shown}");
    let run = run_of(&shown, "A");
    assert_eq!(rita.post(&format!("/tasks/{task}/vote"), &pressed(&shown, &run, "up")).await.status, 303);
    let shown = rita.get(&path).await.text;
    assert!(shown.contains("For A:</span> 0</button>"), "taken back, whichever way it came: {shown}");
    assert!(Visit::of(&world, ADA).await.get(&path).await.text.contains("For A:</span> 0</button>"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaderboard_says_who_is_chosen() {
    let world = World::new().await;
    let empty = page(&world, "/leaderboard").await;
    assert!(empty.contains("No run has ended yet"), "{empty}");
    world.models.script("gemini-model", vec![bakeoff::sim::models::Reply::text("I cannot."); 3]);
    world.models.script("gpt-model", vec![right(), right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude gemini");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    world.status_says(issue, "2 patches").await;
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    world.hub.merge_pull(REPO, pull.number, ADA);
    world.hub.settled().await;
    crate::support::invariants::settle(&world).await;
    let board = page(&world, "/leaderboard").await;
    let row = |model: &str| {
        let found = board.split("<tr>").find(|row| row.contains(&format!("{model} <span")));
        found.unwrap_or_else(|| panic!("no {model} in {board}")).to_owned()
    };
    let (gpt, gemini) = (row("gpt-model"), row("gemini-model"));
    assert!(gpt.contains("data-name=\"picked\">1</td><td class=\"number\" data-name=\"merged\">1</td>"), "{gpt}");
    assert!(gpt.contains("<svg") && gpt.contains("class=\"interval\"") && gpt.contains("1 run: 1 picked"), "{gpt}");
    assert!(gemini.contains("no choice yet") && gemini.contains("1 no usable edit"), "{gemini}");
    assert!(board.find("gpt-model") < board.find("claude-model"), "the strongest first");
    assert!(!board.contains(" style="), "{board}");
    let repo = board.split("/leaderboard?repo_id=").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    assert_eq!(repo, None, "one repository needs no choice");
    let elsewhere = world.http.get(format!("{}/leaderboard?repo_id=x", world.base)).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    world.end().await;
}
