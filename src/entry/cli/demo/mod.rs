//! `bakeoff demo`: the main job with no account, key or network. Only the far ends are stand-ins; the bot between
//! them is the real one, over real HTTP, real git and a real database.

mod script;
mod stage;
mod story;
mod tell;

use anyhow::Context as _;

use stage::Stage;
use tell::{Teller, Who};

/// Plays the story. With `once` it ends when the pull request is open and its tree is right; else the web view
/// stays up until Ctrl-C.
pub async fn demo(once: bool) -> anyhow::Result<()> {
    let teller = Teller::new();
    let stage = Stage::set().await?;
    let told = tokio::select! {
        told = story::tell(&stage, &teller) => told,
        interrupted = tokio::signal::ctrl_c() => interrupted.context("Ctrl-C cannot be waited for"),
    };
    if told.is_ok() && !once {
        teller.chapter("Have a look");
        teller.below("The web view shows the candidates side by side:");
        teller.link(stage.address.as_str());
        teller.step(Who::Stage, "everything stays up until you press Ctrl-C");
        tokio::signal::ctrl_c().await.context("Ctrl-C cannot be waited for")?;
    }
    stage.strike().await;
    told
}
