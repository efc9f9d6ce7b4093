//! What every change of an interview shares: the version that was seen, the conditional write, what follows from it.
use chrono::{DateTime, Utc};
use entity::{email::Kind, interview};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};

use super::{
    details::{Details, details, find},
    telling::Telling,
};
use crate::{
    db::{Db, Txn},
    domain::{
        actions::Actor,
        candidates,
        commands::{self, Abort, refuse},
        emails::Enqueued,
        events::{self, Event},
        idempotency_keys::{self, IdempotencyKey, KeyConflict},
        notifications,
    },
    error::{Error, Result},
};

/// Which interview, as its caller saw it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which one.
    pub interview_id: i64,
    /// As the caller saw it; none means as it is.
    pub version: Option<i32>,
    /// The caller's idempotency key.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A change that was made, now or by an earlier call with the same key.
#[derive(Clone, Debug)]
pub struct Done {
    /// The interview as it is now.
    pub details: Box<Details>,
    /// The message that tells the candidate; none when none is needed, or an earlier call queued it.
    pub email: Option<Enqueued>,
}

impl Done {
    /// The key of the message that tells the candidate.
    pub(super) fn email_id(&self) -> Option<i64> {
        self.email.map(|email| email.id)
    }
}

/// Why an interview cannot be changed.
#[derive(Clone, Debug)]
pub enum InterviewRefusal {
    /// Somebody changed it after the caller saw it; this is how it is now.
    Changed(Box<Details>),
    /// It is not booked, or over: there is nothing to change.
    NotBooked(Box<Details>),
}

impl InterviewRefusal {
    /// The interview as it is now.
    pub fn into_details(self) -> Details {
        match self {
            Self::Changed(details) | Self::NotBooked(details) => *details,
        }
    }
}

/// Why a change that is about nothing but the interview was not made.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The interview cannot be changed.
    Interview(InterviewRefusal),
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

/// Carries out a change that is about nothing but the interview: it is cancelled or corrected, or its link replaced.
pub(super) async fn run<R: From<KeyConflict>>(
    db: &Db,
    actor: &Actor,
    target: &Target,
    work: impl AsyncFn(&Txn) -> Result<Done, Abort<R>>,
) -> Result<Result<Done, R>> {
    let (company_id, key) = (actor.company_id, target.idempotency_key.as_ref());
    let earlier = async |id| {
        Ok(Done {
            details: Box::new(details(db.read(), company_id, id).await?),
            email: None,
        })
    };
    commands::run_once(db, company_id, key, work, earlier).await
}

/// The interview, if `can_change` holds for it and it is in the version that the caller saw. Its candidate is locked:
/// a changed address waits for this change, or this one for it, because both notify; and so does whoever would put
/// another interview of theirs beside this one.
pub(super) async fn open<R: From<InterviewRefusal>>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    can_change: impl FnOnce(&Details) -> bool,
) -> Result<Details, Abort<R>> {
    let before = details(txn, actor.company_id, target.interview_id).await?;
    if !can_change(&before) {
        return refuse(InterviewRefusal::NotBooked(Box::new(before)));
    }
    candidates::lock_bookings(txn, actor.company_id, before.interview.candidate_id).await?;
    if target
        .version
        .is_some_and(|seen| seen != before.interview.version)
    {
        return changed(txn, actor, before.interview.id).await;
    }
    Ok(before)
}

/// Refuses because somebody else was first.
pub(super) async fn changed<T, R: From<InterviewRefusal>>(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
) -> Result<T, Abort<R>> {
    let now = details(txn, actor.company_id, interview_id).await?;
    refuse(InterviewRefusal::Changed(Box::new(now)))
}

/// Writes an interview that is still as it was read (optimistic locking); false when it is not.
pub(in crate::domain) async fn write(
    txn: &impl ConnectionTrait,
    read: &interview::Model,
    after: interview::ActiveModel,
) -> Result<bool> {
    let written = interview::Entity::update_many()
        .set(interview::ActiveModel {
            version: Set(read.version + 1),
            ..after
        })
        .filter(interview::COLUMN.id.eq(read.id))
        .filter(interview::COLUMN.company_id.eq(read.company_id))
        .filter(interview::COLUMN.version.eq(read.version))
        .exec(txn)
        .await?;
    Ok(written.rows_affected == 1)
}

/// For [`write`]: calendars have to be changed, and what was mailed before is out of date.
pub(in crate::domain) fn next_revision(read: &interview::Model) -> interview::ActiveModel {
    interview::ActiveModel {
        revision: Set(read.revision + 1),
        ics_sequence: Set(read.ics_sequence + 1),
        ..Default::default()
    }
}

/// For [`write`]: the interview takes place at another time. Whoever read of the old one, or came to it, has not come to the
/// new one.
pub(in crate::domain) fn another_time(read: &interview::Model) -> interview::ActiveModel {
    interview::ActiveModel {
        opened_at: Set(None),
        joined_at: Set(None),
        attended_at: Set(None),
        trouble_at: Set(None),
        trouble_url: Set(None),
        trouble_handled_at: Set(None),
        answer: Set(None),
        answered_at: Set(None),
        answer_reason: Set(None),
        answer_words: Set(String::new()),
        answer_handled_at: Set(None),
        moved_at: Set(None),
        ..next_revision(read)
    }
}

/// Queues what the candidate has to learn of a change that was written.
pub(super) async fn notify(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<Done> {
    notify_some(txn, actor, interview_id, (kind, &Telling::everybody()), now).await
}

/// The same, unless somebody is not to be told.
pub(super) async fn notify_some(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    (kind, telling): (Kind, &Telling),
    now: DateTime<Utc>,
) -> Result<Done> {
    let company_id = actor.company_id;
    let mut done = Box::new(details(txn, company_id, interview_id).await?);
    let email = match done.slot {
        Some(_) => notifications::notify(txn, actor, kind, &done, telling, now).await?,
        None => None,
    };
    if telling.silence().is_some() {
        let row = find(txn, company_id, interview_id).await?;
        done.interview.not_told_reason = row.not_told_reason;
    } else if done.slot.is_some() {
        done.interview.not_told_reason = None;
    }
    Ok(Done {
        details: done,
        email,
    })
}

/// Tells an interview's new interviewers that they hold it, and those who no longer do: after other users were put on its
/// slot, in the same transaction. For calendars it is a change of the interview, so its version rises.
pub(in crate::domain) async fn notify_interviewers(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = find(txn, actor.company_id, interview_id).await?;
    if !write(txn, &row, interview::ActiveModel::default()).await? {
        return Err(Error::Conflict(
            "The interview was changed in the meantime.",
        ));
    }
    let details = details(txn, actor.company_id, interview_id).await?;
    match details.slot {
        Some(_) => notifications::notify_of_interviewers(txn, actor, &details, now).await,
        None => Ok(()),
    }
}

/// Records the event of a change, and that the call with this key made it.
pub(super) async fn record(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (interview_id, key): (i64, Option<&IdempotencyKey>),
    event: Event,
    now: DateTime<Utc>,
) -> Result<()> {
    events::record(txn, actor, event, now).await?;
    idempotency_keys::insert(txn, actor.company_id, key, interview_id, now).await
}
