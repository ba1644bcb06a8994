//! What happens when a scene names something that its world does not hold.

/// A scene (a test or the demo's fixed script) made a mistake; there is nothing to go on with.
#[track_caller]
pub(super) fn mistake(what: &str) -> ! {
    panic!("mistake in the scene: {what}")
}

/// The thing asked for, or the scene's mistake.
pub(super) trait Demand<T> {
    /// The value; `what` names it for the reader of the failure.
    #[track_caller]
    fn demand(self, what: &str) -> T;
}

impl<T> Demand<T> for Option<T> {
    #[track_caller]
    fn demand(self, what: &str) -> T {
        match self {
            Some(value) => value,
            None => mistake(&format!("there is no {what}")),
        }
    }
}

impl<T, E: std::fmt::Display> Demand<T> for Result<T, E> {
    #[track_caller]
    fn demand(self, what: &str) -> T {
        match self {
            Ok(value) => value,
            Err(error) => mistake(&format!("{what}: {error}")),
        }
    }
}
