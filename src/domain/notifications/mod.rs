//! Telling the candidate, and the interviewers: every change queues one message, which tells it against what was told before.
//!
//! One stream for each interview and recipient, in order. What has not left when the next change
//! comes is dropped: the newer message tells all of it.
mod interviewers;
mod last_notified;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, InterviewSnapshot, Kind, Status},
    interview,
};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use self::last_notified::{LastNotified, last_notified};
pub(super) use self::{
    interviewers::Standings,
    last_notified::{is_anybody_notified, some_notified},
};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        actions::Actor,
        emails::{self, Enqueued, NewEmail},
        interviews::{Details, telling::Telling},
        reminders, rows,
    },
    error::Result,
};

/// No message waits for corrections when the interview is as near as this.
const NEAR_MINUTES: i64 = 120;
/// The version of an interview that was made and then changed for the first time.
const CHANGED_ONCE: i32 = 2;

/// Queues what the candidate must learn of an interview that was just changed, in the transaction of
/// the change. None when there is nothing to learn: it was never told and is cancelled, or it is
/// again as it was told.
pub async fn notify(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    kind: Kind,
    details: &Details,
    telling: &Telling,
    now: DateTime<Utc>,
) -> Result<Option<Enqueued>> {
    if let Some(reason) = telling.silence() {
        keep_silent(txn, (actor, kind, details), (reason, telling), now).await?;
        return Ok(None);
    }
    let change = match is_told_first(details) {
        true => change_after(LastNotified::Never, kind, details)?,
        false => {
            drop_unsent(txn, details, now).await?;
            pending_change(txn, kind, details).await?
        }
    };
    let queued = queue_before_reminders(txn, actor, change, details, now).await?;
    follow_for_interviewers(txn, actor, details, telling, now).await?;
    Ok(queued)
}

/// What the candidate was being told is out of date, and nothing takes its place, no reminder either: nobody is reminded of
/// what they do not know. It is kept why, as long as there is anything that they do not know.
async fn keep_silent(
    txn: &impl ConnectionTrait,
    (actor, kind, details): (&Actor, Kind, &Details),
    (reason, telling): (&str, &Telling),
    now: DateTime<Utc>,
) -> Result<()> {
    let row = &details.interview;
    let outdated = "The interview was changed, and the candidate was not to be emailed about it.";
    emails::supersede(txn, row.id, outdated, now).await?;
    reminders::drop_waiting(txn, row.id, now).await?;
    let is_news = pending_change(txn, kind, details).await?.is_some();
    note_silence(txn, details, is_news.then_some(reason)).await?;
    follow_for_interviewers(txn, actor, details, telling, now).await
}

async fn follow_for_interviewers(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    telling: &Telling,
    now: DateTime<Utc>,
) -> Result<()> {
    match telling.tells_interviewers() {
        true => interviewers::notify(txn, actor, details, now).await,
        false => interviewers::remind(txn, actor, details, now).await,
    }
}

