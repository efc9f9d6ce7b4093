//! Telling the interviewers: each of them what changed against what they were told before, in messages of their own.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    email::{self, InterviewSnapshot, Kind},
    interview::Status,
    user,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    LastNotified, expires_at, is_told_first, kind_for, last_notified::last_notified_interviewers,
    undo_delay,
};
use crate::{
    domain::{
        actions::Actor,
        emails::{self, Addressee, NewEmail},
        interviews::Details,
        reminders,
        slots::interviewers,
    },
    error::Result,
};

/// Queues what the interviewers must learn of an interview that was just changed, and their reminders, in the transaction
/// of the change. What had not left was dropped before. Nobody who may not sign in is told anything.
pub(super) async fn notify(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = &details.interview;
    let mut told = match is_told_first(details) {
        true => HashMap::new(),
        false => last_notified_interviewers(txn, row.company_id, row.id).await?,
    };
    let mut all = Vec::new();
    for (user, holds_it) in concerned(txn, details, told.keys().copied()).await? {
        let told = told.remove(&user.id).unwrap_or(LastNotified::Never);
        let new = match holds_it {
            true => change_and_reminder(details, told, now)?,
            false => parting(details, told, now).into_iter().collect(),
        };
        let to = Addressee::user(&user);
        all.extend(new.into_iter().map(|new| (to.clone(), new)));
    }
    emails::queue_to(txn, actor, details, all, now).await?;
    Ok(())
}

/// The users who can sign in and hold the interview, or were told of it; and whether they hold it.
async fn concerned(
    txn: &impl ConnectionTrait,
    details: &Details,
    told: impl Iterator<Item = i64>,
) -> Result<Vec<(user::Model, bool)>> {
    let company_id = details.interview.company_id;
    let slot = details.slot.as_ref().filter(|_| is_on(details));
    let on_slot = slot.map(|slot| interviewers::on_slot(company_id, slot.id));
    let is_concerned = Condition::any()
        .add(user::Column::Id.is_in(told))
        .add_option(on_slot.map(|on_slot| user::Column::Id.in_subquery(on_slot)));
    let users = user::Entity::find()
        .filter(user::COLUMN.company_id.eq(company_id))
        .filter(user::COLUMN.disabled_at.is_null())
        .filter(is_concerned)
        .order_by_asc(user::Column::Id)
        .all(txn)
        .await?;
    let holding: HashSet<i64> = match slot.filter(|_| !users.is_empty()) {
        Some(slot) => interviewers::of(txn, company_id, slot.id).await?,
        None => Vec::new(),
    }
    .into_iter()
    .collect();
    let users = users.into_iter();
    Ok(users
        .map(|user| {
            let holds_it = holding.contains(&user.id);
            (user, holds_it)
        })
        .collect())
}

fn is_on(details: &Details) -> bool {
    details.interview.status == Status::Scheduled
}

/// Queues their reminders alone: whoever is not told of a change is still reminded of the time that the interview has now.
pub(super) async fn remind(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    details: &Details,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(reminder) = reminder(details, now)? else {
        return Ok(());
    };
    let holders = concerned(txn, details, std::iter::empty()).await?;
    let all = holders
        .iter()
        .filter(|(_, holds_it)| *holds_it)
        .map(|(user, _)| (Addressee::user(user), reminder.clone()));
    emails::queue_to(txn, actor, details, all.collect(), now).await?;
    Ok(())
}

/// What somebody who holds the interview has to learn, and when they are reminded.
fn change_and_reminder(
    details: &Details,
    told: LastNotified,
    now: DateTime<Utc>,
) -> Result<Vec<NewEmail>> {
    let snapshot = snapshot(details)?;
    let kind = kind_for(Kind::Updated, &snapshot, &told).and_then(Kind::for_interviewers);
    let change = kind.map(|kind| NewEmail {
        kind,
        previous_snapshot: told.before(kind),
        due_at: now + undo_delay(details, now),
        expires_at: expires_at(kind, &snapshot, now),
        snapshot,
        lead_minutes: None,
    });
    Ok(change.into_iter().chain(reminder(details, now)?).collect())
}

