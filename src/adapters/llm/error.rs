//! What can go wrong with a model call, sorted by what to do about it.

use std::fmt;
use std::time::Duration;

use super::url_guard::UrlRefusal;
use crate::domain::money::Usage;

/// A failed call. `Display` is one sentence for people: never a body, a key or a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// 401 or 403.
    #[error("The provider rejected the API key (HTTP {status}).")]
    KeyRejected {
        /// The HTTP status.
        status: u16,
    },
    /// 402, or a 429 that waiting does not cure.
    #[error("The credit or quota of the API key is used up.")]
    CreditExhausted,
    /// 429.
    #[error("The provider's rate limit is reached.")]
    RateLimited {
        /// How long the provider asks us to wait.
        retry_after: Option<Duration>,
    },
    /// 408, 409, 5xx, 529, or the same said inside an answer.
    #[error("The provider is overloaded or has a fault of its own.")]
    Overloaded {
        /// How long the provider asks us to wait.
        retry_after: Option<Duration>,
    },
    /// A deadline passed.
    #[error("{}", phase.sentence())]
    Timeout {
        /// Which one.
        phase: Phase,
        /// Known or estimated, when the request had been sent.
        usage: Option<Usage>,
    },
    /// The answer began and its end never came.
    #[error("The answer was cut off before its end.")]
    CutOff {
        /// What had come.
        text: PartialText,
        /// Known or estimated.
        usage: Usage,
        /// The provider's own error code, when it ended the answer with an error.
        code: Option<String>,
    },
    /// More than our caps.
    #[error("The answer is larger than allowed.")]
    TooLarge {
        /// Known or estimated.
        usage: Usage,
    },
    /// HTTP said it was fine and it was no answer.
    #[error("The provider's answer cannot be used: {what}.")]
    BadAnswer {
        /// What is wrong.
        what: BadAnswer,
        /// Known or estimated.
        usage: Option<Usage>,
    },
    /// The provider refuses the question because of its content.
    #[error("The provider refused the request because of its content.")]
    Refused,
    /// The question does not fit the model.
    #[error("The request is too long for this model.")]
    PromptTooLong,
    /// The model, or the server before it, takes no tools.
    #[error("The model takes no tools.")]
    ToolsUnsupported,
    /// The provider found a fault in the request.
    #[error("The provider did not accept the request (HTTP {status}{}).", CodeTail(code.as_deref()))]
    BadRequest {
        /// The HTTP status.
        status: u16,
        /// The provider's error code: a word of at most 64 characters.
        code: Option<String>,
    },
    /// 404.
    #[error("The provider does not know this model.")]
    ModelNotFound,
    /// Name resolution, connection or transport failed before an answer began.
    #[error("The provider cannot be reached.")]
    Network,
    /// Certificate or handshake.
    #[error("The provider's TLS certificate or handshake is not valid.")]
    Tls,
    /// M45.
    #[error("{0}")]
    UrlForbidden(UrlRefusal),
    /// The HTTP client could not be made (for instance an unreadable extra CA).
    #[error("The HTTP client for model providers could not be set up.")]
    Setup,
}

impl ModelError {
    /// Asking again is worth it and costs nothing twice: no answer had begun.
    pub fn retryable(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Overloaded { .. }
                | Self::Network
                | Self::Timeout { phase: Phase::Connect, .. }
        )
    }

    /// The model never got the question, so another one may get it without paying twice.
    pub fn never_asked(&self) -> bool {
        self.retryable()
            || matches!(
                self,
                Self::KeyRejected { .. }
                    | Self::CreditExhausted
                    | Self::ModelNotFound
                    | Self::Tls
                    | Self::UrlForbidden(_)
                    | Self::Timeout { phase: Phase::Place, .. }
            )
    }

    /// How long the provider asks us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// Tokens that the failed call may be charged for; `None` when it cannot have cost anything.
    pub fn usage(&self) -> Option<Usage> {
        match self {
            Self::CutOff { usage, .. } | Self::TooLarge { usage } => Some(*usage),
            Self::Timeout { usage, .. } | Self::BadAnswer { usage, .. } => *usage,
            _ => None,
        }
    }
}

/// Which deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Until the key has a free place.
    Place,
    /// Until the connection stands.
    Connect,
    /// Until the first event of the answer.
    FirstEvent,
    /// Between two events; pings do not count.
    Idle,
    /// The whole call, or the run's own deadline.
    Total,
}

impl Phase {
    fn sentence(self) -> &'static str {
        match self {
            Self::Place => "Other calls took every place of the API key for too long.",
            Self::Connect => "The provider did not take the connection in time.",
            Self::FirstEvent => "The model did not begin to answer in time.",
            Self::Idle => "The model fell silent in the middle of its answer.",
            Self::Total => "The model did not finish in time.",
        }
    }
}

/// Why an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAnswer {
    /// A web page.
    Html,
    /// Neither JSON nor a stream of events, or not the provider's shape.
    Malformed,
    /// It ended as it should and held nothing.
    Empty,
    /// Sent compressed although we take no compression.
    Compressed,
}

impl fmt::Display for BadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "it is a web page",
            Self::Malformed => "it is not in the provider's format",
            Self::Empty => "it is empty",
            Self::Compressed => "it is compressed",
        })
    }
}

/// Text of an answer that was cut off; `Debug` shows only its length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PartialText(pub String);

impl fmt::Debug for PartialText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartialText({} bytes)", self.0.len())
    }
}

/// `, code` after a status.
struct CodeTail<'a>(Option<&'a str>);

impl fmt::Display for CodeTail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |code| write!(f, ", {code}"))
    }
}
