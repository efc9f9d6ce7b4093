//! Reminders: rows of the queue that wait for their hour, made anew at every change.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use sea_orm::{Condition, ConnectionTrait};

use crate::{
    db::constant::Constant,
    domain::{
        emails::{self, NewEmail, lifecycle},
        interviews::Details,
    },
    error::{Error, Result},
};

/// A reminder that would follow the booking's own message as soon as this is not made.
const LEAST_NOTICE_MINUTES: i64 = 30;
/// Later than this before the start a reminder reminds nobody.
const LAST_MINUTES: i64 = 5;

/// The reminders that an interview needs as it is now.
pub fn needed(details: &Details, now: DateTime<Utc>) -> Result<Vec<NewEmail>> {
    let mut needed = Vec::new();
    let Some(slot) = details
        .slot
        .as_ref()
        .filter(|_| details.interview.status == interview::Status::Scheduled)
    else {
        return Ok(needed);
    };
    for lead_minutes in leads(details)? {
        let due_at = slot.starts_at - TimeDelta::minutes(lead_minutes.into());
        if due_at < now + TimeDelta::minutes(LEAST_NOTICE_MINUTES) {
            continue;
        }
        let half = TimeDelta::minutes(i64::from(lead_minutes) / 2);
        needed.push(NewEmail {
            kind: Kind::Reminder,
            snapshot: emails::snapshot(details)?,
            previous_snapshot: None,
            due_at,
            expires_at: (due_at + half).min(slot.starts_at - TimeDelta::minutes(LAST_MINUTES)),
            lead_minutes: Some(lead_minutes),
        });
    }
    Ok(needed)
}

/// What asks the candidate to answer, as long as they have not.
pub fn confirmation(details: &Details, now: DateTime<Utc>) -> Result<Option<NewEmail>> {
    let row = &details.interview;
    let is_silent = row.status == interview::Status::Scheduled && row.answer.is_none();
    let slot = details.slot.as_ref().filter(|_| is_silent);
    let Some((slot, hours)) = slot.zip(details.company.confirm_hours) else {
        return Ok(None);
    };
    let lead = TimeDelta::hours(hours.into());
    let due_at = slot.starts_at - lead;
    if due_at < now + TimeDelta::minutes(LEAST_NOTICE_MINUTES) {
        return Ok(None);
    }
    Ok(Some(NewEmail {
        kind: Kind::Confirm,
        snapshot: emails::snapshot(details)?,
        previous_snapshot: None,
        due_at,
        expires_at: due_at + lead / 2,
        lead_minutes: i32::try_from(lead.num_minutes()).ok(),
    }))
}

/// Whoever has answered is not asked to.
pub async fn drop_confirmation(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let which = Condition::all()
        .add(email::COLUMN.interview_id.eq(interview_id))
        .add(email::Column::Kind.eq_const(Kind::Confirm));
    let reason = "The candidate has answered.";
    lifecycle::end(txn, Status::Superseded, which, reason, now).await?;
    Ok(())
}

/// The company's lead times in minutes, each once.
fn leads(details: &Details) -> Result<Vec<i32>> {
    let company = &details.company;
    let mut leads: Vec<i32> = serde_json::from_value(company.reminder_lead_minutes.clone())
        .map_err(|error| Error::Stored(format!("reminders of company {}: {error}", company.id)))?;
    leads.retain(|lead| i64::from(*lead) > LAST_MINUTES);
    leads.sort_unstable();
    leads.dedup();
    Ok(leads)
}

/// Ends what interviewers were to be told of an interview, and their reminders; the candidate's go on waiting.
pub async fn drop_for_interviewers(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let which = Condition::all()
        .add(email::COLUMN.interview_id.eq(interview_id))
        .add(emails::of_kinds(Kind::is_for_interviewers));
    end(txn, which, now).await
}

/// What tells of a change gives way to the newer one; all else that the change makes untrue ends here, so that nothing
/// reminds of what is no more.
pub async fn drop_waiting(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let which = Condition::all()
        .add(email::COLUMN.interview_id.eq(interview_id))
        .add(emails::of_kinds(|kind| {
            !kind.tells_of_change() && !kind.outlives_changes()
        }));
    end(txn, which, now).await
}

async fn end(txn: &impl ConnectionTrait, which: Condition, now: DateTime<Utc>) -> Result<()> {
    let reason = "The interview was changed before this email was due.";
    lifecycle::end(txn, Status::Superseded, which, reason, now).await?;
    Ok(())
}
