//! Other changes to an interview that its candidate must learn of: calling it off, its details, its link.
use chrono::{DateTime, Utc};
use entity::{
    email::Kind,
    interview::{self, Status},
    slot::{self, InterviewType},
};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        candidates,
        events::{self, Cancellation, Corrected, Event, Field, Replaced, Talk},
        interviews::{self, Details},
        notifications,
        one_time_keys::{self, Once, Seen},
    },
    error::Result,
};

/// Which interview, as its caller saw it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which one.
    pub interview_id: i64,
    /// As the caller saw it; none means as it is.
    pub version: Option<i32>,
    /// The caller's one-time key.
    pub once: Option<Once>,
}

/// A change.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is called off, for this reason; the candidate reads it.
    CallOff {
        /// May be empty.
        reason: String,
    },
    /// What the candidate sees is corrected.
    Correct(Correction),
    /// The link in earlier mails dies; a new one is sent.
    ReplaceLink,
}

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
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Done, now or by an earlier call with the same key. With the message that tells it, if one is needed.
    Done(Box<Details>, Option<i64>),
    /// Somebody changed the interview meanwhile; this is how it is now.
    Changed(Box<Details>),
    /// It is not booked, or over: there is nothing to change.
    NotBooked(Box<Details>),
    /// The one-time key stands for another wish.
    KeyReused,
}

