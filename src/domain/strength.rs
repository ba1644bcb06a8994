//! How strong each of several contestants is, from who was chosen among whom: Bradley–Terry, in Luce's form for choices
//! among more than two, with its uncertainty.
//!
//! The chance that contestant i is chosen out of a set is w(i) over the sum of the set's w. The w of the greatest
//! posterior are found by minorization and maximization (Hunter 2004); the prior is half a win and half a loss of
//! everybody against an average contestant whose w is 1, so that one lucky choice makes nobody infinite. What is told is
//! the chance to be chosen over another one, as an average over the others. Its interval is that of a normal distribution
//! on the logistic scale, with the variance that the inverse of the observed information gives it (delta method).

/// Rounds of the estimate at most; it settles long before.
const MAX_ROUNDS: usize = 2_000;
/// The estimate has settled when no log w moves by more.
const SETTLED: f64 = 1e-9;
/// Half a win and half a loss against the average for everybody.
const PRIOR: f64 = 0.5;
/// How many standard deviations hold 95 % of a normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// One choice: who was chosen, and how often each contestant stood there to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The number of the contestant that was chosen.
    pub winner: usize,
    /// Contestants that could be chosen, each once, with how many times they stood there; the winner is among them.
    pub among: Vec<(usize, u32)>,
}

/// A contestant's strength: the chance to be chosen over another one, and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// The estimate.
    pub chance: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The strength of each of `count` contestants; `None` for who was never in a choice between two.
pub fn strengths(count: usize, choices: &[Choice]) -> Vec<Option<Strength>> {
    let real = |choice: &&Choice| choice.among.len() > 1 && choice.among.iter().all(|(who, _)| *who < count);
    let choices: Vec<&Choice> = choices.iter().filter(real).collect();
    let mut met: Vec<usize> = choices.iter().flat_map(|choice| &choice.among).map(|(who, _)| *who).collect();
    met.sort_unstable();
    met.dedup();
    let weights = settle(count, &choices);
    let lower = cholesky(&information(&weights, &choices));
    let known = |who| met.binary_search(&who).is_ok().then(|| strength(who, &met, &weights, &lower));
    (0..count).map(known).collect()
}

/// The average chance over the others of `met`, and how far its logit may be off.
fn strength(who: usize, met: &[usize], weights: &[f64], lower: &[Vec<f64>]) -> Strength {
    let others = f64::from(u32::try_from(met.len() - 1).unwrap_or(u32::MAX)).max(1.0);
    let (mut chance, mut slope) = (0.0, vec![0.0; weights.len()]);
    for other in met.iter().filter(|other| **other != who) {
        let over = of(weights, who) / (of(weights, who) + of(weights, *other));
        chance += over / others;
        let each = over * (1.0 - over) / others;
        for (index, slope) in slope.iter_mut().enumerate() {
            *slope += if index == who { each } else { 0.0 } - if index == *other { each } else { 0.0 };
        }
    }
    let logit = (chance / (1.0 - chance)).ln();
    let spread = NORMAL_95 * variance(lower, &slope).sqrt() / (chance * (1.0 - chance));
    Strength { chance, low: logistic(logit - spread), high: logistic(logit + spread) }
}

fn logistic(log: f64) -> f64 {
    1.0 / (1.0 + (-log).exp())
}

fn of(weights: &[f64], who: usize) -> f64 {
    weights.get(who).copied().unwrap_or(1.0)
}

/// The weight of everything that could be chosen.
fn total(weights: &[f64], choice: &Choice) -> f64 {
    choice.among.iter().map(|(who, times)| f64::from(*times) * of(weights, *who)).sum()
}

