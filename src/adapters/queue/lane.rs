//! Lanes: the jobs of one pool, priority, installation and model wait in one line.

use crate::domain::clock::Timestamp;
use crate::domain::job::NewJob;

/// A line of waiting jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    /// As stored.
    pub(super) text: String,
    /// Which workers serve it.
    pub(super) long: bool,
    /// Lower first.
    pub(super) priority: i64,
    /// Whose work.
    pub(super) installation: Option<i64>,
    /// Which model's.
    pub(super) model: Option<String>,
    /// When its first job may run.
    pub(super) ready_at: Timestamp,
}

impl Lane {
    /// The word stored with a job: `priority/l or q/installation or -/model or -`.
    pub(super) fn of(job: &NewJob) -> String {
        let word = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        let pool = if job.job.takes_long() { 'l' } else { 'q' };
        let installation = word(job.installation_id.map(|id| id.to_string()));
        let model = word(job.model_id.map(|id| id.to_string()));
        format!("{}/{pool}/{installation}/{model}", job.job.priority())
    }

    /// Reads that word; `None` when another version wrote it.
    pub(super) fn parse(text: &str, ready_at: Timestamp) -> Option<Self> {
        let mut words = text.split('/');
        let priority = words.next()?.parse().ok()?;
        let long = match words.next()? {
            "l" => true,
            "q" => false,
            _ => return None,
        };
        let installation = match words.next()? {
            "-" => None,
            number => Some(number.parse().ok()?),
        };
        let model = words.next().filter(|word| *word != "-").map(str::to_owned);
        words.next().is_none().then(|| Self { text: text.to_owned(), long, priority, installation, model, ready_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{InstallationId, ModelId, RunId};
    use crate::domain::job::Job;

    #[test]
    fn what_is_stored_is_read_again() {
        let model = ModelId::new();
        let run = NewJob {
            job: Job::ExecuteRun { run_id: RunId::new() },
            run_at: Timestamp(0),
            installation_id: Some(InstallationId(7)),
            model_id: Some(model),
        };
        let other = NewJob { job: Job::RedeliverFailed, installation_id: None, model_id: None, ..run.clone() };
        let lane = Lane::parse(&Lane::of(&run), Timestamp(5)).unwrap();
        assert_eq!((lane.long, lane.priority, lane.installation), (true, 4, Some(7)));
        assert_eq!((lane.model, lane.ready_at), (Some(model.to_string()), Timestamp(5)));
        let lane = Lane::parse(&Lane::of(&other), Timestamp(0)).unwrap();
        assert_eq!((lane.long, lane.installation, lane.model), (false, None, None));
        for bad in ["", "1/q", "x/q/-/-", "1/z/-/-", "1/q/a/-", "1/q/-/-/-"] {
            assert_eq!(Lane::parse(bad, Timestamp(0)), None, "{bad}");
        }
    }
}
