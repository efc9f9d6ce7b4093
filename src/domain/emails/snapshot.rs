//! What a message tells: of an interview as it is, or read back from its row.
use entity::{
    email::{self, Audience, InterviewSnapshot},
    interview,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::{
    db::constant::Constant,
    domain::interviews::Details,
    error::{Error, Result},
};

/// What there is to tell of an interview now.
pub fn snapshot(details: &Details) -> Result<InterviewSnapshot> {
    let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
    Ok(InterviewSnapshot {
        starts_at: slot.starts_at,
        duration_minutes: slot.duration_minutes,
        interview_type: slot.interview_type,
        place: details.meeting_url().map(str::to_owned),
        notes: details.interview.booking_notes.clone(),
        link_version: details.interview.link_version,
        is_cancelled: details.interview.status == interview::Status::Cancelled,
        former_offset_minutes: None,
    })
}

/// What a message tells, as it was kept.
pub fn snapshot_of(email: &email::Model) -> Result<InterviewSnapshot> {
    let kept = email
        .facts
        .clone()
        .ok_or_else(|| Error::Stored(format!("email {} has no facts", email.id)))?;
    serde_json::from_value(kept)
        .map_err(|error| Error::Stored(format!("facts of email {}: {error}", email.id)))
}

/// What the candidate was told before, as it was kept.
pub fn previous_snapshot_of(email: &email::Model) -> Result<Option<InterviewSnapshot>> {
    let kept = email.facts_before.clone().map(serde_json::from_value);
    kept.transpose()
        .map_err(|error| Error::Stored(format!("facts before email {}: {error}", email.id)))
}

/// The domain under which calendars know an interview: that of the first message that brought it
/// there. None before there is one.
pub async fn calendar_domain(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Option<String>> {
    let first: Option<String> = first_calendar_email(company_id, interview_id)
        .select_only()
        .column(email::Column::MessageId)
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.and_then(|id| domain_of(&id)))
}

/// The same with the first calendar itself, which says who the organizer is.
pub async fn first_calendar(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Option<(String, String)>> {
    let first: Option<(String, Option<String>)> = first_calendar_email(company_id, interview_id)
        .filter(email::Column::Audience.eq_const(Audience::Candidate))
        .select_only()
        .columns([email::Column::MessageId, email::Column::Ics])
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.and_then(|(id, ics)| Some((domain_of(&id)?, ics?))))
}

fn first_calendar_email(company_id: i64, interview_id: i64) -> Select<email::Entity> {
    email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(email::COLUMN.ics.is_not_null())
        .order_by_asc(email::Column::Id)
}

fn domain_of(message_id: &str) -> Option<String> {
    Some(message_id.split_once('@')?.1.to_owned())
}