fn settle(count: usize, choices: &[&Choice]) -> Vec<f64> {
    let mut wins = vec![PRIOR; count];
    for choice in choices {
        if let Some(wins) = wins.get_mut(choice.winner) {
            *wins += 1.0;
        }
    }
    let mut weights = vec![1.0_f64; count];
    for _ in 0..MAX_ROUNDS {
        // Everybody meets the average once.
        let mut chances: Vec<f64> = weights.iter().map(|own| 2.0 * PRIOR / (own + 1.0)).collect();
        for choice in choices {
            let sum = total(&weights, choice);
            for (who, times) in &choice.among {
                if let Some(chance) = chances.get_mut(*who) {
                    *chance += f64::from(*times) / sum;
                }
            }
        }
        let next: Vec<f64> = wins.iter().zip(&chances).map(|(wins, chances)| wins / chances).collect();
        let moved = weights.iter().zip(&next).map(|(a, b)| (a.ln() - b.ln()).abs()).fold(0.0, f64::max);
        weights = next;
        if moved < SETTLED {
            break;
        }
    }
    weights
}

/// The observed information of the log weights: minus the second derivatives of the log posterior.
fn information(weights: &[f64], choices: &[&Choice]) -> Vec<Vec<f64>> {
    let own = |weight: f64| 2.0 * PRIOR * weight / ((weight + 1.0) * (weight + 1.0));
    let mut rows: Vec<Vec<f64>> = (0..weights.len()).map(|_| vec![0.0; weights.len()]).collect();
    let mut add = |row: usize, column: usize, amount: f64| {
        if let Some(cell) = rows.get_mut(row).and_then(|cells| cells.get_mut(column)) {
            *cell += amount;
        }
    };
    for (who, weight) in weights.iter().enumerate() {
        add(who, who, own(*weight));
    }
    for choice in choices {
        let sum = total(weights, choice);
        let share = |(who, times): &(usize, u32)| (*who, f64::from(*times) * of(weights, *who) / sum);
        let shares: Vec<(usize, f64)> = choice.among.iter().map(share).collect();
        for (one, mine) in &shares {
            add(*one, *one, *mine);
            for (other, theirs) in &shares {
                add(*one, *other, -mine * theirs);
            }
        }
    }
    rows
}

fn at(rows: &[Vec<f64>], row: usize, column: usize) -> f64 {
    rows.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(0.0)
}

/// The lower triangle L of a symmetric positive definite matrix L·Lᵀ.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for row in 0..matrix.len() {
        let mut cells: Vec<f64> = Vec::with_capacity(row + 1);
        for column in 0..row {
            let known: f64 = cells.iter().enumerate().map(|(k, cell)| cell * at(&lower, column, k)).sum();
            cells.push((at(matrix, row, column) - known) / at(&lower, column, column));
        }
        let known: f64 = cells.iter().map(|cell| cell * cell).sum();
        cells.push((at(matrix, row, row) - known).max(f64::MIN_POSITIVE).sqrt());
        lower.push(cells);
    }
    lower
}

