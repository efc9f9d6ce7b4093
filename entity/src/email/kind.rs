//! What an email tells, and what follows from that.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What an email tells.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The interview was booked.
    Scheduled,
    /// Its time was changed.
    Rescheduled,
    /// Something else that the candidate sees was changed.
    Updated,
    /// It was called off.
    Cancelled,
    /// It comes soon.
    Reminder,
    /// The join link was replaced.
    LinkReplaced,
    /// What an email would look like, to whoever wants to see it.
    Test,
}

/// What is asked of a kind. Each answer is matched without a wildcard: a new kind does not compile until it has given all.
impl Kind {
    /// Does it tell of a change of an interview, so that it decides what the candidate knows?
    pub fn tells_of_change(self) -> bool {
        match self {
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::LinkReplaced => true,
            Self::Reminder | Self::Test => false,
        }
    }

    /// Does it tell when the interview is, so that without it the candidate misses a booking?
    pub fn tells_of_time(self) -> bool {
        match self {
            Self::Scheduled | Self::Rescheduled => true,
            Self::Updated | Self::Cancelled | Self::Reminder | Self::LinkReplaced | Self::Test => {
                false
            }
        }
    }

    /// Does it follow what the candidate was told before, so that it tells the difference?
    pub fn follows(self) -> bool {
        match self {
            Self::Rescheduled | Self::Updated | Self::Cancelled | Self::LinkReplaced => true,
            Self::Scheduled | Self::Reminder | Self::Test => false,
        }
    }

    /// Has it the last word? It is true of a cancelled interview, and of no other; all others are true of a scheduled one.
    pub fn has_last_word(self) -> bool {
        match self {
            Self::Cancelled => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Reminder
            | Self::LinkReplaced
            | Self::Test => false,
        }
    }

    /// Is the join link what it is about, so that it need not be told once more among the changes?
    pub fn is_about_the_link(self) -> bool {
        match self {
            Self::LinkReplaced => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::Test => false,
        }
    }

    /// Does it wait for an hour of its own, so that nobody can have it leave earlier?
    pub fn waits_for_its_hour(self) -> bool {
        match self {
            Self::Reminder => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::LinkReplaced
            | Self::Test => false,
        }
    }

    /// Is it better received twice than not at all?
    pub fn is_worth_repeating(self) -> bool {
        match self {
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::LinkReplaced => true,
            // One that came twice reminds nobody better, and shows nothing new.
            Self::Reminder | Self::Test => false,
        }
    }

    /// Is it written from its interview by the templates and words of its kind, when it is first tried?
    pub fn is_written_when_tried(self) -> bool {
        match self {
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::LinkReplaced => true,
            Self::Test => false,
        }
    }
}
