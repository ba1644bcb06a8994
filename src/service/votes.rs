//! Votes by every way in, and 👍 and 👎 on a candidate's comment read as such.

use std::collections::HashMap;

use serde_json::json;

use crate::adapters::github::{AccountKind, CommentRollup, Reaction};
use crate::adapters::store::{votes, watches};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoundId, RunId};
use crate::domain::reaction::ReactionContent;
use crate::domain::vote::{Ballot, Tally, Vote, VoteSource, Voter};
use crate::domain::watch::Watch;

use super::{Services, audit};

/// Casts a vote in place of the voter's own before by the same way in; what all votes come to now.
pub async fn cast(
    svc: &Services,
    run: RunId,
    source: VoteSource,
    voter: Voter,
    ballot: Ballot,
    actor: &str,
) -> anyhow::Result<Tally> {
    let now = svc.now();
    let details = json!({ "vote": ballot.as_str(), "voter": voter.id() });
    let vote = Vote { run_id: run, source, voter, ballot, updated_at: now };
    let mut tx = svc.store.begin().await?;
    if votes::cast(&mut tx, &vote).await? {
        audit::note(&mut tx, actor, "vote", &format!("run:{run}"), details, now).await?;
    }
    let tally = votes::tally(&mut tx, run).await?;
    tx.commit().await?;
    Ok(tally)
}

/// What people think of a round's candidates, and what one of them does.
#[derive(Debug, Clone, Default)]
pub struct Opinions {
    /// Votes, of those that have any.
    pub tallies: HashMap<RunId, Tally>,
    /// The one voter's own.
    pub own: HashMap<RunId, Ballot>,
}

/// The opinions of a round.
pub async fn opinions(svc: &Services, round: RoundId, voter: &Voter) -> anyhow::Result<Opinions> {
    let mut conn = svc.store.read().await?;
    let tallies = votes::of_round(&mut conn, round).await?;
    Ok(Opinions { tallies, own: votes::of_voter(&mut conn, round, voter).await? })
}

/// How many 👍 and 👎 a comment has. The reaction that picks is no vote.
pub fn thumbs(seen: &CommentRollup, button: ReactionContent) -> Tally {
    let count = |content: ReactionContent| {
        let count = seen.reactions.get(&content).filter(|_| content != button);
        count.and_then(|&count| i64::try_from(count).ok()).unwrap_or(0)
    };
    Tally { up: count(ReactionContent::PlusOne), down: count(ReactionContent::MinusOne) }
}

/// Reads a comment's reactions as votes: one of each person, the newest; who took theirs away has none any more.
/// `counted` is what the comment had when they were asked for. GitHub shows them to whoever may read there.
pub async fn read(
    svc: &Services,
    watch: &Watch,
    counted: Tally,
    reactions: &[Reaction],
    button: ReactionContent,
) -> anyhow::Result<()> {
    let now = svc.now();
    let mut standing = newest(reactions, button, now);
    let mut tx = svc.store.begin().await?;
    let before = votes::of_source(&mut tx, watch.run_id, VoteSource::Reaction).await?;
    for gone in before.into_iter().filter(|vote| vote.ballot != Ballot::None) {
        standing.entry(gone.voter.id().to_owned()).or_insert((gone.voter, Ballot::None, now));
    }
    for (voter, ballot, updated_at) in standing.into_values() {
        let vote = Vote { run_id: watch.run_id, source: VoteSource::Reaction, voter, ballot, updated_at };
        votes::cast(&mut tx, &vote).await?;
    }
    watches::set_thumbs(&mut tx, watch.run_id, counted).await?;
    Ok(tx.commit().await?)
}

type Standing = (Voter, Ballot, Timestamp);

/// Each person's newest 👍 or 👎; bots and our own account have no opinion.
fn newest(reactions: &[Reaction], button: ReactionContent, now: Timestamp) -> HashMap<String, Standing> {
    let mut found: Vec<(&Reaction, Ballot)> = reactions.iter().filter_map(|r| Some((r, ballot(r, button)?))).collect();
    found.sort_by_key(|(reaction, _)| (reaction.created_at, reaction.id));
    let standing = |(reaction, ballot): (&Reaction, Ballot)| {
        let author = reaction.author.as_ref().filter(|author| author.kind == AccountKind::User)?;
        let voter = Voter::person(author.person.id, &author.person.login);
        Some((voter.id().to_owned(), (voter, ballot, reaction.created_at.min(now))))
    };
    // Of two of one person the later takes the place of the earlier.
    found.into_iter().filter_map(standing).collect()
}

fn ballot(reaction: &Reaction, button: ReactionContent) -> Option<Ballot> {
    match reaction.content {
        content if content == button => None,
        ReactionContent::PlusOne => Some(Ballot::Up),
        ReactionContent::MinusOne => Some(Ballot::Down),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::github::Actor;
    use crate::domain::ids::GithubUserId;
    use crate::domain::permission::Person;

    fn by(id: i64, person: i64, kind: AccountKind, content: ReactionContent, at: i64) -> Reaction {
        let person = Person { id: GithubUserId(person), login: format!("p{person}") };
        Reaction { id, content, author: Some(Actor { person, kind }), created_at: Timestamp(at) }
    }

    #[test]
    fn a_person_has_one_vote_and_a_bot_has_none() {
        use ReactionContent::{Heart, MinusOne, PlusOne, Rocket};
        let user = AccountKind::User;
        let nobody = Reaction { author: None, ..by(9, 9, user, PlusOne, 1) };
        let all = [
            by(4, 1, user, MinusOne, 20),
            by(1, 1, user, PlusOne, 10),
            by(2, 2, user, MinusOne, 10),
            by(3, 2, user, PlusOne, 10),
            by(5, 3, AccountKind::Bot, PlusOne, 10),
            by(6, 4, user, Heart, 10),
            by(7, 5, user, PlusOne, 99),
            nobody,
        ];
        let told = |button| {
            let mut told: Vec<_> = newest(&all, button, Timestamp(50))
                .into_iter()
                .map(|(id, (_, ballot, at))| (id, ballot, at.0))
                .collect();
            told.sort();
            told
        };
        let vote = |person: i64, ballot, at| (format!("github:{person}"), ballot, at);
        assert_eq!(told(Rocket), [vote(1, Ballot::Down, 20), vote(2, Ballot::Up, 10), vote(5, Ballot::Up, 50)]);
        assert_eq!(told(PlusOne), [vote(1, Ballot::Down, 20), vote(2, Ballot::Down, 10)], "what picks is no vote");
    }
}
