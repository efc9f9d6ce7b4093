//! Writing what changed about a slot, and recording it.
use chrono::{DateTime, Utc};
use entity::slot;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::{
        actions::Actor,
        events::{self, Event, Start},
        slots::NewSlot,
        versions::{self, Target},
    },
    error::Result,
};

/// What no mail tells; the correction may have counted the version up already.
pub(super) async fn write_rest(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    (old, new): (&NewSlot, &NewSlot),
) -> Result<()> {
    let NewSlot {
        difficulty_level,
        interviewer,
        interviewers,
        // These the correction writes.
        interview_type: _,
        duration_minutes: _,
        meeting_url: _,
        // And these stay while somebody is booked.
        job_id: _,
        starts_at: _,
        local_start: _,
        zone: _,
    } = new;
    let is_same = old.difficulty_level == *difficulty_level
        && old.interviewer == *interviewer
        && old.interviewers == *interviewers;
    if !is_same {
        let after = slot::ActiveModel {
            difficulty_level: Set(*difficulty_level),
            interviewer: Set(interviewer.clone()),
            version: Set(target.version + 1),
            ..Default::default()
        };
        slot::Entity::update_many()
            .set(after)
            .filter(slot::COLUMN.id.eq(target.id))
            .filter(slot::COLUMN.company_id.eq(actor.company_id))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// The conditional write of a slot that is as the caller saw it.
pub(super) async fn write(
    txn: &impl ConnectionTrait,
    target: &Target,
    company_id: i64,
    columns: slot::ActiveModel,
) -> Result<bool> {
    let written = slot::Entity::update_many()
        .set(slot::ActiveModel {
            version: Set(target.version + 1),
            ..columns
        })
        .filter(slot::COLUMN.id.eq(target.id))
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.version.eq(target.version))
        .exec(txn)
        .await?;
    Ok(written.rows_affected == 1)
}

/// The event, with the names of what changed.
pub(super) async fn record(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    target: &Target,
    (old, new): (&NewSlot, &NewSlot),
    now: DateTime<Utc>,
) -> Result<()> {
    let NewSlot {
        job_id,
        starts_at,
        // It follows from the start and the zone.
        local_start: _,
        zone,
        duration_minutes,
        interview_type,
        difficulty_level,
        meeting_url,
        interviewer,
        interviewers,
    } = new;
    let changed = versions::changed([
        ("starts_at", old.starts_at != *starts_at),
        ("time_zone", old.zone != *zone),
        (
            "duration_minutes",
            old.duration_minutes != *duration_minutes,
        ),
        ("job", old.job_id != *job_id),
        ("interview_type", old.interview_type != *interview_type),
        (
            "difficulty_level",
            old.difficulty_level != *difficulty_level,
        ),
        ("meeting_url", old.meeting_url != *meeting_url),
        ("interviewer", old.interviewer != *interviewer),
        ("interviewers", old.interviewers != *interviewers),
    ]);
    let event = Event::SlotChanged {
        slot_id: target.id,
        before: Start {
            starts_at: old.starts_at,
        },
        after: Start {
            starts_at: *starts_at,
        },
        changed,
        version: Some(target.version + 1),
    };
    events::record(txn, actor, event, now).await
}
