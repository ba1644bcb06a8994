//! Which model may stand in for which: one that is there, that is another one, and that has no fallback itself.

use crate::domain::ids::ModelId;
use crate::domain::model::ModelProfile;

/// Checks the fallbacks that concern the profiles that are `new`; the error is one sentence.
pub(super) fn check(all: &[ModelProfile], new: impl Fn(ModelId) -> bool) -> Result<(), String> {
    for model in all {
        let Some(alias) = &model.fallback else { continue };
        let Some(other) = all.iter().find(|other| other.alias.eq_ignore_ascii_case(alias)) else {
            // A deleted fallback leaves a model behind that goes on without one.
            if new(model.id) {
                return Err(format!("{} cannot fall back on {alias}: no model is called that", model.alias));
            }
            continue;
        };
        if !(new(model.id) || new(other.id)) {
            continue;
        }
        if other.id == model.id {
            return Err(format!("{} cannot fall back on itself", model.alias));
        }
        if other.fallback.is_some() {
            return Err(format!(
                "{} cannot fall back on {}, which has a fallback itself: there are no chains",
                model.alias, other.alias
            ));
        }
    }
    Ok(())
}
