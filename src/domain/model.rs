//! A model profile: which model of which vendor, what it costs, and the word that names it.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::ModelId;
use super::money::Prices;

/// A vendor's protocol family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI.
    #[serde(rename = "openai")]
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google.
    Google,
    /// Any server that speaks OpenAI's chat protocol (Ollama, vLLM, LiteLLM, OpenRouter …).
    #[serde(rename = "openai_compatible")]
    OpenAiCompatible,
}

impl Provider {
    /// All of them, in the order of the docs.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Google, Self::OpenAiCompatible];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Google => "google",
            Self::OpenAiCompatible => "openai_compatible",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == word)
    }

    /// The vendor's public base URL; `None` where the profile must name one.
    pub fn default_base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Google => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::OpenAiCompatible => None,
        }
    }
}

/// Which of OpenAI's two protocols to speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// `/responses`.
    #[default]
    Responses,
    /// `/chat/completions`.
    Chat,
}

impl Wire {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Responses, Self::Chat];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Chat => "chat",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.as_str() == word)
    }
}

/// Whether the model is given tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolUse {
    /// When it can use them.
    #[default]
    Auto,
    /// Never: a single question and answer.
    Off,
}

impl ToolUse {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Auto, Self::Off];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Off => "off",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == word)
    }
}

/// Where a profile was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelSource {
    /// REST or the settings page.
    Api,
    /// `[[models]]` in the settings file.
    File,
}

impl ModelSource {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Api, Self::File];

    /// The word stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::File => "file",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }
}

/// How much one key is asked in each process; profiles that share a key at one host share its limits, and the lowest
/// holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyLimits {
    /// Calls at once; `None` for as many as the program allows.
    pub max_concurrent: Option<u32>,
    /// Calls begun within a minute; `None` for any number.
    pub requests_per_minute: Option<u32>,
}

/// A model profile row, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelProfile {
    /// Our id; stable for profiles of the settings file.
    pub id: ModelId,
    /// The vendor.
    pub provider: Provider,
    /// The vendor's name of the model.
    pub model_name: String,
    /// The name shown to people.
    pub display_name: Option<String>,
    /// The word in commands.
    pub alias: String,
    /// Whether `/bakeoff` alone asks it.
    pub default: bool,
    /// Another server than the vendor's.
    pub base_url: Option<String>,
    /// OpenAI's protocol.
    pub wire: Wire,
    /// Tools or single shot.
    pub tools: ToolUse,
    /// What it costs; `None` when neither known nor given.
    pub prices: Option<Prices>,
    /// Said to cost nothing.
    pub free: bool,
    /// The alias of the profile that is asked when this one cannot be.
    pub fallback: Option<String>,
    /// What its key is asked at most.
    pub limits: KeyLimits,
    /// Where it was written down.
    pub source: ModelSource,
    /// The key's last four characters.
    pub api_key_hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ModelProfile {
    /// What people read in tables.
    pub fn label(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.model_name)
    }
}
