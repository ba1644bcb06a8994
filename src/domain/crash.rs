//! Named places where a test may kill the process, as a power cut would (F027 and following).
//!
//! `CRASH_AT=name` kills at the first visit, `CRASH_AT=name:3` at the third. Release builds hold
//! nothing of this.

/// A place of this name was reached.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WANTED: LazyLock<Option<Wanted>> =
        LazyLock::new(|| std::env::var("CRASH_AT").ok().map(|text| Wanted::parse(&text)));
    static VISITS: AtomicU64 = AtomicU64::new(0);

    let Some(wanted) = WANTED.as_ref().filter(|wanted| wanted.name == name) else { return };
    if VISITS.fetch_add(1, Ordering::SeqCst) + 1 == wanted.visit {
        kill_self();
    }
}

/// A place of this name was reached.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub const fn point(_name: &str) {}

#[cfg(debug_assertions)]
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    visit: u64,
}

#[cfg(debug_assertions)]
impl Wanted {
    fn parse(text: &str) -> Self {
        let (name, visit) = text.split_once(':').unwrap_or((text, "1"));
        Self { name: name.to_owned(), visit: visit.parse().unwrap_or(1) }
    }
}

/// SIGKILL: no destructor, no flush, no goodbye.
#[cfg(debug_assertions)]
fn kill_self() {
    use rustix::process::{Signal, getpid, kill_process};
    if kill_process(getpid(), Signal::KILL).is_err() {
        std::process::abort();
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_place_may_carry_the_number_of_the_visit() {
        for (text, name, visit) in [("inbox", "inbox", 1), ("inbox:3", "inbox", 3), ("inbox:x", "inbox", 1)] {
            assert_eq!(Wanted::parse(text), Wanted { name: name.into(), visit });
        }
    }

    #[test]
    fn without_the_variable_nothing_happens() {
        point("anywhere");
        assert!(std::env::var_os("CRASH_AT").is_none());
    }
}
