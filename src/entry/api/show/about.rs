//! The program itself.

use serde::Serialize;
use utoipa::ToSchema;

use crate::entry::api::form::Example;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What answers here.
#[derive(Debug, Serialize, ToSchema)]
pub struct About {
    /// `bakeoff`.
    name: &'static str,
    version: &'static str,
    /// Where to read about the API.
    docs: &'static str,
    /// Where its document is.
    openapi: &'static str,
}

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `healthy`.
    status: &'static str,
    version: &'static str,
}

/// The process takes work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`.
    status: &'static str,
}

/// What became of a webhook delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceivedDelivery)]
pub struct Received {
    /// `queued`, `duplicate` or `pong`.
    status: &'static str,
}

impl About {
    /// This program.
    pub fn now() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: VERSION, docs: "/docs", openapi: "/openapi.json" }
    }
}

impl Health {
    /// This process.
    pub fn now() -> Self {
        Self { status: "healthy", version: VERSION }
    }
}

impl Ready {
    /// This process.
    pub fn now() -> Self {
        Self { status: "ready" }
    }
}

impl Example for About {
    fn example() -> Self {
        Self::now()
    }
}

impl Example for Health {
    fn example() -> Self {
        Self::now()
    }
}

impl Example for Received {
    fn example() -> Self {
        Self { status: "queued" }
    }
}

impl Example for Ready {
    fn example() -> Self {
        Self::now()
    }
}
