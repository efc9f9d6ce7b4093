//! The rows: one file per table.
pub mod accommodation;
pub mod action;
pub mod api_token;
pub mod attempt;
pub mod batch;
pub mod bounce;
pub mod busy_cell;
pub mod busy_span;
pub mod calendar;
pub mod candidate;
pub mod candidate_word;
pub mod company;
pub mod device_check;
pub mod email;
pub mod feed;
pub mod interview;
pub mod job;
pub mod known_device;
pub mod logo;
pub mod mail_check;
pub mod mail_text;
pub mod mail_text_version;
pub mod mail_token;
pub mod offer;
pub mod one_time_key;
pub mod provider_event;
pub mod provider_hook;
pub mod rate_limit;
pub mod series;
pub mod series_slot;
pub mod session;
pub mod short_link;
pub mod slot;
pub mod slot_interviewer;
pub mod suppression;
pub mod transport;
pub mod unsent_form;
pub mod user;
pub mod write_check;

use serde::{Deserialize, Serialize};

/// A line of the instructions that a mail may print; a company switches each on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstructionLine {
    /// Join 5-10 minutes early.
    JoinEarly,
    /// The link works at the scheduled time only.
    OnlyAtTime,
    /// The link opens some minutes before the start.
    OpensBefore,
    /// Stable internet and a quiet place.
    StableInternet,
    /// Working camera and microphone.
    CameraMicrophone,
    /// A government-issued ID at hand.
    GovernmentId,
}

impl InstructionLine {
    /// Every line, in the order in which mails print them.
    pub const ALL: [Self; 6] = [
        Self::JoinEarly,
        Self::OnlyAtTime,
        Self::OpensBefore,
        Self::StableInternet,
        Self::CameraMicrophone,
        Self::GovernmentId,
    ];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::JoinEarly => "join_early",
            Self::OnlyAtTime => "only_at_time",
            Self::OpensBefore => "opens_before",
            Self::StableInternet => "stable_internet",
            Self::CameraMicrophone => "camera_microphone",
            Self::GovernmentId => "government_id",
        }
    }
}