/// Keeps why the candidate does not know how the interview stands; none when they do.
async fn note_silence(
    txn: &impl ConnectionTrait,
    details: &Details,
    reason: Option<&str>,
) -> Result<()> {
    let row = &details.interview;
    if row.not_told_reason.as_deref() == reason {
        return Ok(());
    }
    interview::Entity::update_many()
        .col_expr(
            interview::Column::NotToldReason,
            Expr::value(reason.map(str::to_owned)),
        )
        .filter(interview::COLUMN.id.eq(row.id))
        .filter(interview::COLUMN.company_id.eq(row.company_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Before its first change an interview has no time, so no email about it can wait or have arrived.
fn is_told_first(details: &Details) -> bool {
    details.interview.version <= CHANGED_ONCE
}

/// The same for an interview that moved because its wall time stayed: what was told by the former offset is
/// told by it once more.
pub(super) async fn notify_changed_rules(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    former_offset_minutes: i32,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<Option<Enqueued>> {
    drop_unsent(txn, details, now).await?;
    let mut change = pending_change(txn, Kind::Rescheduled, details).await?;
    if let Some(change) = &mut change {
        change.snapshot.former_offset_minutes = Some(former_offset_minutes);
    }
    let queued = queue_before_reminders(txn, actor, change, details, now).await?;
    interviewers::notify(txn, actor, details, now).await?;
    Ok(queued)
}

/// Queues what follows for the interviewers of an interview from other users being on its slot.
pub(super) async fn notify_of_interviewers(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<()> {
    reminders::drop_for_interviewers(txn, details.interview.id, now).await?;
    interviewers::notify(txn, actor, details, now).await
}

async fn drop_unsent(
    txn: &impl ConnectionTrait,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = "A newer email says more.";
    emails::supersede(txn, details.interview.id, reason, now).await?;
    reminders::drop_waiting(txn, details.interview.id, now).await
}

/// The message of a change, if there is one, and behind it in the stream the reminders that are needed now.
async fn queue_before_reminders(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    change: Option<PendingChange>,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<Option<Enqueued>> {
    let tells = change.is_some();
    let mut all: Vec<NewEmail> = change
        .map(|change| new_email(change, details, now))
        .into_iter()
        .collect();
    all.extend(reminders::needed(details, now)?);
    all.extend(reminders::confirmation(details, now)?);
    let queued = emails::queue(txn, actor, details, all, now).await?;
    note_silence(txn, details, None).await?;
    Ok(queued.first().copied().filter(|_| tells))
}

fn new_email(change: PendingChange, details: &Details, now: DateTime<Utc>) -> NewEmail {
    NewEmail {
        kind: change.kind,
        previous_snapshot: change.previous_snapshot,
        due_at: now + undo_delay(details, now),
        expires_at: expires_at(change.kind, &change.snapshot, now),
        snapshot: change.snapshot,
        lead_minutes: None,
    }
}

/// What a candidate has to learn.
#[derive(Clone, Debug)]
pub struct PendingChange {
    /// What kind of change it is, against what was told before.
    pub kind: Kind,
    /// The interview as it is.
    pub snapshot: InterviewSnapshot,
    /// As it was told before; none when it is told from the beginning.
    pub previous_snapshot: Option<InterviewSnapshot>,
}

/// What the candidate has to learn of an interview that was, or would be, changed like this.
pub async fn pending_change(
    db: &impl ConnectionTrait,
    kind: Kind,
    details: &Details,
) -> Result<Option<PendingChange>> {
    let row = &details.interview;
    let told = last_notified(db, row.company_id, row.id, &details.candidate.email).await?;
    change_after(told, kind, details)
}

fn change_after(
    told: LastNotified,
    kind: Kind,
    details: &Details,
) -> Result<Option<PendingChange>> {
    let snapshot = emails::snapshot(details)?;
    let kind = kind_for(kind, &snapshot, &told);
    Ok(kind.map(|kind| PendingChange {
        kind,
        previous_snapshot: told.before(kind),
        snapshot,
    }))
}

/// Looks again at a message that is about to leave for the first time: what was on its way when it was
/// queued may not have arrived after all. False when there is nothing left to tell. What [`some_notified`] answers for its
/// interview spares the look where nothing was ever told.
pub(super) async fn revalidate(
    txn: &impl ConnectionTrait,
    email: &mut email::Model,
    was_notified: bool,
) -> Result<bool> {
    let is_fixed = email.text.is_some() || email.resend_of.is_some() || email.facts.is_none();
    let Some(interview_id) = email.interview_id.filter(|_| !is_fixed) else {
        return Ok(true);
    };
    let needed = match (email.kind, email.user_id) {
        (kind, _) if kind.tells_of_change() => {
            needed_by_candidate(txn, email, interview_id, was_notified).await?
        }
        (kind, Some(user_id)) if kind.tells_interviewers_of_change() => {
            interviewers::revalidated(txn, email, (interview_id, user_id)).await?
        }
        _ => return Ok(true),
    };
    let Some((kind, previous)) = needed else {
        return Ok(false);
    };
    let previous = previous.map(|previous| json!(previous));
    if kind == email.kind && previous == email.facts_before {
        return Ok(true);
    }
    email::Entity::update_many()
        .col_expr(email::Column::Kind, Expr::value(kind.to_value()))
        .col_expr(email::Column::FactsBefore, Expr::value(previous.clone()))
        .filter(email::COLUMN.id.eq(email.id))
        .exec(txn)
        .await?;
    email.kind = kind;
    email.facts_before = previous;
    Ok(true)
}

/// The kind of message that a candidate needs after all, and what they knew before it; none when it tells them nothing.
async fn needed_by_candidate(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    interview_id: i64,
    was_notified: bool,
) -> Result<Option<(Kind, Option<InterviewSnapshot>)>> {
    let snapshot = emails::snapshot_of(email)?;
    let told = match was_notified {
        true => last_notified(txn, email.company_id, interview_id, &email.recipient).await?,
        false => LastNotified::Never,
    };
    let kind = kind_for(email.kind, &snapshot, &told);
    Ok(kind.map(|kind| (kind, told.before(kind))))
}

/// Was the candidate told of the interview, so that a change has to be told as well?
pub async fn was_notified(db: &Db, details: &Details) -> Result<bool> {
    let row = &details.interview;
    let told = last_notified(db.read(), row.company_id, row.id, &details.candidate.email).await?;
    Ok(match told {
        LastNotified::Never => false,
        LastNotified::With(told) => !told.is_cancelled,
        // Whoever may know of it is told.
        LastNotified::Unreadable => true,
    })
}

/// The message that tells the interview as it is now; none when there was nothing to tell.
pub async fn newest(db: &Db, details: &Details) -> Result<Option<email::Model>> {
    let newest = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(details.interview.company_id))
        .filter(email::COLUMN.interview_id.eq(details.interview.id))
        .filter(emails::of_kinds(Kind::tells_of_change))
        .filter(email::Column::Status.ne_const(Status::Superseded))
        .order_by_desc(email::Column::Id);
    let newest = rows::one(newest, db.read()).await?;
    let newest = newest.and_then(|row| row.or_log("email"));
    Ok(newest.filter(|email| emails::tells_the_present(email, details)))
}

/// The kind of message that is needed after all: what was never told is told from the beginning, and so is what
/// follows something that nobody can read.
fn kind_for(kind: Kind, now: &InterviewSnapshot, told: &LastNotified) -> Option<Kind> {
    let told = match told {
        LastNotified::Unreadable if kind.has_last_word() => return Some(kind),
        LastNotified::With(told) if !told.is_cancelled => Some(told),
        _ => None,
    };
    match told {
        None if kind.has_last_word() => None,
        Some(_) if kind.has_last_word() => Some(kind),
        None => Some(Kind::Scheduled),
        Some(told) if told.tell_the_same(now) => None,
        // An undone move leaves another change to tell, or a corrected one became a move.
        Some(told) if told.starts_at != now.starts_at => Some(Kind::Rescheduled),
        Some(told) if told.link_version != now.link_version => Some(Kind::LinkReplaced),
        Some(_) => Some(Kind::Updated),
    }
}

/// How long a message waits for corrections.
fn undo_delay(details: &Details, now: DateTime<Utc>) -> TimeDelta {
    let wanted = TimeDelta::seconds(details.company.undo_seconds.into());
    let starts_at = details.slot.as_ref().map(|slot| slot.starts_at);
    let is_near = starts_at.is_none_or(|at| at - now < TimeDelta::minutes(NEAR_MINUTES) + wanted);
    if is_near { TimeDelta::zero() } else { wanted }
}

fn expires_at(kind: Kind, snapshot: &InterviewSnapshot, now: DateTime<Utc>) -> DateTime<Utc> {
    let ends_at = snapshot.starts_at + TimeDelta::minutes(snapshot.duration_minutes.into());
    // Who has not heard of a cancellation by the start is waiting in vain; afterwards it is late but true.
    if kind.has_last_word() && now < snapshot.starts_at {
        snapshot.starts_at
    } else {
        ends_at
    }
}

#[cfg(test)]
mod tests;
