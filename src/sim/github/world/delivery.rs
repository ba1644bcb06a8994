//! Webhook deliveries, as GitHub remembers them.

use crate::domain::clock::Timestamp;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Still on its way.
    Sent,
    /// Recorded only, until a test sends it.
    Held,
    /// The receiver answered.
    Answered { status: u16, body: String },
    /// Nobody answered: the status code GitHub notes and its words.
    Failed { status: u16, why: &'static str },
}

impl Fate {
    /// GitHub's `status_code`.
    pub fn status(&self) -> u16 {
        match self {
            Self::Sent | Self::Held => 0,
            Self::Answered { status, .. } | Self::Failed { status, .. } => *status,
        }
    }

    /// GitHub's `status`.
    pub fn words(&self) -> String {
        match self {
            Self::Sent | Self::Held => "pending".into(),
            Self::Answered { status: 200..=299, .. } => "OK".into(),
            Self::Answered { status, .. } => format!("Invalid HTTP Response: {status}"),
            Self::Failed { why, .. } => (*why).into(),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: i64,
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<i64>,
    pub repo: Option<i64>,
    pub body: String,
    pub redelivery: bool,
    pub at: Timestamp,
    pub took_ms: i64,
    pub fate: Fate,
    /// A lost one is not even in the list of deliveries.
    pub lost: bool,
}

/// Which deliveries do not arrive.
#[derive(Default)]
pub struct MailSwitches {
    /// The next ones fail (and are listed as failed).
    pub drop_next: usize,
    /// The next ones vanish without a trace.
    pub lose_next: usize,
    /// This share fails, spread evenly.
    pub drop_share: f64,
    /// What has gathered of the share.
    pub owed: f64,
    /// The next ones are sent twice.
    pub double_next: usize,
    /// Nothing is sent by itself; deliveries are only recorded.
    pub held: bool,
}