/// When somebody who holds the interview is reminded: once, near the start.
fn reminder(details: &Details, now: DateTime<Utc>) -> Result<Option<NewEmail>> {
    let Some(nearest) = reminders::needed(details, now)?.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(NewEmail {
        kind: Kind::InterviewerReminder,
        snapshot: snapshot(details)?,
        ..nearest
    }))
}

/// Tells somebody who knows of the interview that it is no longer theirs, as they know it: where it is now is nothing to
/// them.
fn parting(details: &Details, told: LastNotified, now: DateTime<Utc>) -> Option<NewEmail> {
    let LastNotified::With(before) = told else {
        return None;
    };
    if before.is_cancelled {
        return None;
    }
    let kind = Kind::InterviewerCancelled;
    let snapshot = InterviewSnapshot {
        is_cancelled: true,
        ..before.clone()
    };
    Some(NewEmail {
        kind,
        due_at: now + undo_delay(details, now),
        expires_at: expires_at(kind, &snapshot, now),
        snapshot,
        previous_snapshot: Some(before),
        lead_minutes: None,
    })
}

/// What there is to tell an interviewer now: their notes, not the candidate's, and no join link.
fn snapshot(details: &Details) -> Result<InterviewSnapshot> {
    Ok(InterviewSnapshot {
        notes: details.interview.interviewer_notes.clone(),
        link_version: 0,
        ..emails::snapshot(details)?
    })
}

/// The kind of message that an interviewer needs after all, and what they knew before it; none when it tells them nothing.
pub(super) async fn revalidated(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    (interview_id, user_id): (i64, i64),
) -> Result<Option<(Kind, Option<InterviewSnapshot>)>> {
    let mut told = last_notified_interviewers(txn, email.company_id, interview_id).await?;
    let told = told.remove(&user_id).unwrap_or(LastNotified::Never);
    let snapshot = emails::snapshot_of(email)?;
    let kind = kind_for(email.kind, &snapshot, &told).and_then(Kind::for_interviewers);
    Ok(kind.map(|kind| (kind, told.before(kind))))
}

/// Who gets mail about interviews now, and whose interviews they are: for messages that are about to leave.
pub(in crate::domain) struct Standings {
    /// The addresses of those who can sign in.
    addresses: HashMap<i64, String>,
    by_slot: HashMap<i64, Vec<i64>>,
}

impl Standings {
    /// Of these users and slots of a company.
    pub(in crate::domain) async fn of(
        txn: &impl ConnectionTrait,
        company_id: i64,
        user_ids: HashSet<i64>,
        slot_ids: HashSet<i64>,
    ) -> Result<Self> {
        let users = user::Entity::find()
            .filter(user::COLUMN.company_id.eq(company_id))
            .filter(user::COLUMN.disabled_at.is_null())
            .filter(user::Column::Id.is_in(user_ids))
            .all(txn)
            .await?;
        Ok(Self {
            addresses: users.into_iter().map(|it| (it.id, it.email)).collect(),
            by_slot: interviewers::by_slot(txn, company_id, slot_ids).await?,
        })
    }

    /// Is what a message tells its interviewer still so?
    pub(in crate::domain) fn bear_out(&self, email: &email::Model, details: &Details) -> bool {
        let Some(user_id) = email.user_id else {
            return false;
        };
        let slot = details.slot.as_ref().filter(|_| is_on(details));
        let holds_it = slot
            .and_then(|slot| self.by_slot.get(&slot.id))
            .is_some_and(|users| users.contains(&user_id));
        self.addresses.get(&user_id) == Some(&email.recipient)
            && holds_it != email.kind.has_last_word()
            && emails::tells_the_present(email, details)
    }
}
