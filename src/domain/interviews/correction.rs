//! Correcting what the candidate sees of an interview, apart from its time.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview,
    slot::{self, InterviewType},
};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};

use super::{
    change::{self, Done, InterviewRefusal, Target},
    details::Details,
    overlap::{self, Overlaps, Unconfirmed},
    telling::Telling,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        busy::{self, Clashes},
        commands::Abort,
        events::{self, Corrected, Event, Field, Talk},
        idempotency_keys::KeyConflict,
    },
    error::Result,
};

/// What the candidate sees, apart from the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What kind of talk.
    pub interview_type: InterviewType,
    /// 5 to 720.
    pub duration_minutes: i32,
    /// Where it takes place; the company's default when absent.
    pub meeting_url: Option<String>,
    /// What the recruiter adds.
    pub notes: String,
    /// What the recruiter notes for the interviewers; the candidate never sees it.
    pub interviewer_notes: String,
}

/// Why an interview was not corrected.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The interview cannot be.
    Interview(InterviewRefusal),
    /// It would last into other interviews of the candidate.
    Overlaps(Unconfirmed),
    /// It would last into other interviews of the interviewers.
    Busy(Clashes),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<InterviewRefusal> for Refusal {
    fn from(refusal: InterviewRefusal) -> Self {
        Self::Interview(refusal)
    }
}

impl From<Unconfirmed> for Refusal {
    fn from(others: Unconfirmed) -> Self {
        Self::Overlaps(others)
    }
}

impl From<Clashes> for Refusal {
    fn from(clashes: Clashes) -> Self {
        Self::Busy(clashes)
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Corrects an interview, and the slot that it is in; whom that is told, and who is not.
pub async fn correct(
    db: &Db,
    actor: &Actor,
    target: &Target,
    new: (&Correction, &Overlaps, &Telling),
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, target, new, now).await
    })
    .await
}

/// The correction inside a transaction that may do more.
pub(in crate::domain) async fn carry_out<
    R: From<InterviewRefusal> + From<Unconfirmed> + From<Clashes>,
>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    (correction, overlaps, telling): (&Correction, &Overlaps, &Telling),
    now: DateTime<Utc>,
) -> Result<Done, Abort<R>> {
    let is_to_come = |details: &Details| details.is_to_come(now);
    let before = change::open(txn, actor, target, is_to_come).await?;
    let row = &before.interview;
    if let Some(slot) = &before.slot {
        let longer = lasting(slot, correction);
        overlap::require_new_confirmed(txn, row, (slot, &longer), overlaps).await?;
    }
    let after = interview::ActiveModel {
        booking_notes: Set(correction.notes.clone()),
        interviewer_notes: Set(correction.interviewer_notes.clone()),
        ..match correction.changes_calendar(&before) {
            true => change::next_revision(row),
            false => interview::ActiveModel::default(),
        }
    };
    if !change::write(txn, row, after).await? {
        return change::changed(txn, actor, row.id).await;
    }
    if let Some(slot) = &before.slot {
        write_slot(txn, slot, correction).await?;
        if slot.duration_minutes != correction.duration_minutes {
            busy::retake::<R>(txn, row, &lasting(slot, correction)).await?;
        }
    }
    let done = change::notify_some(txn, actor, row.id, (Kind::Updated, telling), now).await?;
    let event = Event::InterviewCorrected {
        interview_id: row.id,
        correction: events::Correction::Details {
            change: correction.from(&before),
        },
        not_told: telling.not_told().cloned(),
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}

fn lasting(slot: &slot::Model, correction: &Correction) -> slot::Model {
    slot::Model {
        duration_minutes: correction.duration_minutes,
        ..slot.clone()
    }
}

async fn write_slot(
    txn: &impl ConnectionTrait,
    slot: &slot::Model,
    correction: &Correction,
) -> Result<()> {
    let Correction {
        interview_type,
        duration_minutes,
        meeting_url,
        // Columns of the interview.
        notes: _,
        interviewer_notes: _,
    } = correction.clone();
    slot::Entity::update_many()
        .set(slot::ActiveModel {
            interview_type: Set(interview_type),
            duration_minutes: Set(duration_minutes),
            meeting_url: Set(meeting_url),
            ..Default::default()
        })
        .col_expr(
            slot::Column::Version,
            Expr::col(slot::Column::Version).add(1),
        )
        .filter(slot::COLUMN.id.eq(slot.id))
        .filter(slot::COLUMN.company_id.eq(slot.company_id))
        .exec(txn)
        .await?;
    Ok(())
}

impl Correction {
    /// What the candidate sees now; none of what has no time.
    pub fn of(details: &Details) -> Option<Self> {
        let slot = details.slot.as_ref()?;
        Some(Self {
            interview_type: slot.interview_type,
            duration_minutes: slot.duration_minutes,
            meeting_url: slot.meeting_url.clone(),
            notes: details.interview.booking_notes.clone(),
            interviewer_notes: details.interview.interviewer_notes.clone(),
        })
    }

    /// Is the interview like that already?
    pub fn is_made(&self, details: &Details) -> bool {
        self.differences(details).is_empty()
    }

    /// Does a calendar show anything else?
    fn changes_calendar(&self, before: &Details) -> bool {
        let Self {
            duration_minutes,
            meeting_url,
            interview_type: _,
            notes: _,
            interviewer_notes: _,
        } = self;
        before.slot.as_ref().is_some_and(|slot| {
            slot.duration_minutes != *duration_minutes || slot.meeting_url != *meeting_url
        })
    }

    /// The names of what it changes.
    fn differences(&self, before: &Details) -> Vec<Field> {
        let Self {
            interview_type,
            duration_minutes,
            meeting_url,
            notes,
            interviewer_notes,
        } = self;
        let slot = before.slot.as_ref();
        let is_new = [
            (
                Field::InterviewType,
                slot.is_none_or(|slot| slot.interview_type != *interview_type),
            ),
            (
                Field::DurationMinutes,
                slot.is_none_or(|slot| slot.duration_minutes != *duration_minutes),
            ),
            (
                Field::MeetingUrl,
                slot.is_none_or(|slot| slot.meeting_url != *meeting_url),
            ),
            (
                Field::BookingNotes,
                before.interview.booking_notes != *notes,
            ),
            (
                Field::InterviewerNotes,
                before.interview.interviewer_notes != *interviewer_notes,
            ),
        ];
        let changed = is_new.into_iter().filter(|(_, is_new)| *is_new);
        changed.map(|(field, _)| field).collect()
    }

    /// For the log.
    fn from(&self, before: &Details) -> Corrected {
        let slot = before.slot.as_ref();
        Corrected {
            before: Talk {
                interview_type: slot.map(|slot| slot.interview_type),
                duration_minutes: slot.map(|slot| slot.duration_minutes),
            },
            after: Talk {
                interview_type: Some(self.interview_type),
                duration_minutes: Some(self.duration_minutes),
            },
            changed: self.differences(before),
        }
    }
}
