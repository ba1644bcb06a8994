//! What the stories of a conversation share.

use bakeoff::sim::github::{Hub, SeenComment, SeenPull};
use bakeoff::sim::models::Reply;

use crate::support::world::{REPO, World, replace};

/// An answer that changes another place than the right one does.
pub fn goodbye() -> Reply {
    replace("greet.py", "    return \"Bye, \" + name", "    return \"Goodbye, \" + name")
}

/// Waits for a candidate's comment of this round.
pub async fn candidate_of(world: &World, thread: i64, round: i64, letter: &str) -> SeenComment {
    let marks = [format!("### Candidate {letter} "), format!("Round {round} on ")];
    let look = move |hub: &Hub| {
        let mut all = hub.bot_comments(REPO, thread).into_iter();
        let wanted = |c: &SeenComment| c.body.contains("kind=candidate") && marks.iter().all(|m| c.body.contains(m));
        all.rfind(wanted)
    };
    world.hub.wait_for(&format!("candidate {letter} of round {round}"), look).await
}

/// An issue with an open pull request of ours, from candidate A of `gpt`.
pub async fn opened(world: &World) -> (i64, SeenPull) {
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    world.status_says(issue, "is open").await;
    (issue, pull)
}

/// Waits until the pull request has another head than this one.
pub async fn moved_from(world: &World, number: i64, head: &str) -> SeenPull {
    let look = |hub: &Hub| hub.pulls(REPO).into_iter().find(|p| p.number == number && p.head_sha != head);
    world.hub.wait_for("another commit on the pull request", look).await
}
