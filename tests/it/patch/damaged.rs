//! P15: typically damaged diffs. What is applied must be right; nearly all must be applied.

use std::fmt::Write as _;

use bakeoff::engine::patch::{BaseFiles, MemoryFiles, Rules, apply_answer};

use super::samples::{Sample, samples};

#[test]
fn p15_damaged_diffs_are_applied_rightly_or_not_at_all() {
    let (mut right, mut wrong, mut refusals) = (0, String::new(), String::new());
    let samples = samples(900);
    for Sample { kind, path, file, answer, after } in &samples {
        let mut tree = MemoryFiles::of([(path.as_str(), file.as_str())]);
        match apply_answer(answer, &tree, &Rules::default()) {
            Ok((applied, _)) => {
                tree.change(&applied.changes);
                if tree.read(path) == Some(after.clone().into_bytes()) {
                    right += 1;
                } else {
                    writeln!(wrong, "{kind}:\n{answer}\n{}", applied.patch.text()).unwrap();
                }
            }
            Err(refusal) => writeln!(refusals, "{kind}: {:?} {}", refusal.code, refusal.reason).unwrap(),
        }
    }
    let total = samples.len();
    println!("P15: {right} of {total} right; refused:\n{refusals}");
    assert!(wrong.is_empty(), "wrongly applied:\n{wrong}");
    assert!(right * 100 >= total * 97, "{right} of {total} right; refused:\n{refusals}");
}
