//! The single shot: one question with the likely files, one answer with edits, one repair round that quotes the
//! reason of refusal.

use std::sync::Arc;

use tokio::time::Instant;

use crate::adapters::git::{GitError, Mirror, TreeView};
use crate::adapters::llm::{
    ChatAnswer, ChatModel, ChatRequest, ModelError, RetryPolicy, Stop, Turn, estimate_tokens, retrying,
};
use crate::domain::money::{Usage, UsdMicros};
use crate::engine::context::clean::Marker;
use crate::engine::context::{Context, Wanted, gather};
use crate::engine::patch::{Applied, FileChange, Refusal, Rules, parse};

use super::ground::{apply_over, show_over};
use super::no_changes::says_no_changes;
use super::prompt::{self, NO_CHANGES};
use super::spend::{affordable_output, planned_input, price};
use super::{Assignment, Desk, DeskError, Ending, Limits, Report, TreeBase};

/// Rounds after the first answer in which a model may mend it.
const REPAIRS: u32 = 1;
/// Whole files take at most this many bytes of a prompt, so that cheap models can be asked too.
const MAX_CONTEXT_BYTES: usize = 240_000;

/// Asks one model once, and once more when its answer cannot be applied.
pub struct SingleShot {
    /// The model.
    pub model: Arc<dyn ChatModel>,
    /// Where the pinned commit's objects are.
    pub mirror: Mirror,
    /// The pinned commit's files.
    pub view: TreeView,
    /// What a patch may do.
    pub rules: Rules,
    /// What a call may use.
    pub limits: Limits,
    /// When the run must be over.
    pub deadline: Instant,
    /// How calls are asked again.
    pub retry: RetryPolicy,
}

/// What came of one answer.
enum Verdict {
    Taken(Box<Applied>, String),
    Refused { reason: String, detail: String, summary: String },
}

impl SingleShot {
    /// Works on `task`. Money is asked for at `desk` before every call.
    pub async fn run(&self, task: &Assignment, desk: &dyn Desk) -> Report {
        match self.attempt(task, desk).await {
            Ok(report) => report,
            Err(ending) => Report { ending, summary: None },
        }
    }

