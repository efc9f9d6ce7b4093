//! Moving a booked interview to another time.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
    slot,
};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::{
    db::Db,
    domain::{
        actions::Actor,
        candidates,
        events::{self, Correction, Event, Field, Time},
        interviews::{
            self, Details,
            booking::{self, Booked, Place, Step, Stop, Taken},
        },
        notifications,
        one_time_keys::{self, Once, Seen},
        slots,
    },
    error::Result,
};

/// Which interview goes where.
#[derive(Clone, Debug)]
pub struct Move {
    /// Which interview.
    pub interview_id: i64,
    /// As the caller saw it; none means as it is.
    pub version: Option<i32>,
    /// Into which slot, of the same job.
    pub place: Place,
    /// For the candidate; none leaves what is there.
    pub notes: Option<String>,
    /// The caller's one-time key.
    pub once: Option<Once>,
}

/// What became of a move.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Done, now or by an earlier call with the same key.
    Moved(Box<Booked>),
    /// Somebody changed the interview meanwhile; this is how it is now.
    Changed(Box<Details>),
    /// There is nothing to move: it is not booked, or over.
    NotBooked(Box<Details>),
    /// Somebody else has the slot.
    SlotTaken(Box<Taken>),
    /// The slot was closed; these are free.
    SlotClosed(Vec<slot::Model>),
    /// The slot has begun; these are free.
    SlotPast(Vec<slot::Model>),
    /// The slot would begin more than five years from now.
    SlotTooFar,
    /// The rules of the slot's zone were changed: somebody has to confirm first when it starts.
    SlotUnsettled,
    /// The slot is for another job.
    OtherJob,
    /// The one-time key stands for another wish.
    KeyReused,
}

/// Moves an interview. The link goes on working; the old slot is free again.
pub async fn reschedule(db: &Db, actor: &Actor, new: Move, now: DateTime<Utc>) -> Result<Outcome> {
    let step = booking::in_one_step(db, actor.company_id, new.once.as_ref(), async |txn| {
        carry_out(txn, actor, &new, now).await
    })
    .await?;
    let company_id = actor.company_id;
    Ok(match step {
        Step::Booked(booked) => Outcome::Moved(booked),
        Step::Changed(id) => Outcome::Changed(Box::new(
            interviews::details(db.read(), company_id, id).await?,
        )),
        Step::AlreadyBooked(id) => Outcome::NotBooked(Box::new(
            interviews::details(db.read(), company_id, id).await?,
        )),
        Step::Taken { slot, by } => {
            let by = interviews::details(db.read(), company_id, by).await?;
            let free = slots::free_near(db, company_id, slot.job_id, slot.starts_at, now).await?;
            Outcome::SlotTaken(Box::new(Taken { by, free }))
        }
        Step::Closed(slot) => Outcome::SlotClosed(
            slots::free_near(db, company_id, slot.job_id, slot.starts_at, now).await?,
        ),
        Step::Past { job_id, starts_at } => {
            Outcome::SlotPast(slots::free_near(db, company_id, job_id, starts_at, now).await?)
        }
        Step::TooFar => Outcome::SlotTooFar,
        Step::Unsettled => Outcome::SlotUnsettled,
        Step::OtherJob => Outcome::OtherJob,
        Step::KeyReused | Step::EmailTaken(_) => Outcome::KeyReused,
    })
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: &Move,
    now: DateTime<Utc>,
) -> Result<Step, Stop> {
    match one_time_keys::look_up(txn, actor.company_id, new.once.as_ref()).await? {
        Seen::Done(id) => return Ok(booking::told(txn, actor.company_id, id).await?),
        Seen::Reused => return Ok(Step::KeyReused),
        Seen::New => {}
    }
    let before = interviews::details(txn, actor.company_id, new.interview_id).await?;
    let row = &before.interview;
    if row.status != Status::Scheduled
        || before
            .join_window()
            .is_none_or(|window| now >= window.ends_at)
    {
        return Err(Stop::Refused(Step::AlreadyBooked(row.id)));
    }
    if new.version.is_some_and(|version| version != row.version) {
        return Err(Stop::Refused(Step::Changed(row.id)));
    }
    let stays = new.place.is_slot(row.slot_id);
    let has_new_notes = new
        .notes
        .as_ref()
        .is_some_and(|it| *it != row.booking_notes);
    if stays && !has_new_notes {
        return Ok(booking::told(txn, actor.company_id, row.id).await?);
    }
    let slot = match &before.slot {
        Some(slot) if stays => slot.clone(),
        _ => booking::take_slot(txn, actor, &new.place, now).await?,
    };
    if before.job.as_ref().is_some_and(|job| job.id != slot.job_id) {
        return Err(Stop::Refused(Step::OtherJob));
    }
    candidates::hold(txn, actor.company_id, row.candidate_id).await?;
    point(txn, actor, &before, &slot, new.notes.as_deref()).await?;
    let after = interviews::details(txn, actor.company_id, row.id).await?;
    let email_id = notifications::tell(txn, actor, Kind::Rescheduled, &after, now).await?;
    let version = Some(after.interview.version);
    let event = match stays {
        true => Event::InterviewCorrected {
            interview_id: row.id,
            correction: Correction::Personal {
                changed: vec![Field::BookingNotes],
            },
            version,
            email_id,
        },
        false => Event::InterviewRescheduled {
            interview_id: row.id,
            before: Time {
                slot_id: row.slot_id,
                starts_at: before.slot.as_ref().map(|slot| slot.starts_at),
            },
            after: Time {
                slot_id: Some(slot.id),
                starts_at: Some(slot.starts_at),
            },
            rules: None,
            version,
            email_id,
        },
    };
    events::record(txn, actor, event, now).await?;
    one_time_keys::keep(txn, actor.company_id, new.once.as_ref(), row.id, now).await?;
    Ok(booking::told(txn, actor.company_id, row.id).await?)
}

async fn point(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: &Details,
    slot: &slot::Model,
    notes: Option<&str>,
) -> Result<(), Stop> {
    let row = &before.interview;
    let raised = |column: interview::Column| Expr::col(column).add(1);
    let mut update = interview::Entity::update_many()
        .col_expr(
            interview::Column::BookingNotes,
            Expr::value(notes.unwrap_or(&row.booking_notes)),
        )
        .col_expr(
            interview::Column::Version,
            raised(interview::Column::Version),
        );
    if row.slot_id != Some(slot.id) {
        update = update
            .col_expr(interview::Column::SlotId, Expr::value(slot.id))
            .col_expr(
                interview::Column::Revision,
                raised(interview::Column::Revision),
            )
            .col_expr(
                interview::Column::IcsSequence,
                raised(interview::Column::IcsSequence),
            )
            // Whoever joined at the old time has not joined at the new one.
            .col_expr(
                interview::Column::JoinedAt,
                Expr::value(None::<DateTime<Utc>>),
            );
    }
    let written = update
        .filter(interview::COLUMN.id.eq(row.id))
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.version.eq(row.version))
        .exec(txn)
        .await?
        .rows_affected;
    if written == 1 {
        Ok(())
    } else {
        Err(Stop::Refused(Step::Changed(row.id)))
    }
}
