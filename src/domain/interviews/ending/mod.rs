//! The end of an interview: people say that it took place and what came of it, or that the candidate did not come. They may
//! correct that. Nothing says so by itself.
mod bulk;

use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind},
    interview::{self, Status},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};

pub use self::bulk::{Extent, end_all};

use super::{
    change::{self, Done, InterviewRefusal, Target},
    details::Details,
    rebooking,
};
use crate::{
    db::Db,
    domain::{
        actions::Actor,
        commands::{Abort, refuse},
        companies,
        emails::lifecycle,
        events::{Ended, Event},
        idempotency_keys::KeyConflict,
    },
    error::Result,
};

/// How an interview ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It took place.
    Completed {
        /// What came of it, one of the company's outcomes; none while nobody has decided.
        outcome: Option<String>,
    },
    /// The candidate did not come.
    NoShow,
}

impl Ending {
    fn status(&self) -> Status {
        match self {
            Self::Completed { .. } => Status::Completed,
            Self::NoShow => Status::NoShow,
        }
    }

    fn outcome(&self) -> Option<&String> {
        match self {
            Self::Completed { outcome } => outcome.as_ref(),
            Self::NoShow => None,
        }
    }
}

/// What is said of the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// How it ended.
    pub ending: Ending,
    /// For recruiters alone; none leaves what is there.
    pub private_note: Option<String>,
}

impl Closing {
    /// Has it been said already?
    fn is_made(&self, details: &Details) -> bool {
        let row = &details.interview;
        let same = |name: &String| Some(name.to_lowercase());
        row.status == self.ending.status()
            && row.outcome.as_ref().and_then(same) == self.ending.outcome().and_then(same)
            && self
                .private_note
                .as_ref()
                .is_none_or(|note| *note == row.private_note)
    }
}

/// Why nothing was said of an end.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The interview was never to take place, or was changed meanwhile.
    Interview(InterviewRefusal),
    /// There is no such interview. Of one by itself that is an error.
    Missing,
    /// It has not begun.
    NotStarted(Box<Details>),
    /// The company has other outcomes: these.
    NoSuchOutcome(Vec<String>),
    /// Another interview is in its place already: this one.
    Rebooked(i64),
    /// The idempotency key came with another request.
    KeyConflict,
}

impl From<InterviewRefusal> for Refusal {
    fn from(refusal: InterviewRefusal) -> Self {
        Self::Interview(refusal)
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::KeyConflict
    }
}

/// Says how an interview ended, once it has begun; also otherwise than before.
pub async fn end(
    db: &Db,
    actor: &Actor,
    target: &Target,
    closing: &Closing,
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, target, closing, now).await
    })
    .await
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    closing: &Closing,
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let before = change::open(txn, actor, target, Details::takes_place).await?;
    if !before.has_begun(now) {
        return refuse(Refusal::NotStarted(Box::new(before)));
    }
    let row = &before.interview;
    let ending = with_known_outcome(&before, &closing.ending)?;
    let note = closing.private_note.as_ref().unwrap_or(&row.private_note);
    let (was, is) = (Ended::of(row), ended(&ending));
    if was == is && *note == row.private_note {
        return Ok(Done {
            details: Box::new(before),
            email: None,
        });
    }
    let after = interview::ActiveModel {
        status: Set(ending.status()),
        outcome: Set(ending.outcome().cloned()),
        private_note: Set(note.clone()),
        ..Default::default()
    };
    if !change::write(txn, row, after).await? {
        return change::changed(txn, actor, row.id).await;
    }
    cancel_waiting(txn, row, &ending, now).await?;
    let details = super::details(txn, actor.company_id, row.id).await?;
    let is_note_changed = *note != row.private_note;
    let version = Some(details.interview.version);
    let event = match ending {
        Ending::Completed { .. } => Event::InterviewCompleted {
            interview_id: row.id,
            before: was,
            after: is,
            is_note_changed,
            version,
        },
        Ending::NoShow => Event::InterviewMissed {
            interview_id: row.id,
            before: was,
            is_note_changed,
            version,
        },
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(Done {
        details: Box::new(details),
        email: None,
    })
}

/// The ending with the outcome as the company writes it. One that it dropped from its list stays where it is.
fn with_known_outcome(before: &Details, ending: &Ending) -> Result<Ending, Abort<Refusal>> {
    let Ending::Completed {
        outcome: Some(wanted),
    } = ending
    else {
        return Ok(ending.clone());
    };
    let known = companies::outcomes(&before.company)?;
    let mut all = known.iter().chain(&before.interview.outcome);
    let outcome = all.find(|name| name.to_lowercase() == wanted.to_lowercase());
    match outcome {
        Some(name) => Ok(Ending::Completed {
            outcome: Some(name.clone()),
        }),
        None => refuse(Refusal::NoSuchOutcome(known)),
    }
}

fn ended(ending: &Ending) -> Ended {
    Ended {
        status: ending.status(),
        outcome: ending.outcome().cloned(),
    }
}

/// What waits would tell of an interview that is to come.
async fn cancel_waiting(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = match ending {
        Ending::Completed { .. } => "The interview was marked as completed.",
        Ending::NoShow => "The interview was marked as a no-show.",
    };
    let about = email::COLUMN.interview_id.eq(row.id);
    lifecycle::end(txn, email::Status::Cancelled, about, reason, now).await?;
    Ok(())
}

/// Takes back what was said of the end: the interview is booked again, and what its candidate has to learn is queued if it
/// is not over. The note stays.
pub async fn reopen(
    db: &Db,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out_reopening(txn, actor, target, now).await
    })
    .await
}

async fn carry_out_reopening(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let is_ended = |details: &Details| details.interview.status.is_ended();
    let before = change::open(txn, actor, target, is_ended).await?;
    let row = &before.interview;
    if let Some(other) = rebooking::in_place_of(txn, actor.company_id, row.id).await? {
        return refuse(Refusal::Rebooked(other));
    }
    rebooking::forget_cancelled(txn, actor.company_id, row.id).await?;
    let after = interview::ActiveModel {
        status: Set(Status::Scheduled),
        outcome: Set(None),
        ..Default::default()
    };
    if !change::write(txn, row, after).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let details = super::details(txn, actor.company_id, row.id).await?;
    // Whoever was not to be told is not told by this either.
    let tells = details.is_to_come(now) && details.interview.not_told_reason.is_none();
    let done = match tells {
        true => change::notify(txn, actor, row.id, Kind::Updated, now).await?,
        false => Done {
            details: Box::new(details),
            email: None,
        },
    };
    let event = Event::InterviewReopened {
        interview_id: row.id,
        before: Ended::of(row),
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}
