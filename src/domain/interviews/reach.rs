//! How far a candidate is reached: queued, accepted, opened, joined, each step with its time or with what it lacks.
//!
//! Only the first step that is late for the time that is left is called late; what follows it cannot have happened yet.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Status as Mail},
    interview::{Answer, Status},
};
use sea_orm::DerivePartialModel;

use crate::domain::alerts::{self, Reachability};

/// Nobody has opened the join page, and so much time is left: it is late.
const OPENED_LATE: TimeDelta = TimeDelta::hours(4);
/// With so little time left it is more than late.
const OPENED_OVERDUE: TimeDelta = TimeDelta::minutes(90);
/// Whoever got an email may take so long to read it.
const READING: TimeDelta = TimeDelta::minutes(30);
/// An email that nobody took, and so little time left: it is more than late.
const NEAR: TimeDelta = TimeDelta::minutes(60);
/// So long after the start a candidate who has not joined is late.
pub const JOINED_LATE: TimeDelta = TimeDelta::minutes(5);
/// So long after the start it is time to do something about it.
pub const JOINED_OVERDUE: TimeDelta = TimeDelta::minutes(10);

/// The email that decides what the candidate knows, as far as it is about being reached.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Message {
    /// Key.
    pub id: i64,
    /// Where it stands.
    pub status: email::Status,
    /// Why.
    pub reason: String,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it was to leave.
    pub first_due_at: DateTime<Utc>,
    /// When it is tried next.
    pub due_at: DateTime<Utc>,
    /// When a mail server took it, or it ended another way.
    pub finished_at: Option<DateTime<Utc>>,
    /// When a recruiter told the candidate another way.
    pub told_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: i32,
}

/// What is known of an interview that has a time.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Where it stands.
    pub status: Status,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Was the candidate not told of the newest change, on purpose?
    pub is_untold: bool,
    /// The newest email that tells of it and was not made needless.
    pub message: Option<&'a Message>,
    /// When the candidate had the join page open.
    pub opened_at: Option<DateTime<Utc>>,
    /// What the candidate says to the time, and when they said so.
    pub answer: Option<(Answer, DateTime<Utc>)>,
    /// Has somebody seen to an answer that was no yes?
    pub is_answer_handled: bool,
    /// When the candidate joined.
    pub joined_at: Option<DateTime<Utc>>,
}

/// The steps, in their order.
pub type Reach = [Step; 4];

/// One step on the way to the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub name: Name,
    /// How it stands.
    pub mark: Mark,
}

/// A step on the way to the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// An email tells of the interview.
    Queued,
    /// A mail server took it, or the candidate was told another way.
    Accepted,
    /// The candidate had the join page open.
    Opened,
    /// In its place: the candidate said that they will be there.
    Confirmed,
    /// In its place: they asked for another time.
    AnotherTime,
    /// In its place: they said that they cannot come.
    Declined,
    /// The candidate is in the meeting.
    Joined,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It happened then.
    Done(DateTime<Utc>),
    /// There is time.
    ToCome,
    /// It should have happened by now.
    Late,
    /// It must be seen to at once.
    Overdue,
}

impl Mark {
    /// Does it want somebody's attention?
    pub fn is_late(self) -> bool {
        matches!(self, Self::Late | Self::Overdue)
    }
}

/// How far the candidate of an interview is reached.
pub fn of(facts: Facts<'_>, now: DateTime<Utc>) -> Reach {
    let marks = [
        (Name::Queued, queued(&facts, now)),
        (Name::Accepted, accepted(&facts, now)),
        read(&facts, now),
        (Name::Joined, joined(&facts, now)),
    ];
    let mut is_late = !is_awaited(&facts, now);
    marks.map(|(name, mark)| {
        let mark = match mark.is_late() && is_late {
            true => Mark::ToCome,
            false => mark,
        };
        is_late |= mark.is_late();
        Step { name, mark }
    })
}

/// The step that is late, if one is.
pub fn late(reach: &Reach) -> Option<Step> {
    reach.iter().copied().find(|step| step.mark.is_late())
}

