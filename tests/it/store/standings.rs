//! The leaderboard's sums: every run once, picks and merges by what people did, votes by their newest word.

use bakeoff::adapters::store::standings::{Among, failures, medians, offered, standings};
use bakeoff::adapters::store::{picks, pulls, runs, votes};
use bakeoff::domain::failure::FailureKind;
use bakeoff::domain::ids::{GithubUserId, PickId, RepoId, RunId};
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
        let refused = RunResult { failure: Some(FailureKind::Refused), ..failed.clone() };
        let timed = |run: Run, ms: i64| Run { started_at: Some(later(10)), completed_at: Some(later(10 + ms)), ..run };
        let best = timed(ended(run_of(&first, 1), "best", RunStatus::Succeeded, own.clone()), 7);
        for run in [
            best.clone(),
            timed(ended(run_of(&first, 2), "good", RunStatus::Succeeded, own.clone()), 100),
            // Retried: its first answer was not what the chooser saw.
            ended(run_of(&first, 3), "other", RunStatus::Succeeded, own.clone()),
            Run { created_at: later(9), ..ended(run_of(&first, 3), "other", RunStatus::Failed, failed) },
            timed(ended(run_of(&first, 4), "good", RunStatus::Succeeded, empty), 200),
            ended(run_of(&first, 7), "other", RunStatus::Failed, refused),
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
        let merged = Pull { status: PullStatus::Merged, ..pull_of(&best, 3) };
        pulls::insert(&mut tx, repo.id, &merged).await.unwrap();
        let voter = Voter::person(GithubUserId(7), "ada");
        for (ballot, source, ms) in [(Ballot::Up, VoteSource::Rest, 1), (Ballot::Down, VoteSource::Reaction, 2)] {
            let vote = Vote { run_id: best.id, source, voter: voter.clone(), ballot, updated_at: later(ms) };
            votes::cast(&mut tx, &vote).await.unwrap();
        }
        let here = Among::These(vec![RepoId::new(), repo.id]);
        let all = standings(&mut tx, &here).await.unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|s| (s.model.model_name.as_str(), s.runs, s.patches, s.no_changes, s.failed, s.canceled))
            .collect();
        assert_eq!(told, [("best", 1, 1, 0, 0, 0), ("good", 3, 1, 1, 0, 1), ("other", 3, 1, 0, 2, 0)]);
        let best = &all[0];
        assert_eq!((best.picks, best.merges, best.reverts, best.up, best.down, best.cost.0), (1, 1, 0, 0, 1, 42));
        let candidates = offered(&mut tx, &Among::All).await.unwrap();
        let told: Vec<_> = candidates.iter().map(|one| (one.model.model_name.as_str(), one.chosen)).collect();
        assert_eq!(told, [("best", true), ("good", false)], "chosen once, and only among who had a patch then");
        let why = failures(&mut tx, &here).await.unwrap();
        let told: Vec<_> = why.iter().map(|(model, kind, times)| (model.model_name.as_str(), *kind, *times)).collect();
        assert_eq!(told, [("other", FailureKind::Other, 1), ("other", FailureKind::Refused, 1)]);
        let times = medians(&mut tx, &here).await.unwrap();
        let told: Vec<_> = times.iter().map(|(model, ms)| (model.model_name.as_str(), *ms)).collect();
        assert_eq!(told, [("best", 7), ("good", 150)], "half of the successful runs take longer");
        assert!(pulls::set_reverted(&mut tx, merged.id, Some(9), later(9)).await.unwrap());
        assert!(!pulls::set_reverted(&mut tx, merged.id, Some(9), later(9)).await.unwrap(), "it was known");
        assert_eq!(pulls::taken_back_by(&mut tx, repo.id, 9).await.unwrap().map(|pull| pull.id), Some(merged.id));
        assert_eq!(standings(&mut tx, &here).await.unwrap()[0].reverts, 1);
        let elsewhere = super::rows::repo(&mut tx, "octo/other", 100).await;
        let task = task(&mut tx, &elsewhere, 1).await;
        round(&mut tx, &task, 1).await;
        for nowhere in [Among::These(vec![elsewhere.id]), Among::These(Vec::new())] {
            assert_eq!(standings(&mut tx, &nowhere).await.unwrap(), []);
            assert_eq!(offered(&mut tx, &nowhere).await.unwrap(), []);
        }
    })
    .await;
}
