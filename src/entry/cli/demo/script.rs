//! What the demo is about: a small program with a bug and a failing test, and models that answer as real ones do.

use secrecy::SecretString;

use crate::domain::model::{KeyLimits, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};
use crate::service::models::NewModel;
use crate::sim::models::{FakeModels, Fault, Reply};

/// The repository.
pub const REPO: &str = "acme/duration";
/// Its maintainer.
pub const MAINTAINER: &str = "maria";
/// Who reports the bug.
pub const REPORTER: &str = "tomasz";
/// The title.
pub const TITLE: &str = "parse(\"1h30m\") forgets the minutes";
/// The text.
pub const BODY: &str = "`show(5400)` gives `1h30m`, but `parse(\"1h30m\")` gives 3600 instead of 5400.\n\n\
The README says both directions work, and `test_several_units` in test_duration.py fails because of it.";
/// The candidate the maintainer chooses.
pub const CHOICE: &str = "A";

/// Path, mode and content of the repository's files.
pub const FILES: &[(&str, u32, &[u8])] = &[
    (".github/workflows/ci.yml", 0o100_644, include_bytes!("repository/ci.yml")),
    ("README.md", 0o100_644, include_bytes!("repository/README.md")),
    ("duration.py", 0o100_644, include_bytes!("repository/duration.py")),
    ("test_duration.py", 0o100_644, include_bytes!("repository/test_duration.py")),
];

struct Actor {
    alias: &'static str,
    name: &'static str,
    provider: Provider,
    wire: Wire,
    /// Dollars per million tokens, in and out, in millionths.
    prices: (i64, i64),
    replies: fn() -> Vec<Reply>,
}

fn thinks(reply: Reply, ms: u64, input: i64, output: i64) -> Reply {
    reply.usage(input, output, 0).delay(std::time::Duration::from_millis(ms))
}

fn overloaded() -> Reply {
    let headers = vec![("retry-after".to_owned(), "1".to_owned())];
    Reply::fault(Fault::Status { status: 503, headers, code: "overloaded".into() })
}

const ACTORS: &[Actor] = &[
    Actor {
        alias: "fable",
        name: "Fable 2",
        provider: Provider::Anthropic,
        wire: Wire::Chat,
        prices: (3_000_000, 15_000_000),
        replies: || vec![thinks(Reply::text(include_str!("answers/small.md")), 900, 1_912, 236)],
    },
    Actor {
        alias: "magnum",
        name: "Magnum Pro",
        provider: Provider::OpenAi,
        wire: Wire::Responses,
        prices: (5_000_000, 25_000_000),
        replies: || vec![thinks(Reply::text(include_str!("answers/large.md")), 1_600, 1_874, 811)],
    },
    Actor {
        alias: "comet",
        name: "Comet Flash",
        provider: Provider::Google,
        wire: Wire::Chat,
        prices: (300_000, 2_500_000),
        replies: || vec![thinks(Reply::text(include_str!("answers/wrong.md")), 400, 1_830, 141)],
    },
    Actor {
        alias: "shortcut",
        name: "Shortcut 7B",
        provider: Provider::OpenAiCompatible,
        wire: Wire::Chat,
        prices: (100_000, 400_000),
        replies: || vec![thinks(Reply::text(include_str!("answers/forbidden.md")), 600, 1_790, 98)],
    },
    Actor {
        alias: "steady",
        name: "Steady 4",
        provider: Provider::OpenAi,
        wire: Wire::Chat,
        prices: (1_000_000, 4_000_000),
        replies: || vec![overloaded(), thinks(Reply::text(include_str!("answers/retried.md")), 700, 1_861, 263)],
    },
];

/// The key of every stand-in model.
pub const KEY: &str = "demo-key-of-the-stand-in-models";

/// Tells the stand-ins their parts.
pub fn rehearse(models: &FakeModels) {
    models.require_key(KEY);
    for actor in ACTORS {
        models.script(&model_name(actor), (actor.replies)());
    }
}

fn model_name(actor: &Actor) -> String {
    actor.name.to_lowercase().replace(' ', "-")
}

/// The profiles as an owner would write them.
pub fn profiles(models: &FakeModels) -> Vec<NewModel> {
    let profile = |actor: &Actor| NewModel {
        provider: actor.provider,
        model_name: model_name(actor),
        display_name: Some(actor.name.into()),
        alias: Some(actor.alias.into()),
        default: true,
        api_key: SecretString::from(KEY),
        base_url: Some(models.base_url(actor.provider, actor.wire)),
        wire: Some(actor.wire),
        tools: ToolUse::Off,
        prices: Some(Prices {
            input: UsdMicros(actor.prices.0),
            output: UsdMicros(actor.prices.1),
            cached_input: UsdMicros(actor.prices.0 / 10),
        }),
        free: false,
        fallback: None,
        limits: KeyLimits::default(),
    };
    ACTORS.iter().map(profile).collect()
}
