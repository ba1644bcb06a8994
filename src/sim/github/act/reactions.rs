//! Reactions, of which GitHub tells nobody.

use crate::sim::github::hub::Hub;
use crate::sim::github::stage::{Demand, mistake};
use crate::sim::github::world::{REACTIONS, Reaction, World};

impl World {
    /// The reactions of a comment.
    pub fn reactions_mut(&mut self, repo: i64, comment: i64) -> Option<&mut Vec<Reaction>> {
        Some(&mut self.repos.get_mut(&repo)?.comments.get_mut(&comment)?.reactions)
    }
}

impl Hub {
    /// Reacts to a comment (`rocket`, `+1` …); gives the reaction's number. The same one twice stays one.
    pub fn react(&self, repo: &str, comment: i64, by: &str, content: &str) -> i64 {
        if !REACTIONS.contains(&content) {
            mistake(&format!("{content} is no reaction"));
        }
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        let (id, now) = (world.next_id(), world.now());
        let all = world.reactions_mut(repo, comment).demand(&format!("comment {comment}"));
        let known = all.iter().find(|r| r.user == by && r.content == content).map(|r| r.id);
        if known.is_none() {
            all.push(Reaction { id, user: by, content: content.into(), at: now });
        }
        drop(world);
        self.notify();
        known.unwrap_or(id)
    }

    /// Takes a person's reaction away.
    pub fn unreact(&self, repo: &str, comment: i64, by: &str, content: &str) {
        let mut world = self.world();
        let (repo, by) = (world.the_repo(repo).id, world.the_user(by));
        let all = world.reactions_mut(repo, comment).demand(&format!("comment {comment}"));
        all.retain(|r| r.user != by || r.content != content);
        drop(world);
        self.notify();
    }
}
