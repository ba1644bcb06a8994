//! The first question of a run: the task and the files that matter, within the room there is.

use std::sync::Arc;

use crate::adapters::git::GitError;
use crate::adapters::llm::{ChatRequest, estimate_tokens};
use crate::domain::characters::made_visible;
use crate::domain::failure::FailureKind::Other;
use crate::engine::context::clean::Marker;
use crate::engine::context::{Context, ContextFile, Wanted, gather};

use super::ground::show_over;
use super::{Agent, Assignment, Desk, Ending, git_ending, prompt};

/// What an agent says before and after the task.
pub struct Frame {
    /// Our instructions.
    pub system: String,
    /// How to answer, said again after everything that others wrote.
    pub reminder: &'static str,
    /// What is shown of the repository takes at most so many bytes.
    pub max_context_bytes: usize,
}

impl Agent {
    /// The question; what is shown and what is left out goes to the log.
    pub(super) async fn open(&self, task: &Assignment, frame: Frame, desk: &dyn Desk) -> Result<ChatRequest, Ending> {
        let context = self.context(task, &frame).await.map_err(git_ending)?;
        desk.log(format!("shown: {}", listed(&context))).await;
        for note in &context.left_out {
            desk.log(format!("left out: {note}")).await;
        }
        // A forged marker is as likely as a guessed key; a fresh one settles even that.
        let user = (0..3).find_map(|_| prompt::user(task, &context, &Marker::random()).ok());
        let user =
            user.ok_or_else(|| Ending::Failed(Other, "The issue's text could not be marked off safely.".into()))?;
        Ok(ChatRequest::single(frame.system, user + frame.reminder, 0))
    }

    async fn context(&self, task: &Assignment, frame: &Frame) -> Result<Context, GitError> {
        let (view, library, forbidden) = (self.view.clone(), Arc::clone(&self.library), self.rules.forbidden.clone());
        let folders: Vec<String> = task.scope.iter().chain(&task.folders).cloned().collect();
        let text = task.words();
        let fixed = estimate_tokens(&frame.system) + estimate_tokens(&text) + task.told_tokens() + 8_000;
        let room = usize::try_from((self.max_input_tokens - fixed).max(0)).unwrap_or(0).saturating_mul(3);
        let max_bytes = room.min(frame.max_context_bytes);
        let work = move || {
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            let (folders, forbidden, library) = (folders.as_slice(), &forbidden, &library);
            gather(&view, &Wanted { text: &text, folders, max_bytes, forbidden, library })
        };
        let mut context = self.mirror.run(work).await?;
        show_over(&mut context, &task.start, &self.rules, max_bytes);
        Ok(context)
    }
}

fn listed(context: &Context) -> String {
    let mut names: Vec<String> = context.files.iter().take(20).map(shown_name).collect();
    if context.files.len() > names.len() {
        names.push(format!("{} more", context.files.len() - names.len()));
    }
    names.extend(context.instructions.iter().map(|one| format!("instructions of {}", one.path)));
    if !context.map.is_empty() {
        names.push(format!("a map of {} files", context.map.len()));
    }
    if names.is_empty() { "no files".into() } else { made_visible(&names.join(", ")) }
}

fn shown_name(file: &ContextFile) -> String {
    match file.lines {
        Some(lines) => format!("{} lines {}–{}", file.path, lines.first, lines.last),
        None => file.path.clone(),
    }
}