    async fn attempt(&self, task: &Assignment, desk: &dyn Desk) -> Result<Report, Ending> {
        let mut request = self.first_request(task, desk).await?;
        let mut repairs = 0;
        loop {
            let answer = self.ask(&mut request, desk).await?;
            let text = usable_text(&answer)?;
            match self.judge(text.clone(), task.start.clone()).await? {
                Verdict::Taken(applied, summary) => {
                    desk.log(told(&applied)).await;
                    return Ok(Report { ending: Ending::Patch(applied), summary: Some(summary) });
                }
                Verdict::Refused { reason, summary, .. } if repairs == REPAIRS => {
                    desk.log(format!("refused: {reason}")).await;
                    return Ok(Report { ending: Ending::Failed(sentence(&reason)), summary: Some(summary) });
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

    async fn first_request(&self, task: &Assignment, desk: &dyn Desk) -> Result<ChatRequest, Ending> {
        let context = self.context(task).await.map_err(git_ending)?;
        desk.log(format!("shown: {}", listed(&context))).await;
        for note in &context.left_out {
            desk.log(format!("left out: {note}")).await;
        }
        // A forged marker is as likely as a guessed key; a fresh one settles even that.
        let user = (0..3).find_map(|_| prompt::user(task, &context, &Marker::random()).ok());
        let user = user.ok_or_else(|| Ending::Failed("The issue's text could not be marked off safely.".into()))?;
        Ok(ChatRequest::single(prompt::system(), user, self.limits.max_output_tokens))
    }

    async fn context(&self, task: &Assignment) -> Result<Context, GitError> {
        let (view, forbidden) = (self.view.clone(), self.rules.forbidden.clone());
        let (text, scope) = (task.words(), task.scope.clone());
        let fixed = estimate_tokens(&prompt::system()) + estimate_tokens(&text) + task.told_tokens() + 8_000;
        let room = usize::try_from((self.limits.max_input_tokens - fixed).max(0)).unwrap_or(0).saturating_mul(3);
        let max_bytes = room.min(MAX_CONTEXT_BYTES);
        let work = move || {
            let allowed = |path: &str| forbidden.forbids(path).is_none();
            gather(&view, &Wanted { text: &text, scope: scope.as_deref(), max_bytes, allowed: &allowed })
        };
        let mut context = self.mirror.run(work).await?;
        show_over(&mut context, &task.start, &self.rules, max_bytes);
        Ok(context)
    }

    async fn ask(&self, request: &mut ChatRequest, desk: &dyn Desk) -> Result<ChatAnswer, Ending> {
        let input = planned_input(request);
        let available = desk.available().await.map_err(desk_ending)?;
        let prices = &self.limits.prices;
        let Some(output) = affordable_output(prices, input, self.limits.max_output_tokens, available) else {
            let needed = price(prices, input, super::spend::LEAST_OUTPUT_TOKENS);
            return Err(Ending::Failed(format!(
                "The budget leaves {available}, and this call needs at least {needed}."
            )));
        };
        request.max_output_tokens = output;
        desk.reserve(price(prices, input, output)).await.map_err(desk_ending)?;
        desk.log(format!("asking: about {input} tokens in, at most {output} out")).await;
        let outcome =
            retrying(self.model.as_ref(), &RetryPolicy { deadline: self.deadline, ..self.retry }, request).await;
        let usage = match &outcome {
            Ok(answer) => answer.usage,
            Err(error) => error.usage().unwrap_or_default(),
        };
        let cost = self.settle(usage, desk).await?;
        if let Err(error) = &outcome {
            desk.log(format!("the call failed: {error}")).await;
        } else {
            desk.log(format!("answered: {} tokens in, {} out, {cost}", usage.input_tokens, usage.output_tokens)).await;
        }
        outcome.map_err(model_ending)
    }

    async fn settle(&self, usage: Usage, desk: &dyn Desk) -> Result<UsdMicros, Ending> {
        let cost = self.limits.prices.cost(usage);
        desk.settle(usage, cost).await.map_err(desk_ending)?;
        Ok(cost)
    }

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
        Ok((applied, summary)) => Verdict::Taken(Box::new(applied), summary.replace(NO_CHANGES, "No changes needed.")),
        Err(Refusal { reason, detail, .. }) => Verdict::Refused { reason, detail, summary: parsed.summary },
    }
}

fn usable_text(answer: &ChatAnswer) -> Result<String, Ending> {
    match answer.stop {
        Stop::Length => {
            Err(Ending::Failed("The answer was cut off at the model's output limit, so it was not used.".into()))
        }
        Stop::Refusal => Err(Ending::Failed("The model declined to answer.".into())),
        Stop::Filtered => Err(Ending::Failed("The provider's content filter stopped the answer.".into())),
        Stop::End | Stop::ToolCalls => Ok(answer.text.clone()),
    }
}

fn told(applied: &Applied) -> String {
    let (added, removed) = applied.patch.lines();
    match applied.patch.files().len() {
        0 => "applies: nothing to change".into(),
        files => format!("applies: {files} files, +{added} −{removed}"),
    }
}

fn listed(context: &Context) -> String {
    let names: Vec<&str> = context.files.iter().take(20).map(|f| f.path.as_str()).collect();
    match context.files.len() {
        0 => "no files".into(),
        n if n > names.len() => format!("{} and {} more files", names.join(", "), n - names.len()),
        _ => names.join(", "),
    }
}

/// A reason as a sentence: a capital first letter and a full stop.
fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

fn model_ending(error: ModelError) -> Ending {
    match error {
        ModelError::CutOff { .. } => {
            Ending::Failed("The answer was cut off before its end, so it was not used.".into())
        }
        other => Ending::Failed(other.to_string()),
    }
}

fn desk_ending(error: DeskError) -> Ending {
    match error {
        DeskError::OverBudget(why) => Ending::Failed(sentence(&why)),
        DeskError::Stopped => Ending::Stopped,
        DeskError::Unavailable => Ending::Later(error.to_string()),
    }
}

fn git_ending(error: GitError) -> Ending {
    if error.is_transient() { Ending::Later(error.to_string()) } else { Ending::Failed(sentence(&error.to_string())) }
}
