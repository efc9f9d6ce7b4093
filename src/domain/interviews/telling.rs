//! Whom a change is told by email: candidate and interviewers, unless somebody has a reason that they are not. A candidate
//! who was not told can be told later. Interviewers who were not learn of it with the next change that they are told, and
//! by their reminder.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

use super::{
    change::{self, Done, Refusal, Target},
    details::Details,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        commands::Abort,
        events::{Event, NotTold},
    },
    error::Result,
};

/// Whom a change is told by email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    not_told: Option<NotTold>,
}

/// Somebody is not told, and nobody says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoReason;

impl Telling {
    /// Everybody whom it concerns.
    pub fn everybody() -> Self {
        Self::default()
    }

    /// The candidate, the interviewers, or not; for a reason if not.
    pub fn new(candidate: bool, interviewers: bool, why_not: &str) -> Result<Self, NoReason> {
        if candidate && interviewers {
            return Ok(Self::everybody());
        }
        match why_not.trim() {
            "" => Err(NoReason),
            reason => Ok(Self {
                not_told: Some(NotTold {
                    candidate: !candidate,
                    interviewers: !interviewers,
                    reason: reason.to_owned(),
                }),
            }),
        }
    }

    /// Who is not told, and why.
    pub fn not_told(&self) -> Option<&NotTold> {
        self.not_told.as_ref()
    }

    /// Why the candidate is not told; none when they are.
    pub fn silence(&self) -> Option<&str> {
        let not_told = self.not_told.as_ref().filter(|it| it.candidate);
        not_told.map(|it| it.reason.as_str())
    }

    /// Are the interviewers told?
    pub fn tells_interviewers(&self) -> bool {
        self.not_told.as_ref().is_none_or(|it| !it.interviewers)
    }
}

/// Tells the candidate how the interview stands, who was not told when it was changed. Nothing is queued for whoever knows.
pub async fn tell(
    db: &Db,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, target, now).await
    })
    .await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let before = change::open(txn, actor, target, |details| can_be_told(details, now)).await?;
    let row = &before.interview;
    if row.not_told_reason.is_none() {
        return Ok(Done {
            details: Box::new(before),
            email: None,
        });
    }
    if !change::write(txn, row, told()).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let kind = match row.status {
        Status::Cancelled => Kind::Cancelled,
        _ => Kind::Updated,
    };
    let done = change::notify(txn, actor, row.id, kind, now).await?;
    let event = Event::CandidateNotified {
        interview_id: row.id,
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}

/// Is there anything that the candidate of this interview can be told?
pub fn can_be_told(details: &Details, now: DateTime<Utc>) -> bool {
    match details.interview.status {
        Status::Scheduled => details.is_to_come(now),
        // Afterwards it is late, but true.
        Status::Cancelled => details
            .slot
            .as_ref()
            .is_some_and(|slot| now < slot.ends_at()),
        Status::Unscheduled | Status::Completed | Status::NoShow => false,
    }
}

/// The candidate knows, or is being told.
pub(in crate::domain) fn told() -> interview::ActiveModel {
    interview::ActiveModel {
        not_told_reason: Set(None),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_told_is_so_for_a_reason() {
        assert_eq!(Telling::new(true, true, ""), Ok(Telling::everybody()));
        assert_eq!(Telling::new(false, true, " "), Err(NoReason));
        assert_eq!(Telling::new(true, false, ""), Err(NoReason));
        let quiet = Telling::new(false, true, " Told by phone ").expect("a reason");
        assert_eq!(quiet.silence(), Some("Told by phone"));
        assert!(quiet.tells_interviewers());
        let inside = Telling::new(true, false, "Same person").expect("a reason");
        assert_eq!(
            (inside.silence(), inside.tells_interviewers()),
            (None, false)
        );
    }
}