/// Carries a change out, and tells the candidate what must be told.
pub async fn apply(
    db: &Db,
    actor: &Actor,
    target: &Target,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Outcome> {
    let step = db::transaction_with_second_look(db, async |txn| {
        carry_out(txn, actor, target, change, now).await
    })
    .await?;
    let as_it_is = async || {
        let id = target.interview_id;
        interviews::details(db.read(), actor.company_id, id)
            .await
            .map(Box::new)
    };
    Ok(match step {
        Step::Done(details, email_id) => Outcome::Done(details, email_id),
        Step::Changed => Outcome::Changed(as_it_is().await?),
        Step::NotBooked => Outcome::NotBooked(as_it_is().await?),
        Step::KeyReused => Outcome::KeyReused,
    })
}

/// What the transaction came to; everything but `Done` comes before anything is written.
pub(in crate::domain) enum Step {
    /// Read in the transaction itself: once it is committed, nothing may fail any more.
    Done(Box<Details>, Option<i64>),
    Changed,
    NotBooked,
    KeyReused,
}

/// The change inside a transaction that may do more.
pub(in crate::domain) async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Step> {
    match one_time_keys::look_up(txn, actor.company_id, target.once.as_ref()).await? {
        Seen::Done(_) => {
            let as_it_is = interviews::details(txn, actor.company_id, target.interview_id).await?;
            return Ok(Step::Done(Box::new(as_it_is), None));
        }
        Seen::Reused => return Ok(Step::KeyReused),
        Seen::New => {}
    }
    let before = interviews::details(txn, actor.company_id, target.interview_id).await?;
    let row = &before.interview;
    if !can_change(&before, change, now) {
        return Ok(Step::NotBooked);
    }
    // A changed address must wait for this, or this for it: both tell the candidate.
    candidates::hold(txn, actor.company_id, row.candidate_id).await?;
    if target.version.is_some_and(|version| version != row.version)
        || !write(txn, actor, &before, change).await?
    {
        return Ok(Step::Changed);
    }
    let after = interviews::details(txn, actor.company_id, row.id).await?;
    let email_id = match after.slot {
        Some(_) => notifications::tell(txn, actor, change.kind(), &after, now).await?,
        None => None,
    };
    let version = Some(after.interview.version);
    let event = change.event(&before, version, email_id);
    events::record(txn, actor, event, now).await?;
    one_time_keys::keep(txn, actor.company_id, target.once.as_ref(), row.id, now).await?;
    Ok(Step::Done(Box::new(after), email_id))
}

fn can_change(before: &Details, change: &Change, now: DateTime<Utc>) -> bool {
    let is_to_come = before
        .join_window()
        .is_some_and(|window| now < window.ends_at);
    match (before.interview.status, change) {
        (Status::Scheduled, _) => is_to_come,
        (Status::Unscheduled, Change::CallOff { .. }) => true,
        _ => false,
    }
}

/// The conditional write: it holds only while the interview is as it was read.
async fn write(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: &Details,
    change: &Change,
) -> Result<bool> {
    let row = &before.interview;
    let raised = |column: interview::Column| Expr::col(column).add(1);
    let mut update = interview::Entity::update_many()
        .col_expr(
            interview::Column::Version,
            raised(interview::Column::Version),
        )
        .filter(interview::COLUMN.id.eq(row.id))
        .filter(interview::COLUMN.company_id.eq(actor.company_id))
        .filter(interview::COLUMN.version.eq(row.version));
    update = match change {
        Change::CallOff { reason } => update
            .col_expr(
                interview::Column::Status,
                Expr::value(Status::Cancelled.to_value()),
            )
            .col_expr(
                interview::Column::CancelReason,
                Expr::value(reason.as_str()),
            ),
        Change::Correct(correction) => update.col_expr(
            interview::Column::BookingNotes,
            Expr::value(correction.notes.as_str()),
        ),
        Change::ReplaceLink => update.col_expr(
            interview::Column::LinkVersion,
            raised(interview::Column::LinkVersion),
        ),
    };
    if change.moves_time_or_place(before) {
        update = update
            .col_expr(
                interview::Column::Revision,
                raised(interview::Column::Revision),
            )
            .col_expr(
                interview::Column::IcsSequence,
                raised(interview::Column::IcsSequence),
            );
    }
    if update.exec(txn).await?.rows_affected == 0 {
        return Ok(false);
    }
    if let (Change::Correct(correction), Some(slot)) = (change, &before.slot) {
        correct_slot(txn, slot, correction).await?;
    }
    Ok(true)
}

async fn correct_slot(
    txn: &impl ConnectionTrait,
    slot: &slot::Model,
    correction: &Correction,
) -> Result<()> {
    slot::Entity::update_many()
        .col_expr(
            slot::Column::InterviewType,
            Expr::value(correction.interview_type.to_value()),
        )
        .col_expr(
            slot::Column::DurationMinutes,
            Expr::value(correction.duration_minutes),
        )
        .col_expr(
            slot::Column::MeetingUrl,
            Expr::value(correction.meeting_url.clone()),
        )
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
        })
    }

    /// The names of what it changes.
    fn differences(&self, before: &Details) -> Vec<Field> {
        let slot = before.slot.as_ref();
        let is_new = [
            (
                Field::InterviewType,
                slot.is_none_or(|slot| slot.interview_type != self.interview_type),
            ),
            (
                Field::DurationMinutes,
                slot.is_none_or(|slot| slot.duration_minutes != self.duration_minutes),
            ),
            (
                Field::MeetingUrl,
                slot.is_none_or(|slot| slot.meeting_url != self.meeting_url),
            ),
            (
                Field::BookingNotes,
                before.interview.booking_notes != self.notes,
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

impl Change {
    /// Is the interview like that already?
    pub fn is_made(&self, details: &Details) -> bool {
        match self {
            Self::CallOff { .. } => details.interview.status == Status::Cancelled,
            Self::Correct(correction) => correction.differences(details).is_empty(),
            Self::ReplaceLink => false,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::CallOff { .. } => Kind::Cancelled,
            Self::Correct(_) => Kind::Updated,
            Self::ReplaceLink => Kind::LinkReplaced,
        }
    }

    /// Does a calendar have to change?
    fn moves_time_or_place(&self, before: &Details) -> bool {
        let slot = before.slot.as_ref();
        match self {
            Self::CallOff { .. } => slot.is_some(),
            Self::Correct(correction) => slot.is_some_and(|slot| {
                slot.duration_minutes != correction.duration_minutes
                    || slot.meeting_url != correction.meeting_url
            }),
            // The link stands in the calendar entry as its place.
            Self::ReplaceLink => true,
        }
    }

    fn event(&self, before: &Details, version: Option<i32>, email_id: Option<i64>) -> Event {
        let interview_id = before.interview.id;
        match self {
            Self::CallOff { reason } => Event::InterviewCancelled {
                interview_id,
                change: Cancellation {
                    reason: reason.clone(),
                },
                version,
                email_id,
            },
            Self::Correct(after) => Event::InterviewCorrected {
                interview_id,
                correction: events::Correction::Details {
                    change: after.from(before),
                },
                version,
                email_id,
            },
            Self::ReplaceLink => Event::LinkReplaced {
                interview_id,
                change: Replaced {},
                version,
                email_id,
            },
        }
    }
}
