//! The leaderboard: how models did, and how strong each is by whom people chose over whom.

use std::collections::HashMap;

use crate::adapters::store::StoreError;
use crate::adapters::store::standings::{self, ModelKey, Preferred, Standing};
use crate::domain::ids::RepoId;
use crate::service::Services;

/// Rounds of the estimate; it settles long before for any number of models people use.
const ROUNDS: usize = 200;
/// Half a win and half a loss against an average model for each: one lucky choice makes nobody infinite.
const PRIOR: f64 = 0.5;

/// A model's line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it did.
    pub standing: Standing,
    /// The chance to be chosen over an average model (Bradley–Terry); `None` while nobody chose between it and another.
    pub strength: Option<f64>,
}

/// All models, the strongest first, those without a choice between them and another last.
pub async fn leaderboard(svc: &Services, repo: Option<RepoId>) -> Result<Vec<Line>, StoreError> {
    let mut conn = svc.store.read().await?;
    let known = standings::standings(&mut conn, repo).await?;
    let strengths = strengths(&standings::preferred(&mut conn, repo).await?);
    let line = |standing: Standing| Line { strength: strengths.get(&standing.model).copied(), standing };
    let mut lines: Vec<Line> = known.into_iter().map(line).collect();
    let rank = |line: &Line| line.strength.unwrap_or(-1.0);
    lines.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| b.standing.picks.cmp(&a.standing.picks)));
    Ok(lines)
}

/// Each model's chance against an average one, by the usual iteration over wins and meetings.
fn strengths(all: &[Preferred]) -> HashMap<ModelKey, f64> {
    let mut wins: HashMap<&ModelKey, f64> = HashMap::new();
    let mut meetings: Vec<(&ModelKey, &ModelKey, f64)> = Vec::new();
    for pair in all {
        #[expect(clippy::cast_precision_loss, reason = "nobody chooses 2^52 times")]
        let times = pair.times as f64;
        *wins.entry(&pair.winner).or_default() += times;
        wins.entry(&pair.loser).or_default();
        meetings.push((&pair.winner, &pair.loser, times));
    }
    let mut power: HashMap<&ModelKey, f64> = wins.keys().map(|model| (*model, 1.0)).collect();
    for _ in 0..ROUNDS {
        // Everyone meets the average model, whose power is 1, once.
        let mut weight: HashMap<&ModelKey, f64> =
            power.iter().map(|(model, own)| (*model, 2.0 * PRIOR / (own + 1.0))).collect();
        for (one, other, times) in &meetings {
            let sum = power.get(one).copied().unwrap_or(1.0) + power.get(other).copied().unwrap_or(1.0);
            *weight.entry(one).or_default() += times / sum;
            *weight.entry(other).or_default() += times / sum;
        }
        let next = |model: &ModelKey| {
            let won = wins.get(model).copied().unwrap_or_default() + PRIOR;
            won / weight.get(model).copied().unwrap_or(1.0)
        };
        power = power.keys().map(|model| (*model, next(model))).collect();
    }
    power.into_iter().map(|(model, own)| (model.clone(), own / (own + 1.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> ModelKey {
        ModelKey { provider: "openai".into(), model_name: name.into() }
    }

    fn over(winner: &str, loser: &str, times: i64) -> Preferred {
        Preferred { winner: model(winner), loser: model(loser), times }
    }

    #[test]
    fn who_is_chosen_more_often_is_stronger() {
        let found = strengths(&[over("a", "b", 8), over("b", "a", 2), over("b", "c", 6), over("c", "b", 4)]);
        let of = |name: &str| found[&model(name)];
        assert!(of("a") > of("b") && of("b") > of("c"), "{found:?}");
        let even = strengths(&[over("a", "b", 5), over("b", "a", 5)]);
        assert!((even[&model("a")] - 0.5).abs() < 1e-9, "{even:?}");
    }

    #[test]
    fn one_choice_makes_nobody_certain() {
        let found = strengths(&[over("a", "b", 1)]);
        assert!((0.5..0.9).contains(&found[&model("a")]), "{found:?}");
        assert!((0.1..0.5).contains(&found[&model("b")]), "{found:?}");
        assert!(strengths(&[]).is_empty());
    }
}
