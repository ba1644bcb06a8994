//! `.github/bakeoff.yml` at work, key by key.

mod pulls;
mod rights;
mod rounds;
mod shown;
mod told;

use bakeoff::sim::github::{Change, Hub};

use crate::support::world::{REPO, World};

pub const FILE: &str = ".github/bakeoff.yml";

/// Somebody commits this file to the default branch.
pub fn write(world: &World, text: &str) {
    world.hub.push_commit(REPO, "main", &[Change::text(FILE, text)]);
}

/// A world whose repository has this file.
pub async fn with_file(text: &str) -> World {
    let world = World::new().await;
    write(&world, text);
    world
}

pub fn reply_with(text: &'static str, issue: i64) -> impl Fn(&Hub) -> Option<String> {
    move |hub| {
        let all = hub.bot_comments(REPO, issue).into_iter();
        all.map(|c| c.body).find(|body| body.contains("kind=reply") && body.contains(text))
    }
}

/// The models that were asked, by name.
pub fn asked(world: &World) -> Vec<String> {
    let mut found: Vec<String> = world.models.requests().into_iter().map(|request| request.model).collect();
    found.sort();
    found
}