/// The variance of a linear combination, with the inverse of L·Lᵀ as the covariance: |L⁻¹ slope|².
fn variance(lower: &[Vec<f64>], slope: &[f64]) -> f64 {
    let mut solved: Vec<f64> = Vec::with_capacity(slope.len());
    for (row, right) in slope.iter().enumerate() {
        let known: f64 = solved.iter().enumerate().map(|(k, x)| at(lower, row, k) * x).sum();
        solved.push((right - known) / at(lower, row, row));
    }
    solved.iter().map(|x| x * x).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(winner: usize, loser: usize, times: usize) -> Vec<Choice> {
        vec![Choice { winner, among: vec![(winner, 1), (loser, 1)] }; times]
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn who_is_chosen_more_often_is_stronger() {
        let all = [over(0, 1, 8), over(1, 0, 2), over(1, 2, 6), over(2, 1, 4)].concat();
        let found: Vec<f64> = strengths(3, &all).into_iter().map(|s| s.unwrap().chance).collect();
        assert!(found[0] > found[1] && found[1] > found[2], "{found:?}");
        let even = strengths(2, &[over(0, 1, 5), over(1, 0, 5)].concat());
        assert!(near(even[0].unwrap().chance, 0.5) && near(even[1].unwrap().chance, 0.5), "{even:?}");
    }

    #[test]
    fn nobody_is_known_without_a_choice_and_certain_after_one() {
        assert_eq!(strengths(0, &[]), []);
        let found = strengths(3, &over(0, 1, 1));
        let (winner, loser) = (found[0].unwrap(), found[1].unwrap());
        assert!((0.5..0.9).contains(&winner.chance) && (0.1..0.5).contains(&loser.chance), "{found:?}");
        assert!(winner.low < 0.3 && winner.high > 0.9, "one choice says little: {winner:?}");
        assert!(near(winner.chance + loser.chance, 1.0), "{found:?}");
        assert_eq!(found[2], None);
        let alone = [Choice { winner: 0, among: vec![(0, 3)] }];
        assert_eq!(strengths(1, &alone), [None], "a choice among one's own candidates says nothing");
    }

    /// Two contestants with n choices each way: the estimate is even and the information is known by hand.
    #[test]
    fn the_interval_is_the_one_computed_by_hand() {
        let found = strengths(2, &[over(0, 1, 10), over(1, 0, 10)].concat())[0].unwrap();
        // Information [[5 + 1/4, -5], [-5, 5 + 1/4]]: the difference of the logs has the variance 2 / 10.25.
        let spread = NORMAL_95 * (2.0_f64 / 10.25).sqrt();
        assert!(near(found.low, logistic(-spread)) && near(found.high, logistic(spread)), "{found:?}");
    }

    #[test]
    fn a_choice_among_three_counts_as_one_choice() {
        let all = vec![Choice { winner: 0, among: vec![(0, 1), (1, 1), (2, 1)] }; 30];
        let found: Vec<Strength> = strengths(3, &all).into_iter().flatten().collect();
        assert!(near(found[1].chance, found[2].chance) && found[0].low > found[1].high, "{found:?}");
        // Asked twice and chosen twice as often is no stronger.
        let twice: Vec<Choice> = [0, 0, 1]
            .map(|winner| Choice { winner, among: vec![(0, 2), (1, 1)] })
            .into_iter()
            .cycle()
            .take(300)
            .collect();
        let found = strengths(2, &twice);
        assert!((found[0].unwrap().chance - found[1].unwrap().chance).abs() < 0.01, "{found:?}");
    }

    /// A generator of our own, so that the draw is the same for ever.
    fn draws(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
            let unit = (state >> 32) as f64 / f64::from(u32::MAX);
            unit
        }
    }

    #[test]
    fn simulated_choices_give_the_order_and_the_intervals_hold_the_truth() {
        let truth: [f64; 4] = [4.0, 2.0, 1.0, 0.5];
        let (mut held, mut all) = (0, 0);
        for seed in 1..=50 {
            let mut draw = draws(seed);
            let among: Vec<(usize, u32)> = (0..4).map(|who| (who, 1)).collect();
            let mut choices = Vec::new();
            for _ in 0..200 {
                let mut left = draw() * truth.iter().sum::<f64>();
                let winner = truth.iter().position(|w| {
                    left -= w;
                    left <= 0.0
                });
                choices.push(Choice { winner: winner.unwrap_or(3), among: among.clone() });
            }
            let found: Vec<Strength> = strengths(4, &choices).into_iter().flatten().collect();
            assert!(found[0].chance > found[1].chance && found[1].chance > found[2].chance, "{seed}: {found:?}");
            assert!(found[2].chance > found[3].chance || found[3].high > found[2].low, "{seed}: {found:?}");
            for (who, strength) in found.iter().enumerate() {
                let over = |other: usize| truth[who] / (truth[who] + truth[other]);
                let chance = (0..4).filter(|other| *other != who).map(over).sum::<f64>() / 3.0;
                held += usize::from(strength.low <= chance && chance <= strength.high);
                all += 1;
            }
        }
        assert!(held * 100 >= all * 90, "{held} of {all} intervals hold the truth");
    }
}