/// Is the candidate expected, so that a step can be late?
fn is_awaited(facts: &Facts<'_>, now: DateTime<Utc>) -> bool {
    facts.status == Status::Scheduled && now < facts.ends_at && facts.joined_at.is_none()
}

fn queued(facts: &Facts<'_>, now: DateTime<Utc>) -> Mark {
    match facts.message.filter(|_| !facts.is_untold) {
        Some(message) => Mark::Done(message.created_at),
        None if has_read(facts) => Mark::ToCome,
        None => by_time_left(facts, now),
    }
}

fn accepted(facts: &Facts<'_>, now: DateTime<Utc>) -> Mark {
    let Some(message) = facts.message.filter(|_| !facts.is_untold) else {
        return Mark::ToCome;
    };
    let taken_at = match message.status {
        Mail::Accepted | Mail::Delivered => message.finished_at,
        _ => None,
    };
    if let Some(at) = taken_at.or(message.told_at) {
        return Mark::Done(at);
    }
    let is_due = alerts::is_due(message.status, message.first_due_at, facts.starts_at, now);
    match alerts::reachability(message.status) {
        // Whoever has the page open has what the email says, however it came there.
        _ if has_read(facts) => Mark::ToCome,
        Reachability::Leaving if !is_due => Mark::ToCome,
        Reachability::Leaving | Reachability::Delayed => by_time_left(facts, now),
        Reachability::Lost => Mark::Overdue,
        // It was not to leave, or its time of acceptance is not known.
        Reachability::Settled => match message.status {
            Mail::Accepted | Mail::Delivered => Mark::ToCome,
            _ => by_time_left(facts, now),
        },
    }
}

/// That the candidate knows, or more than that: what they say to it.
fn read(facts: &Facts<'_>, now: DateTime<Utc>) -> (Name, Mark) {
    match facts.answer {
        Some((Answer::Confirmed, at)) => (Name::Confirmed, Mark::Done(at)),
        Some((Answer::AnotherTime, _)) if !facts.is_answer_handled => {
            (Name::AnotherTime, Mark::Late)
        }
        Some((Answer::Declined, _)) if !facts.is_answer_handled => (Name::Declined, Mark::Overdue),
        Some((Answer::AnotherTime, at)) => (Name::AnotherTime, Mark::Done(at)),
        Some((Answer::Declined, at)) => (Name::Declined, Mark::Done(at)),
        None => (Name::Opened, opened(facts, now)),
    }
}

fn opened(facts: &Facts<'_>, now: DateTime<Utc>) -> Mark {
    if let Some(at) = facts.opened_at {
        return Mark::Done(at);
    }
    let told_at = facts
        .message
        .filter(|_| !facts.is_untold)
        .and_then(|message| {
            let is_taken = matches!(message.status, Mail::Accepted | Mail::Delivered);
            message.told_at.or(message.finished_at.filter(|_| is_taken))
        });
    let Some(told_at) = told_at else {
        return Mark::ToCome;
    };
    let had_time = told_at + READING;
    let since = |left: TimeDelta| now >= Ord::max(facts.starts_at - left, had_time);
    match (since(OPENED_OVERDUE), since(OPENED_LATE)) {
        (true, _) => Mark::Overdue,
        (false, true) => Mark::Late,
        (false, false) => Mark::ToCome,
    }
}

fn joined(facts: &Facts<'_>, now: DateTime<Utc>) -> Mark {
    match facts.joined_at {
        Some(at) => Mark::Done(at),
        None if now >= facts.starts_at + JOINED_OVERDUE => Mark::Overdue,
        None if now >= facts.starts_at + JOINED_LATE => Mark::Late,
        None => Mark::ToCome,
    }
}

fn has_read(facts: &Facts<'_>) -> bool {
    facts.opened_at.is_some() || facts.answer.is_some() || facts.joined_at.is_some()
}

fn by_time_left(facts: &Facts<'_>, now: DateTime<Utc>) -> Mark {
    match facts.starts_at - now < NEAR {
        true => Mark::Overdue,
        false => Mark::Late,
    }
}

#[cfg(test)]
mod tests;
