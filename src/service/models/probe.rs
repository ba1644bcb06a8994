//! The test of a profile's connection: a tiny question to its provider, within a deadline.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::adapters::llm::{ChatRequest, ModelError, Stop, Within};
use crate::adapters::store::models;
use crate::domain::ids::ModelId;
use crate::service::{Services, audit};

use super::key;

/// How long it may take, with the wait for a place of its key.
const PATIENCE: Duration = Duration::from_secs(20);
/// The fewest tokens that every provider takes as a limit.
const TOKENS: u32 = 16;

/// What the test found: one sentence, never what the provider sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Whether the model answered.
    pub ok: bool,
    /// The sentence.
    pub said: String,
}

/// Asks the model of a profile for a word; `None` when there is no such profile.
pub async fn probe(svc: &Services, id: ModelId, actor: &str) -> anyhow::Result<Option<Probe>> {
    let found = models::get(&mut *svc.store.read().await?, id).await?.filter(|model| model.deleted_at.is_none());
    let Some(model) = found.map(|found| found.profile) else { return Ok(None) };
    let request = ChatRequest::single("Answer with one short word.", "Say ok.", TOKENS);
    let (begun, end) = (Instant::now(), Instant::now() + PATIENCE);
    let asked = async {
        let chat = svc.llm.model(&model, key(svc, id).await?)?;
        anyhow::Ok(chat.chat_within(&request, Within { begin: end, end }).await?)
    };
    let took = |begun: Instant| format!("{:.1} s", begun.elapsed().as_secs_f32());
    let probe = match asked.await {
        Ok(answer) if answer.stop == Stop::Filtered || answer.stop == Stop::Refusal => Probe {
            ok: true,
            said: format!("The connection works ({}), though the model declined to say ok.", took(begun)),
        },
        Ok(_) => Probe { ok: true, said: format!("The model answered in {}.", took(begun)) },
        Err(error) => match error.downcast_ref::<ModelError>() {
            // It came, and was longer than the little that it may be.
            Some(ModelError::BadAnswer { what: crate::adapters::llm::BadAnswer::Empty, .. }) => Probe {
                ok: true,
                said: format!("The connection works ({}); the model thought and said nothing.", took(begun)),
            },
            Some(failed) => Probe { ok: false, said: failed.to_string() },
            None => {
                tracing::warn!(%error, model.id = %id, "the test of a model failed");
                Probe { ok: false, said: "The stored key cannot be opened: store it again.".into() }
            }
        },
    };
    let mut tx = svc.store.begin().await?;
    let details = json!({ "ok": probe.ok });
    audit::note(&mut tx, actor, "model.test", &format!("model:{id}"), details, svc.now()).await?;
    tx.commit().await?;
    Ok(Some(probe))
}
