//! Pages as a browser gets them.

use crate::support::world::{REPO, World};

async fn page(world: &World, path: &str) -> String {
    let url = format!("{}{path}", world.base);
    world.http.get(url).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_says_which_candidate_was_chosen() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    let home = page(&world, "/").await;
    let path =
        home.split("href=\"").find(|part| part.starts_with("/tasks/")).unwrap().split('"').next().unwrap().to_owned();
    let before = page(&world, &path).await;
    assert!(before.contains("Pick B") && !before.contains("chosen"), "{before}");
    world.say(issue, "/bakeoff pick B");
    let pull = world.pull().await;
    world.status_says(issue, &format!("#{}", pull.number)).await;
    let after = page(&world, &path).await;
    assert!(after.contains("from candidate B is open"), "{after}");
    assert!(
        after.contains("<tr class=\"chosen\"><th scope=\"row\"><a class=\"letter\"") && after.contains(">B</a>"),
        "{after}"
    );
    assert!(!after.contains("Pick A"), "one pull request at a time: {REPO}");
    world.end().await;
}
