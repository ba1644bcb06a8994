//! A round started, stopped and asked again by the forms of the pages.

use std::time::Duration;

use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::tasks;
use bakeoff::domain::money::UsdMicros;
use bakeoff::sim::models::{Fault, Reply};

use super::{fields, page, send, task};
use crate::support::world::{World, patient, right};

/// The page once it holds `text`.
async fn page_with(world: &World, path: &str, text: &str) -> String {
    let look = async {
        loop {
            let shown = page(world, path).await;
            if shown.contains(text) {
                return shown;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), look).await.unwrap_or_else(|_| panic!("{path} never held {text}"))
}

/// The form behind the button with `more` filled in.
fn filled(html: &str, mark: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut form = fields(html, mark);
    form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    form
}

/// The start form of the home page with everything needed.
async fn start_form(world: &World, instruction: &str) -> Vec<(String, String)> {
    let home = page(world, "/").await;
    let first =
        |mark: &str| home.split(mark).nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let (repo, model) = (first("name=\"repo\""), first("name=\"model\""));
    filled(
        &home,
        "action=\"/start\"",
        &[("repo", repo), ("base_ref", ""), ("instruction", instruction), ("model", model)],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_started_by_hand_and_leads_to_a_candidate() {
    let world = World::new().await;
    // The App's first word makes the repository known.
    world.say(world.issue(), "/bakeoff help");
    page_with(&world, "/", "name=\"repo\"").await;
    let form = start_form(&world, "Spell the greeting right.\nIt is in greet.py.").await;
    let answer = send(&world, "/start", &world.base, &form).await;
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(answer.status(), 303);
    assert!(place.starts_with("/tasks/"), "{place}");
    let shown = page_with(&world, &place, "Compare 1 candidate").await;
    assert!(shown.contains("Spell the greeting right."), "{shown}");
    for (name, value, says) in [
        ("instruction", " ", "Say what is to be done."),
        ("model", "", "Model not found"),
        ("repo", "x", "no such repository"),
        ("base_ref", "no-such-branch", "Ref not found: no-such-branch"),
    ] {
        let mut wrong = start_form(&world, "Again").await;
        wrong.iter_mut().filter(|(field, _)| field == name).for_each(|(_, text)| *text = value.into());
        let answer = send(&world, "/start", &world.base, &wrong).await;
        assert!(answer.status().is_client_error(), "{name}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(says), "{name}: {text}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_hits_a_cap_leaves_nothing() {
    let world = World::with(|settings| settings.budget_day = UsdMicros(1)).await;
    world.say(world.issue(), "/bakeoff help");
    page_with(&world, "/", "name=\"repo\"").await;
    let answer = send(&world, "/start", &world.base, &start_form(&world, "Spell it right.").await).await;
    assert_eq!(answer.status(), 409);
    let text = answer.text().await.unwrap();
    assert!(text.contains("Not started"), "{text}");
    let left = tasks::list(&mut world.store().read().await.unwrap(), None, &Page::ALL).await.unwrap();
    assert!(left.iter().all(|task| task.issue.is_some()), "a task without a round is left: {left:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_stopped_and_asked_again_from_the_comparison() {
    let world = World::with(patient).await;
    world.models.script("gpt-model", vec![Reply::fault(Fault::SilenceAfterHeaders), right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "B").await;
    let task = task(&world).await;
    let (compare, act) = (format!("/tasks/{task}/compare"), format!("/tasks/{task}/act"));
    let shown = page_with(&world, &compare, "value=\"cancel\"").await;
    let stop = filled(&shown, "value=\"cancel\"", &[("letter", "A")]);
    let answer = send(&world, &act, &world.base, &stop).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let shown = page_with(&world, &compare, "value=\"retry\"").await;
    assert!(shown.contains("cancelled"), "{shown}");
    let retry = filled(&shown, "value=\"retry\"", &[("letter", "A")]);
    assert_eq!(send(&world, &act, &world.base, &retry).await.status(), 303);
    world.candidate(issue, "A").await;
    let again = send(&world, &act, &world.base, &stop).await;
    assert_eq!(again.status(), 409, "there is nothing left to stop");
    world.end().await;
}
