//! Ids, moments and words of the domain as the document tells them.

use serde::{Serialize, Serializer};
use serde_json::json;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::clock::Timestamp;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::{MessageId, ModelId, PullId, RepoId, RoundId, RunId, TaskId, TokenId};
use crate::domain::message::Role;
use crate::domain::model::{ModelSource, Provider, ToolUse, Wire};
use crate::domain::pull::PullStatus;
use crate::domain::round::RoundStatus;
use crate::domain::run::RunStatus;
use crate::domain::token::Scope;
use crate::domain::vote::Ballot;
use crate::entry::api::form::Example;
use crate::service::rest::preferences::PrCreationMode;

/// The id of everything in the document's examples.
const EXAMPLE_ID: &str = "01975f1e-8c00-7000-8000-000000000001";

/// A moment: RFC 3339 in UTC with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_rfc3339())
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let words = "RFC 3339 in UTC with milliseconds and `Z`.";
        text().format(Some(format)).description(Some(words)).examples([json!("2026-01-31T12:00:00.000Z")]).into()
    }
}

impl ToSchema for Moment {}

impl Example for Moment {
    fn example() -> Self {
        Self(Timestamp(1_769_860_800_000))
    }
}

macro_rules! ids {
    ($($name:ident: $words:literal),* $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text().format(Some(SchemaFormat::Custom("uuid".into()))).description(Some($words)).into()
            }
        }

        impl ToSchema for $name {}

        impl Example for $name {
            fn example() -> Self {
                EXAMPLE_ID.parse().unwrap_or_else(|_| Self::new())
            }
        }
    )*};
}

ids! {
    RepoId: "Id of a repository.",
    RoundId: "Id of a round.",
    TaskId: "Id of a task.",
    RunId: "Id of a run.",
    MessageId: "Id of a message.",
    PullId: "Id of a pull request.",
    ModelId: "Id of a model profile.",
    TokenId: "Id of a token.",
}

macro_rules! words {
    ($($name:ident: $words:literal),* $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text().description(Some($words)).enum_values(Some($name::ALL.map($name::as_str))).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

words! {
    Provider: "A vendor's protocol family.",
    Wire: "Which of OpenAI's two protocols is spoken.",
    ToolUse: "Whether the model is given tools when it can use them, or never.",
    ModelSource: "Where a profile was written down: over REST, or in the settings file.",
    Role: "Who speaks.",
    RunStatus: "Where a run stands.",
    RoundStatus: "Where a round stands.",
    DeliveryStatus: "What became of a delivery.",
    Scope: "What a token may do; `admin` holds the others.",
    Ballot: "For, against, or neither any more.",
    PrCreationMode: "How a client opens pull requests: at once, or by a compare link.",
    PullStatus: "Where a pull request stands; kept true by webhooks.",
}
