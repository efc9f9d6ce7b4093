//! What an email tells, and what follows from that.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::interview;

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
    /// It goes on, and its candidate is not there.
    Nudge,
    /// The join link was replaced.
    LinkReplaced,
    /// The candidate may choose the time by themselves.
    Choose,
    /// It comes, and its candidate has not said whether they will be there.
    Confirm,
    /// What the candidate asked for in private was answered.
    RequestAnswered,
    /// An interviewer holds an interview that was booked.
    InterviewerScheduled,
    /// The time of an interviewer's interview was changed.
    InterviewerRescheduled,
    /// Something else that the interviewer sees was changed.
    InterviewerUpdated,
    /// An interviewer's interview was called off, or somebody else holds it.
    InterviewerCancelled,
    /// An interviewer's interview comes soon.
    InterviewerReminder,
    /// What a person answered to one of our messages, passed on to the recruiter.
    ForwardedReply,
    /// What an email would look like, to whoever wants to see it.
    Test,
}

/// What is asked of a kind. Each answer is matched without a wildcard: a new kind does not compile until it has given all.
impl Kind {
    /// Does it tell the candidate of a change of an interview, so that it decides what the candidate knows?
    pub fn tells_of_change(self) -> bool {
        match self {
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::LinkReplaced => true,
            Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// The kind that tells the interviewers the same; none where it is not theirs to know. Of theirs it is the kind itself.
    pub fn for_interviewers(self) -> Option<Self> {
        match self {
            Self::Scheduled | Self::InterviewerScheduled => Some(Self::InterviewerScheduled),
            Self::Rescheduled | Self::InterviewerRescheduled => Some(Self::InterviewerRescheduled),
            Self::Updated | Self::InterviewerUpdated => Some(Self::InterviewerUpdated),
            Self::Cancelled | Self::InterviewerCancelled => Some(Self::InterviewerCancelled),
            Self::Reminder | Self::InterviewerReminder => Some(Self::InterviewerReminder),
            Self::Nudge
            | Self::LinkReplaced
            | Self::Choose
            | Self::Confirm
            | Self::RequestAnswered
            | Self::ForwardedReply
            | Self::Test => None,
        }
    }

    /// Does it go to the interviewers of an interview?
    pub fn is_for_interviewers(self) -> bool {
        self.for_interviewers() == Some(self)
    }

    /// Does it tell an interviewer of a change, so that it decides what they know?
    pub fn tells_interviewers_of_change(self) -> bool {
        match self {
            Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::LinkReplaced
            | Self::Choose
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// May a company put it into words of its own?
    pub fn can_be_reworded(self) -> bool {
        match self {
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::Nudge
            | Self::LinkReplaced => true,
            Self::Choose
            | Self::Confirm
            | Self::RequestAnswered
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// Does it tell when the interview is, so that without it the candidate misses a booking?
    pub fn tells_of_time(self) -> bool {
        match self {
            Self::Scheduled | Self::Rescheduled => true,
            Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::LinkReplaced
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// Does it follow what its recipient was told before, so that it tells the difference?
    pub fn follows(self) -> bool {
        match self {
            Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::LinkReplaced
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled => true,
            Self::Scheduled
            | Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// Has it the last word? It is true of a cancelled interview, and of no other.
    /// An interviewer's is true as well when somebody else holds the interview.
    pub fn has_last_word(self) -> bool {
        match self {
            Self::Cancelled | Self::InterviewerCancelled => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::LinkReplaced
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// How an interview stands while it is true of it.
    pub fn is_true_of(self) -> interview::Status {
        match self {
            Self::Choose => interview::Status::Unscheduled,
            Self::Cancelled | Self::InterviewerCancelled => interview::Status::Cancelled,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::LinkReplaced
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => interview::Status::Scheduled,
        }
    }

    /// Does it tell nothing that another time, or another detail, makes untrue?
    pub fn outlives_changes(self) -> bool {
        match self {
            Self::RequestAnswered => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Reminder
            | Self::Nudge
            | Self::LinkReplaced
            | Self::Choose
            | Self::Confirm
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder
            | Self::ForwardedReply
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
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder
            | Self::ForwardedReply
            | Self::Test => false,
        }
    }

    /// Does it wait for an hour of its own, so that nobody can have it leave earlier?
    pub fn waits_for_its_hour(self) -> bool {
        match self {
            Self::Reminder | Self::Confirm | Self::InterviewerReminder => true,
            Self::Scheduled
            | Self::Rescheduled
            | Self::Updated
            | Self::Cancelled
            | Self::Nudge
            | Self::LinkReplaced
            | Self::Choose
            | Self::RequestAnswered
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::ForwardedReply
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
            | Self::LinkReplaced
            | Self::Choose
            | Self::RequestAnswered
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::ForwardedReply => true,
            // One that came twice reminds nobody better, and shows nothing new.
            Self::Reminder
            | Self::Nudge
            | Self::Confirm
            | Self::InterviewerReminder
            | Self::Test => false,
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
            | Self::Nudge
            | Self::Confirm
            | Self::RequestAnswered
            | Self::LinkReplaced
            | Self::Choose
            | Self::InterviewerScheduled
            | Self::InterviewerRescheduled
            | Self::InterviewerUpdated
            | Self::InterviewerCancelled
            | Self::InterviewerReminder => true,
            Self::ForwardedReply | Self::Test => false,
        }
    }
}
