//! The models that a run may ask: its own, and the one that stands in for it.

use crate::adapters::llm::RetryPolicy;
use crate::adapters::store::models;
use crate::domain::model::ModelProfile;
use crate::domain::tariff::Tariff;
use crate::engine::agent::{Asker, Desk as _, Seat};
use crate::service::start_round::price_of;
use crate::service::{Services, models as profiles};

use super::desk::RunDesk;

/// Whoever answers for `model`; `None` when its price is not known.
pub(super) async fn asker(
    svc: &Services,
    model: &ModelProfile,
    retry: RetryPolicy,
    desk: &RunDesk<'_>,
) -> anyhow::Result<Option<Asker>> {
    let Some(tariff) = price_of(model) else { return Ok(None) };
    let first = seat(svc, model, tariff).await?;
    let fallback = fallback(svc, model, desk).await?;
    Ok(Some(Asker::new(first, fallback, svc.policy.max_output_tokens, retry)))
}

async fn fallback(svc: &Services, model: &ModelProfile, desk: &RunDesk<'_>) -> anyhow::Result<Option<Seat>> {
    let Some(alias) = &model.fallback else { return Ok(None) };
    let found = models::by_alias(&mut *svc.store.read().await?, alias).await?.filter(|other| other.id != model.id);
    let priced = found.as_ref().and_then(|other| Some((other, price_of(other)?)));
    let Some((other, tariff)) = priced else {
        let why = if found.is_some() { "has no known price" } else { "is not there any more" };
        desk.log(format!("the fallback {alias} {why}, so there is none")).await;
        return Ok(None);
    };
    Ok(Some(seat(svc, other, tariff).await?))
}

/// The model behind a profile.
async fn seat(svc: &Services, profile: &ModelProfile, tariff: Tariff) -> anyhow::Result<Seat> {
    let key = profiles::key(svc, profile.id).await?;
    Ok(Seat {
        model: svc.llm.model(profile, key),
        tariff,
        provider: profile.provider,
        tools: profile.tools,
        model_name: profile.model_name.clone(),
        label: profile.label().to_owned(),
    })
}
