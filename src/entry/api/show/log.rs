//! A run's log.

use serde::Serialize;
use utoipa::ToSchema;

use super::Moment;
use crate::domain::run::{self, RunStatus};
use crate::entry::api::form::Example;
use crate::service::rest::logs::Piece;

/// Lines of a run's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Log {
    logs: Vec<LogLine>,
    /// The run has ended, and no line will follow.
    is_complete: bool,
    /// How many lines there are: where to go on from.
    total_lines: i64,
    run_status: RunStatus,
}

/// A line of a run's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogLine {
    /// Counted from 0.
    line_number: i64,
    content: String,
    timestamp: Moment,
}

impl From<&run::LogLine> for LogLine {
    fn from(line: &run::LogLine) -> Self {
        Self { line_number: line.line_number - 1, content: line.content.clone(), timestamp: line.at.into() }
    }
}

impl From<&Piece> for Log {
    fn from(piece: &Piece) -> Self {
        Self {
            logs: piece.lines.iter().map(LogLine::from).collect(),
            is_complete: piece.status.is_terminal(),
            total_lines: piece.total,
            run_status: piece.status,
        }
    }
}

impl Example for LogLine {
    fn example() -> Self {
        let content = "answered: 5200 tokens in, 310 out, $0.0083".into();
        Self { line_number: 3, content, timestamp: Moment::example() }
    }
}

impl Example for Log {
    fn example() -> Self {
        Self { logs: vec![LogLine::example()], is_complete: false, total_lines: 4, run_status: RunStatus::Running }
    }
}
