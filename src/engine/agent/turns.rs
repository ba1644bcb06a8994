//! The loop of a model with tools: ask, answer its calls, ask again, until it finishes or a limit is reached. Every
//! limit ends with the best patch so far and says so.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::adapters::llm::{ChatAnswer, ChatRequest, ModelError, Phase, Stop, ToolCall, Turn};
use crate::domain::failure::FailureKind;
use crate::engine::patch::{FileChange, Refusal, Warning, parse};

use super::call::{Halt, usable_text};
use super::limits::{Failures, Limit};
use super::no_changes::says_no_changes;
use super::opening::Frame;
use super::prompt;
use super::shorten;
use super::single::single_shot;
use super::spend::planned_input;
use super::tools::{self, Catalog, Done, Room};
use super::{Agent, Assignment, Desk, Ending, Report, git_ending, sentence, told, tool_prompt};

/// Whole files take at most this many bytes of the first question: the model can look for itself, and what is shown is
/// paid for again at every step.
const MAX_CONTEXT_BYTES: usize = 32_000;
/// How long the calls of one turn may take.
const TURN_TIME: Duration = Duration::from_secs(10);
/// Answers with edits in plain text that may be refused.
const REFUSED_TEXTS: u32 = 3;
/// From how many remaining steps on the model is told.
const STEPS_TOLD: u32 = 3;

/// What follows a turn.
enum Next {
    GoOn,
    Finish(String),
    Stop(Limit),
    Fail(String),
    NoTools,
}

struct Turns<'a> {
    agent: &'a Agent,
    task: &'a Assignment,
    desk: &'a dyn Desk,
    catalog: Arc<Catalog>,
    request: ChatRequest,
    changes: Vec<FileChange>,
    notes: Vec<Warning>,
    edits: usize,
    step: u32,
    input_tokens: i64,
    failures: Failures,
    refused_texts: u32,
    nudged: bool,
    cut_off: bool,
    words: String,
}

/// Lets the model work with tools; one that takes none goes on with the single shot, from what is changed so far.
pub async fn tool_loop(agent: &Agent, task: &Assignment, desk: &dyn Desk) -> Result<Report, Ending> {
    let frame =
        Frame { system: tool_prompt::system(), reminder: tool_prompt::REMINDER, max_context_bytes: MAX_CONTEXT_BYTES };
    let mut request = agent.open(task, frame, desk).await?;
    request.tools = tools::specs();
    let turns = Turns {
        agent,
        task,
        desk,
        catalog: Arc::new(Catalog::new(agent.view.clone(), agent.rules.clone())),
        request,
        changes: task.start.clone(),
        notes: Vec::new(),
        edits: 0,
        step: 0,
        input_tokens: 0,
        failures: Failures::default(),
        refused_texts: 0,
        nudged: false,
        cut_off: false,
        words: String::new(),
    };
    turns.run().await
}

