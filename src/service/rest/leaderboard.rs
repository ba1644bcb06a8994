//! The leaderboard: how models did, and how strong each is by whom people chose among whom.

use std::collections::{BTreeMap, HashMap};

use crate::adapters::store::StoreError;
use crate::adapters::store::standings::{self, Among, ModelKey, Offered, Standing};
use crate::domain::failure::FailureKind;
use crate::domain::strength::{Choice, Strength, strengths};
use crate::service::Services;

/// A model's line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it did.
    pub standing: Standing,
    /// The chance to be chosen over another model; `None` while nobody chose between it and another.
    pub strength: Option<Strength>,
    /// Why its runs failed, and how often.
    pub failures: BTreeMap<FailureKind, i64>,
    /// How long a run takes that succeeds: the median, in milliseconds.
    pub median_ms: Option<i64>,
}

/// All models of these repositories, the strongest first, those without a choice between them and another last.
pub async fn leaderboard(svc: &Services, among: &Among) -> Result<Vec<Line>, StoreError> {
    let mut conn = svc.store.read().await?;
    let known = standings::standings(&mut conn, among).await?;
    let strengths = by_model(&standings::offered(&mut conn, among).await?);
    let mut failures: HashMap<ModelKey, BTreeMap<FailureKind, i64>> = HashMap::new();
    for (model, kind, times) in standings::failures(&mut conn, among).await? {
        failures.entry(model).or_default().insert(kind, times);
    }
    let medians: HashMap<ModelKey, i64> = standings::medians(&mut conn, among).await?.into_iter().collect();
    let line = |standing: Standing| Line {
        strength: strengths.get(&standing.model).copied(),
        failures: failures.remove(&standing.model).unwrap_or_default(),
        median_ms: medians.get(&standing.model).copied(),
        standing,
    };
    let mut lines: Vec<Line> = known.into_iter().map(line).collect();
    let rank = |line: &Line| line.strength.map_or(-1.0, |strength| strength.chance);
    lines.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| b.standing.picks.cmp(&a.standing.picks)));
    Ok(lines)
}

/// Each model's strength. The candidates come choice by choice; one model may have several in a choice.
fn by_model(offered: &[Offered]) -> HashMap<ModelKey, Strength> {
    let mut models: Vec<&ModelKey> = offered.iter().map(|one| &one.model).collect();
    models.sort_unstable();
    models.dedup();
    let number = |model: &ModelKey| models.binary_search(&model).ok();
    let choice = |candidates: &[Offered]| {
        let winner = candidates.iter().find(|one| one.chosen)?;
        let mut among: BTreeMap<usize, u32> = BTreeMap::new();
        for who in candidates.iter().filter_map(|one| number(&one.model)) {
            *among.entry(who).or_default() += 1;
        }
        Some(Choice { winner: number(&winner.model)?, among: among.into_iter().collect() })
    };
    let choices: Vec<Choice> = offered.chunk_by(|a, b| a.pick == b.pick).filter_map(choice).collect();
    let found = strengths(models.len(), &choices);
    models.into_iter().cloned().zip(found).filter_map(|(model, strength)| Some((model, strength?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PickId;

    fn model(name: &str) -> ModelKey {
        ModelKey { provider: "openai".into(), model_name: name.into() }
    }

    /// One choice: the first of the names was chosen.
    fn choice(names: &[&str]) -> Vec<Offered> {
        let pick = PickId::new();
        let one = |(index, name): (usize, &&str)| Offered { pick, model: model(name), chosen: index == 0 };
        names.iter().enumerate().map(one).collect()
    }

    #[test]
    fn choices_are_counted_by_model() {
        let all = [choice(&["a", "b", "a"]), choice(&["a", "c"]), choice(&["d", "d"])].concat();
        let found = by_model(&all);
        assert!(found[&model("a")].chance > found[&model("b")].chance, "{found:?}");
        assert!(found[&model("a")].chance > found[&model("c")].chance, "{found:?}");
        assert!(!found.contains_key(&model("d")), "it was chosen over nobody else");
        // Chosen out of its own two, b would have been less of a surprise than c's loss.
        assert!(found[&model("c")].chance < 0.5 && found[&model("b")].chance < 0.5, "{found:?}");
        assert!(by_model(&[]).is_empty());
    }
}
