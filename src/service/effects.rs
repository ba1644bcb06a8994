//! Comments that exist once: the intent is stored before, the result after, and what may already be there is
//! looked for by its hidden marker before it is written again (I2).

use crate::adapters::github::{Comment, GithubError, RepoClient};
use crate::adapters::store::threads::{self, ThreadId};
use crate::adapters::store::{effects, usage};
use crate::domain::clock::Timestamp;
use crate::domain::crash;
use crate::domain::effect::{Effect, EffectStatus};
use crate::domain::ids::{CommentId, EffectId, RepoId, TaskId};
use crate::domain::sha256::Sha256Hex;
use crate::engine::render::marker::parse_marker;

use super::{Services, caps};

/// An issue's thread, where we write.
pub struct Thread<'a> {
    /// The repository.
    pub client: &'a RepoClient,
    /// Our id of it.
    pub repo: RepoId,
    /// The issue's number.
    pub issue: i64,
    /// The task the texts belong to.
    pub task_id: Option<TaskId>,
}

impl Thread<'_> {
    /// Its name in the tables.
    pub fn id(&self) -> ThreadId {
        ThreadId { repo: self.repo, number: self.issue }
    }
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It stands there as wanted.
    Stands {
        /// The comment.
        id: CommentId,
        /// Whether this call wrote it for the first time.
        new: bool,
    },
    /// Not yet: look again at this time.
    Later(Timestamp),
    /// The thread does not take it (locked, gone).
    Refused,
    /// The thread holds as many comments of ours as it may (M17).
    Full,
}

impl Said {
    /// The comment, when it stands.
    pub fn comment(&self) -> Option<CommentId> {
        match self {
            Self::Stands { id, .. } => Some(*id),
            Self::Later(_) | Self::Refused | Self::Full => None,
        }
    }
}

/// The effect named `key`, made when it is new.
pub async fn intend(svc: &Services, task: Option<TaskId>, key: &str) -> anyhow::Result<Effect> {
    let mut tx = svc.store.begin().await?;
    let effect = effects::intend(&mut tx, task, key, svc.now()).await?;
    tx.commit().await?;
    Ok(effect)
}

/// Brings the comment named `key` to the text `render` gives for its effect.
pub async fn say(
    svc: &Services,
    thread: &Thread<'_>,
    key: &str,
    render: impl FnOnce(EffectId) -> String,
) -> anyhow::Result<Said> {
    let effect = intend(svc, thread.task_id, key).await?;
    let text = svc.secrets.redact(&render(effect.id)).into_owned();
    match (effect.status, effect.external_id) {
        (EffectStatus::Failed, _) => Ok(if effect.tried { Said::Refused } else { Said::Full }),
        (EffectStatus::Done, Some(id)) => edit(svc, thread, &effect, CommentId(id), &text).await,
        (EffectStatus::Done, None) | (EffectStatus::Intended, _) => post(svc, thread, &effect, &text).await,
    }
}

async fn edit(svc: &Services, thread: &Thread<'_>, effect: &Effect, id: CommentId, text: &str) -> anyhow::Result<Said> {
    let hash = Sha256Hex::of(text).to_string();
    if effect.body_sha256.as_deref() == Some(hash.as_str()) {
        return Ok(Said::Stands { id, new: false });
    }
    match thread.client.update_comment(id, text).await {
        Ok(comment) => {
            record(svc, effect, &comment, &hash).await?;
            Ok(Said::Stands { id, new: false })
        }
        Err(error) => refused(svc, effect, error).await,
    }
}

async fn post(svc: &Services, thread: &Thread<'_>, effect: &Effect, text: &str) -> anyhow::Result<Said> {
    let hash = Sha256Hex::of(text).to_string();
    if effect.tried {
        if let Some(comment) = adopt(svc, thread, effect).await? {
            record(svc, effect, &comment, "adopted, text unknown").await?;
            let adopted = Effect { body_sha256: None, ..effect.clone() };
            return Box::pin(edit(svc, thread, &adopted, comment.id, text)).await;
        }
        let settled = effect.updated_at.plus(svc.policy.adopt_wait);
        if svc.now() < settled {
            return Ok(Said::Later(settled));
        }
    }
    if !admit(svc, thread, effect).await? {
        return Ok(Said::Full);
    }
    match thread.client.create_comment(thread.issue, text).await {
        Ok(comment) => {
            crash::point("after_comment_post");
            record(svc, effect, &comment, &hash).await?;
            Ok(Said::Stands { id: comment.id, new: true })
        }
        Err(GithubError::UnknownOutcome) => Ok(Said::Later(svc.now().plus(svc.policy.adopt_wait / 5))),
        Err(error) => refused(svc, effect, error).await,
    }
}

/// Our comment with this effect's marker, if the thread has it.
async fn adopt(svc: &Services, thread: &Thread<'_>, effect: &Effect) -> anyhow::Result<Option<Comment>> {
    let app = svc.github()?.app_id();
    let since = effect.created_at.minus(std::time::Duration::from_mins(10));
    let comments = thread.client.comments(thread.issue, Some(since)).await?;
    let ours = |c: &Comment| c.app_id == Some(app) && parse_marker(&c.body).is_some_and(|m| m.effect == effect.id);
    Ok(comments.into_iter().find(ours))
}

/// Notes that the comment may be written from now on, when the thread has room for it. Room for the status comment of
/// a round and for its candidates was kept when it began, and the last place is for the word that there is none.
async fn admit(svc: &Services, thread: &Thread<'_>, effect: &Effect) -> anyhow::Result<bool> {
    let mut tx = svc.store.begin().await?;
    if !effect.tried {
        usage::hold(&mut tx).await?;
        let kept = threads::comments(&mut tx, thread.id()).await?;
        let cap = svc.policy.counts.comments_thread;
        let room = match effect.key.split(':').next() {
            Some("status") => true,
            Some("candidate") => kept.posted + kept.status < cap,
            Some("full") => kept.total() < cap,
            _ => caps::room(&mut tx, &svc.policy, thread.id()).await? > 0,
        };
        if !room {
            effects::failed(&mut tx, effect.id, svc.now()).await?;
            tx.commit().await?;
            tracing::info!(effect.key = %effect.key, "the thread holds as many comments as it may");
            return Ok(false);
        }
        threads::place(&mut tx, effect.id, thread.id()).await?;
    }
    effects::mark_tried(&mut tx, effect.id, svc.now()).await?;
    tx.commit().await?;
    Ok(true)
}

async fn record(svc: &Services, effect: &Effect, comment: &Comment, hash: &str) -> anyhow::Result<()> {
    let mut tx = svc.store.begin().await?;
    let result = effects::EffectResult {
        external_id: Some(comment.id.0),
        node_id: Some(comment.node_id.clone()),
        body_sha256: Some(hash.to_owned()),
    };
    effects::done(&mut tx, effect.id, &result, svc.now()).await?;
    Ok(tx.commit().await?)
}

async fn refused(svc: &Services, effect: &Effect, error: GithubError) -> anyhow::Result<Said> {
    let closed = matches!(error, GithubError::Locked | GithubError::Archived) || error.is_gone();
    if !closed {
        return Err(error.into());
    }
    tracing::info!(effect.key = %effect.key, reason = %error, "the thread does not take this comment");
    let mut tx = svc.store.begin().await?;
    effects::failed(&mut tx, effect.id, svc.now()).await?;
    tx.commit().await?;
    Ok(Said::Refused)
}