impl Turns<'_> {
    async fn run(mut self) -> Result<Report, Ending> {
        loop {
            let next = match self.reached().await {
                Some(limit) => Next::Stop(limit),
                None => self.turn().await?,
            };
            return match next {
                Next::GoOn => continue,
                Next::NoTools => self.go_on_without_tools().await,
                Next::Fail(why) => Ok(Report::ended(Ending::Failed(FailureKind::NoUsableEdit, why))),
                Next::Finish(summary) => self.finish(summary).await,
                Next::Stop(limit) => self.stop(&limit).await,
            };
        }
    }

    /// The rest in one question, over what was changed so far; what was changed is not lost when that fails.
    async fn go_on_without_tools(&mut self) -> Result<Report, Ending> {
        let so_far = if self.edits > 0 { ", on top of the edits made so far" } else { "" };
        self.desk.log(format!("the model takes no tools; it is asked for all edits in one answer{so_far}")).await;
        let rest = Assignment { start: self.changes.clone(), ..self.task.clone() };
        match single_shot(self.agent, &rest, self.desk).await {
            Ok(Report { ending: Ending::Failed(kind, why), .. }) | Err(Ending::Failed(kind, why)) if self.edits > 0 => {
                self.stop(&Limit::OtherModel(kind, why)).await
            }
            other => other,
        }
    }

    /// The limit that forbids another call; makes room where the conversation has grown too long.
    async fn reached(&mut self) -> Option<Limit> {
        let limits = self.agent.loop_limits;
        if self.step >= limits.steps {
            return Some(Limit::Steps(limits.steps));
        }
        if Instant::now() >= self.agent.deadline {
            return Some(Limit::Time);
        }
        match shorten::fit(&mut self.request, self.agent.max_input_tokens) {
            None => return Some(Limit::Context),
            Some(0) => {}
            Some(count) => self.desk.log(format!("the {count} oldest results were shortened to make room")).await,
        }
        let planned = self.input_tokens.saturating_add(planned_input(&self.request));
        (planned > limits.input_tokens).then_some(Limit::InputTokens(limits.input_tokens))
    }

    async fn turn(&mut self) -> Result<Next, Ending> {
        self.step += 1;
        match self.agent.ask(&mut self.request, self.desk).await {
            Err(halt) => self.halted(halt),
            Ok(answer) => {
                self.input_tokens = self.input_tokens.saturating_add(answer.usage.input_tokens);
                self.take(answer).await
            }
        }
    }

    fn halted(&mut self, halt: Halt) -> Result<Next, Ending> {
        let error = match halt {
            Halt::Model(error) => error,
            Halt::NoTools => return Ok(Next::NoTools),
            Halt::NoMoney(why) => return Ok(Next::Stop(Limit::Money(why))),
            halt @ Halt::Desk(_) => return Err(halt.into()),
        };
        self.input_tokens = self.input_tokens.saturating_add(error.usage().map_or(0, |usage| usage.input_tokens));
        match &error {
            ModelError::ToolsUnsupported => Ok(Next::NoTools),
            ModelError::Timeout { phase: Phase::Total, .. } => Ok(Next::Stop(Limit::Time)),
            ModelError::PromptTooLong if self.step > 1 => Ok(Next::Stop(Limit::Context)),
            // A broken answer may come out whole the next time; it is paid for, so not for ever.
            ModelError::CutOff { .. } | ModelError::BadAnswer { .. } => {
                let times = self.failures.note(&error.to_string());
                match times < self.agent.loop_limits.equal_failures {
                    true => Ok(Next::GoOn),
                    false if self.edits > 0 => Ok(Next::Stop(Limit::Failures(times, "no usable answer"))),
                    false => Err(Halt::Model(error).into()),
                }
            }
            _ => Err(Halt::Model(error).into()),
        }
    }

    async fn take(&mut self, answer: ChatAnswer) -> Result<Next, Ending> {
        if answer.stop == Stop::Length {
            return Ok(self.cut_off(answer));
        }
        let text = usable_text(&answer)?;
        if !text.trim().is_empty() {
            text.trim().clone_into(&mut self.words);
        }
        if answer.stop == Stop::ToolCalls {
            let calls = answer.tool_calls.clone();
            self.request.turns.push(answer.into_turn());
            return self.call(calls).await;
        }
        self.request.turns.push(answer.into_turn());
        self.read_text(text).await
    }

    /// Calls of an answer that is not whole are not run: their arguments may be cut.
    fn cut_off(&mut self, answer: ChatAnswer) -> Next {
        if std::mem::replace(&mut self.cut_off, true) {
            return Next::Stop(Limit::AnswerLength);
        }
        if !answer.text.trim().is_empty() {
            self.request.turns.push(answer.into_turn());
        }
        self.request.turns.push(Turn::User(tool_prompt::CUT_OFF.into()));
        Next::GoOn
    }

    async fn call(&mut self, calls: Vec<ToolCall>) -> Result<Next, Ending> {
        let (done, finished) = self.in_room(move |room| (tools::answer(room, &calls), room.finished.take())).await?;
        let mut stop = None;
        for done in &done {
            self.desk.log(self.told(done)).await;
            let times = done.failure.as_ref().map(|failure| self.failures.note(failure));
            match times {
                None => self.failures.reset(),
                Some(times) if times >= self.agent.loop_limits.equal_failures => {
                    stop = stop.or(Some(Limit::Failures(times, done.tool)));
                }
                Some(_) => {}
            }
        }
        self.push_results(done);
        Ok(match (finished, stop) {
            (Some(summary), _) => Next::Finish(summary),
            (None, Some(limit)) => Next::Stop(limit),
            (None, None) => Next::GoOn,
        })
    }

    fn push_results(&mut self, done: Vec<Done>) {
        let mut results: Vec<_> = done.into_iter().map(|done| done.result).collect();
        let left = self.agent.loop_limits.steps.saturating_sub(self.step);
        if let Some(last) = results.last_mut().filter(|_| (1..=STEPS_TOLD).contains(&left)) {
            last.output.push_str(&tool_prompt::steps_left(left));
        }
        self.request.turns.push(Turn::Tools(results));
    }

    fn told(&self, done: &Done) -> String {
        let about = if done.about.is_empty() { String::new() } else { format!(" {}", done.about) };
        let came = if done.result.is_error { "failed" } else { "answered" };
        format!("step {}: {}{about} {came}, {} characters", self.step, done.tool, done.result.output.chars().count())
    }

    /// An answer in words: edits in it count, words after edits end the work, words alone are asked to become deeds.
    async fn read_text(&mut self, text: String) -> Result<Next, Ending> {
        let parsed = parse(&text);
        if !parsed.edits.is_empty() || !parsed.problems.is_empty() {
            let outcome = self.in_room(move |room| room.make_answer(&text)).await?;
            return Ok(match outcome {
                Ok(summary) => Next::Finish(summary),
                Err(refusal) => self.refused(refusal).await,
            });
        }
        if says_no_changes(&text) || self.edits > 0 {
            return Ok(Next::Finish(prompt::without_mark(&parsed.summary)));
        }
        if std::mem::replace(&mut self.nudged, true) {
            return Ok(Next::Fail("The answer holds no edit.".into()));
        }
        self.desk.log("the answer neither calls a tool nor holds an edit; asking once more".into()).await;
        self.request.turns.push(Turn::User(tool_prompt::NUDGE.into()));
        Ok(Next::GoOn)
    }

    async fn refused(&mut self, Refusal { reason, detail, .. }: Refusal) -> Next {
        self.refused_texts += 1;
        if self.refused_texts < REFUSED_TEXTS {
            self.desk.log(format!("refused, asking again: {reason}")).await;
            self.request.turns.push(Turn::User(prompt::repair(&detail)));
            return Next::GoOn;
        }
        self.desk.log(format!("refused: {reason}")).await;
        if self.edits > 0 { Next::Stop(Limit::RefusedAnswers) } else { Next::Fail(sentence(&reason)) }
    }

    /// Works in the tools' room where git objects may be read; what was changed there stays.
    async fn in_room<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Room<'_>) -> T + Send + 'static,
    ) -> Result<T, Ending> {
        let (catalog, changes) = (Arc::clone(&self.catalog), std::mem::take(&mut self.changes));
        let blocking = move || {
            let mut room = Room::new(&catalog, &changes, std::time::Instant::now() + TURN_TIME);
            let out = work(&mut room);
            match room.fault.take() {
                Some(fault) => Err(fault),
                None => Ok((out, room.changes(), std::mem::take(&mut room.notes), room.made)),
            }
        };
        let (out, changes, notes, made) = self.agent.mirror.run(blocking).await.map_err(git_ending)?;
        self.changes = changes;
        self.notes.extend(notes);
        self.edits += made;
        Ok(out)
    }

    async fn finish(&mut self, summary: String) -> Result<Report, Ending> {
        let notes = std::mem::take(&mut self.notes);
        let patch = self.in_room(move |room| room.patch(notes)).await?;
        Ok(match patch {
            Ok(applied) => {
                self.desk.log(told(&applied)).await;
                Report { summary: Some(summary), ..Report::ended(Ending::Patch(Box::new(applied))) }
            }
            Err(refusal) => Report::ended(Ending::Failed(FailureKind::NoUsableEdit, sentence(&refusal.reason))),
        })
    }

    async fn stop(&mut self, limit: &Limit) -> Result<Report, Ending> {
        self.desk.log(format!("stopped {limit}")).await;
        if self.edits == 0 {
            return Ok(Report::ended(Ending::Failed(limit.kind(), limit.failure())));
        }
        let words = std::mem::take(&mut self.words);
        let summary = format!("{}\n\n{words}", sentence(&limit.note()));
        let report = self.finish(summary.trim().to_owned()).await?;
        Ok(match &report.ending {
            Ending::Patch(applied) if applied.patch.is_empty() => {
                Report::ended(Ending::Failed(limit.kind(), limit.failure()))
            }
            Ending::Patch(_) => Report { note: Some(limit.note()), ..report },
            _ => report,
        })
    }
}
