//! The single shot: one question with the likely files, one answer with edits, one repair round that quotes the
//! reason of refusal.

use crate::adapters::llm::Turn;
use crate::domain::failure::FailureKind;
use crate::engine::patch::{Applied, FileChange, Refusal, Rules, parse};

use super::call::usable_text;
use super::ground::apply_over;
use super::no_changes::says_no_changes;
use super::opening::Frame;
use super::prompt;
use super::{Agent, Assignment, Desk, Ending, Report, TreeBase, git_ending, sentence, told};

/// Rounds after the first answer in which a model may mend it.
const REPAIRS: u32 = 1;
/// Whole files take at most this many bytes of a prompt, so that cheap models can be asked too.
const MAX_CONTEXT_BYTES: usize = 240_000;

/// What came of one answer.
enum Verdict {
    Taken(Box<Applied>, String),
    Refused { reason: String, detail: String, summary: String },
}

/// Asks once, and once more when the answer cannot be applied.
pub async fn single_shot(agent: &Agent, task: &Assignment, desk: &dyn Desk) -> Result<Report, Ending> {
    let frame = Frame { system: prompt::system(), reminder: prompt::REMINDER, max_context_bytes: MAX_CONTEXT_BYTES };
    let mut request = agent.open(task, frame, desk).await?;
    let mut repairs = 0;
    loop {
        let answer = agent.ask(&mut request, desk).await?;
        let text = usable_text(&answer)?;
        match agent.judge(text.clone(), task.start.clone()).await? {
            Verdict::Taken(applied, summary) => {
                desk.log(told(&applied)).await;
                return Ok(Report { summary: Some(summary), ..Report::ended(Ending::Patch(applied)) });
            }
            Verdict::Refused { reason, summary, .. } if repairs == REPAIRS => {
                desk.log(format!("refused: {reason}")).await;
                let ending = Ending::Failed(FailureKind::NoUsableEdit, sentence(&reason));
                return Ok(Report { summary: Some(summary), ..Report::ended(ending) });
            }
            Verdict::Refused { reason, detail, .. } => {
                repairs += 1;
                desk.log(format!("refused, asking once more: {reason}")).await;
                request.turns.push(answer.into_turn());
                request.turns.push(Turn::User(prompt::repair(&detail)));
            }
        }
    }
}

impl Agent {
    /// Applies an answer where git objects may be read.
    async fn judge(&self, answer: String, start: Vec<FileChange>) -> Result<Verdict, Ending> {
        let (view, rules) = (self.view.clone(), self.rules.clone());
        let work = move || Ok(judge(&answer, &TreeBase::new(view), &start, &rules));
        self.mirror.run(work).await.map_err(git_ending)
    }
}

fn judge(answer: &str, base: &TreeBase, start: &[FileChange], rules: &Rules) -> Verdict {
    let parsed = parse(answer);
    if parsed.edits.is_empty() && parsed.problems.is_empty() && !says_no_changes(answer) {
        let reason = "the answer holds no edit".to_owned();
        let detail = "There was no search/replace block and no diff in it.".to_owned();
        return Verdict::Refused { reason, detail, summary: parsed.summary };
    }
    match apply_over(answer, base, start, rules) {
        Ok((applied, summary)) => Verdict::Taken(Box::new(applied), prompt::without_mark(&summary)),
        Err(Refusal { reason, detail, .. }) => Verdict::Refused { reason, detail, summary: parsed.summary },
    }
}
