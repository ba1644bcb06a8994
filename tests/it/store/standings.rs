//! The leaderboard's sums: every run once, picks and merges by what people did, votes by their newest word.

use bakeoff::adapters::store::standings::{preferred, standings};
use bakeoff::adapters::store::{picks, pulls, runs, votes};
use bakeoff::domain::ids::{GithubUserId, PickId, RunId};
use bakeoff::domain::pick::{Pick, PickStatus};
use bakeoff::domain::pull::{Pull, PullStatus};
use bakeoff::domain::run::{Run, RunResult, RunStatus};
use bakeoff::domain::vote::{Ballot, Vote, VoteSource, Voter};

use super::rows::{later, pick_of, pull_of, result, round, run_of, scene, task};
use crate::support::databases::for_each_database;

fn ended(run: Run, model: &str, status: RunStatus, result: RunResult) -> Run {
    Run { id: RunId::new(), model_name: model.into(), status, result, ..run }
}

#[tokio::test]
async fn models_are_told_by_what_became_of_their_runs() {
    for_each_database(async |db| {
        let mut tx = db.store.begin().await.unwrap();
        let (repo, _, first, _) = scene(&mut tx).await;
        let own = RunResult { answered_by: None, ..result() };
        let empty = RunResult { patch: Some(String::new()), patch_sha256: None, ..own.clone() };
        let failed = RunResult { patch: None, patch_sha256: None, error: Some("No.".into()), ..own.clone() };
        let best = ended(run_of(&first, 1), "best", RunStatus::Succeeded, own.clone());
        for run in [
            best.clone(),
            ended(run_of(&first, 2), "good", RunStatus::Succeeded, own.clone()),
            // Retried: its first answer was not what the chooser saw.
            ended(run_of(&first, 3), "other", RunStatus::Succeeded, own.clone()),
            Run { created_at: later(9), ..ended(run_of(&first, 3), "other", RunStatus::Failed, failed) },
            ended(run_of(&first, 4), "good", RunStatus::Succeeded, empty),
            ended(run_of(&first, 5), "good", RunStatus::Canceled, RunResult::default()),
            // A fallback answered: it says nothing of the model that was asked.
            ended(run_of(&first, 6), "best", RunStatus::Succeeded, result()),
        ] {
            runs::insert(&mut tx, &run).await.unwrap();
        }
        let pick = Pick { status: PickStatus::Opened, ..pick_of(&best) };
        picks::insert(&mut tx, &pick).await.unwrap();
        let again = Pick { id: PickId::new(), created_at: later(5), ..pick };
        picks::insert(&mut tx, &again).await.unwrap();
        pulls::insert(&mut tx, repo.id, &Pull { status: PullStatus::Merged, ..pull_of(&best, 3) }).await.unwrap();
        let voter = Voter::person(GithubUserId(7), "ada");
        for (ballot, source, ms) in [(Ballot::Up, VoteSource::Rest, 1), (Ballot::Down, VoteSource::Reaction, 2)] {
            let vote = Vote { run_id: best.id, source, voter: voter.clone(), ballot, updated_at: later(ms) };
            votes::cast(&mut tx, &vote).await.unwrap();
        }
        let all = standings(&mut tx, Some(repo.id)).await.unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|s| (s.model.model_name.as_str(), s.runs, s.patches, s.no_changes, s.failed, s.canceled))
            .collect();
        assert_eq!(told, [("best", 1, 1, 0, 0, 0), ("good", 3, 1, 1, 0, 1), ("other", 2, 1, 0, 1, 0)]);
        let best = &all[0];
        assert_eq!((best.picks, best.merges, best.up, best.down, best.cost.0), (1, 1, 0, 1, 42));
        let pairs = preferred(&mut tx, None).await.unwrap();
        let pairs: Vec<_> =
            pairs.iter().map(|p| (p.winner.model_name.as_str(), p.loser.model_name.as_str(), p.times)).collect();
        assert_eq!(pairs, [("best", "good", 1)], "chosen once, and only over who had a patch then");
        let elsewhere = super::rows::repo(&mut tx, "octo/other", 100).await;
        let task = task(&mut tx, &elsewhere, 1).await;
        round(&mut tx, &task, 1).await;
        assert_eq!(standings(&mut tx, Some(elsewhere.id)).await.unwrap(), []);
        assert_eq!(preferred(&mut tx, Some(elsewhere.id)).await.unwrap(), []);
    })
    .await;
}
