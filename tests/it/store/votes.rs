//! Votes: one of each voter, changeable, and a way in that takes nothing from another.

use bakeoff::adapters::store::votes;
use bakeoff::domain::ids::GithubUserId;
use bakeoff::domain::vote::{Ballot, Tally, Vote, VoteSource, Voter};

use super::rows::{later, run, scene};
use crate::support::databases::for_each_database;

#[tokio::test]
async fn a_voter_counts_once_by_the_newest_word() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (_, _, round, first) = scene(&mut tx).await;
        let second = run(&mut tx, &round, 1).await;
        assert_eq!(votes::tally(&mut tx, first.id).await.unwrap(), Tally::default());
        let (ada, eve) = (Voter::person(GithubUserId(7), "ada"), Voter::token(None, "admin\0"));
        let (reaction, rest) = (VoteSource::Reaction, VoteSource::Rest);
        for (run, source, voter, ballot, ms, changed, up, down) in [
            (first.id, rest, &ada, Ballot::Up, 1, true, 1, 0),
            (first.id, rest, &ada, Ballot::Up, 2, false, 1, 0),
            (first.id, reaction, &ada, Ballot::Down, 3, true, 0, 1),
            (first.id, rest, &eve, Ballot::Down, 3, true, 0, 2),
            (first.id, rest, &ada, Ballot::None, 4, true, 0, 1),
            (first.id, reaction, &ada, Ballot::Up, 4, true, 0, 1),
            (first.id, reaction, &ada, Ballot::Down, 5, true, 0, 2),
            (second.id, reaction, &ada, Ballot::Up, 5, true, 1, 0),
        ] {
            let vote = Vote { run_id: run, source, voter: voter.clone(), ballot, updated_at: later(ms) };
            assert_eq!(votes::cast(&mut tx, &vote).await.unwrap(), changed, "{vote:?}");
            assert_eq!(votes::tally(&mut tx, run).await.unwrap(), Tally { up, down }, "{vote:?}");
        }
        let all = votes::of_round(&mut tx, round.id).await.unwrap();
        assert_eq!(all[&first.id], Tally { up: 0, down: 2 });
        assert_eq!((all.len(), all[&second.id]), (2, Tally { up: 1, down: 0 }));
        let own = votes::of_voter(&mut tx, round.id, &ada).await.unwrap();
        assert_eq!((own[&first.id], own[&second.id], own.len()), (Ballot::Down, Ballot::Up, 2));
        assert!(votes::of_voter(&mut tx, round.id, &Voter::owner()).await.unwrap().is_empty());
        let rows = votes::of_source(&mut tx, first.id, rest).await.unwrap();
        assert_eq!(
            rows.iter().map(|v| (v.voter.name(), v.ballot)).collect::<Vec<_>>(),
            [("ada", Ballot::None), ("admin\u{fffd}", Ballot::Down)]
        );
    })
    .await;
}
