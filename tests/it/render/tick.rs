//! M37: only a tick is read back.

use bakeoff::domain::round::RoundStatus;
use bakeoff::domain::run::Letter;
use bakeoff::engine::render::{Outcome, Tick, newly_ticked, status_comment};

use super::views::{patch_of, row, run, status};

fn comment() -> String {
    let rows = vec![row(0, "a", patch_of(1, 1, 1)), row(1, "b", patch_of(1, 1, 1)), row(2, "c", Outcome::NoChange)];
    status_comment(&status(RoundStatus::Choosing, rows))
}

fn tick(text: &str, letter: &str, box_now: &str) -> String {
    let line = |text: &str| text.contains(&format!("row={letter} "));
    text.lines().map(|l| if line(l) { l.replacen("[ ]", box_now, 1) } else { l.to_owned() } + "\n").collect()
}

#[test]
fn m37_a_tick_is_read_and_nothing_else() {
    let from = comment();
    let tick_of = |n: usize| Tick { letter: Letter::at(n), run: run(n) };
    let reordered: String = tick(&from, "A", "[x]").lines().rev().map(|line| format!("{line}\n")).collect();
    let foreign = from.replace("0000000000b", "0000000000f");
    for (what, to, ticks) in [
        ("nothing", from.clone(), vec![]),
        ("B", tick(&from, "B", "[x]"), vec![tick_of(1)]),
        ("B with a capital", tick(&from, "B", "[X]"), vec![tick_of(1)]),
        ("both", tick(&tick(&from, "A", "[x]"), "B", "[x]"), vec![tick_of(0), tick_of(1)]),
        ("with other line ends", tick(&from, "B", "[x]").replace('\n', "\r\n"), vec![tick_of(1)]),
        (
            "other words around it",
            tick(&from, "B", "[x]").replace("Open the pull request", "Order pizza"),
            vec![tick_of(1)],
        ),
        ("lines in another order", reordered, vec![tick_of(0)]),
        ("a row of no box", from.replace("- [ ] Open", "- [x] Open").replace("row=", "raw="), vec![]),
        ("the row twice", format!("{}{}", tick(&from, "B", "[x]"), tick(&from, "B", "[x]")), vec![]),
        ("a row that was not there", tick(&foreign, "B", "[x]").replace("row=B", "row=D"), vec![]),
        ("everything gone", String::new(), vec![]),
    ] {
        assert_eq!(newly_ticked(&from, &to), ticks, "{what}");
    }
    let ticked = tick(&from, "B", "[x]");
    assert_eq!(newly_ticked(&ticked, &ticked), []);
    assert_eq!(newly_ticked(&ticked, &from), []);
}
