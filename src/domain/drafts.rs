//! A booking as it would be: for the preview of its mail. Nothing is written.
use chrono::{DateTime, Utc};
use entity::{
    candidate,
    interview::{self, Status},
    slot, user,
};

use crate::{
    db::Db,
    domain::{
        accounts::users,
        actions::Actor,
        candidates::{self, NewCandidate},
        companies,
        interviews::{
            self, Details, booking::Who, correction::Correction, slot_choice::SlotChoice,
        },
        jobs, mail_texts,
        slots::{self, NewSlot},
    },
    error::Result,
};

/// The interview as booking it into this slot would leave it. Whatever it names must be the company's.
pub async fn draft(
    db: &Db,
    actor: &Actor,
    slot_id: i64,
    who: &Who,
    notes: &str,
    now: DateTime<Utc>,
) -> Result<Details> {
    let slot = slots::find(db.read(), actor.company_id, slot_id).await?;
    let known = match who {
        Who::Interview(id) => Some(interviews::details(db.read(), actor.company_id, *id).await?),
        Who::Candidate(id) => {
            match interviews::waiting(db.read(), actor.company_id, *id, slot.job_id).await? {
                Some(row) => Some(interviews::details(db.read(), actor.company_id, row.id).await?),
                None => None,
            }
        }
        Who::New(_) => None,
    };
    let candidate = match &known {
        Some(details) => details.candidate.clone(),
        None => candidate(db, actor, who, now).await?,
    };
    let mut interview = match known {
        Some(details) => details.interview,
        None => unwritten(actor, candidate.id, slot.job_id, now),
    };
    let job_id = interview.job_id.unwrap_or(slot.job_id);
    interview.slot_id = Some(slot.id);
    interview.status = Status::Scheduled;
    interview.booking_notes = notes.to_owned();
    interview.booked_by = actor.user_id;
    let company = companies::find(db, actor.company_id).await?;
    Ok(Details {
        own: mail_texts::own(db.read(), &company).await?,
        interview,
        candidate,
        company,
        slot: Some(slot),
        job: Some(jobs::find(db.read(), actor.company_id, job_id).await?),
        recruiter: recruiter(db, actor).await?,
    })
}

async fn candidate(
    db: &Db,
    actor: &Actor,
    who: &Who,
    now: DateTime<Utc>,
) -> Result<candidate::Model> {
    match who {
        Who::New(new) => Ok(stranger(new, actor, now)),
        Who::Candidate(id) | Who::Interview(id) => {
            candidates::find(db.read(), actor.company_id, *id).await
        }
    }
}

async fn recruiter(db: &Db, actor: &Actor) -> Result<Option<user::Model>> {
    match actor.user_id {
        Some(id) => users::find(db, actor.company_id, id).await.map(Some),
        None => Ok(None),
    }
}

/// The interview as a move would leave it. A slot that it names must be the company's.
pub async fn moved(
    db: &Db,
    actor: &Actor,
    before: Details,
    choice: &SlotChoice,
    notes: &str,
    now: DateTime<Utc>,
) -> Result<Details> {
    let slot = match choice {
        SlotChoice::Existing(id) => slots::find(db.read(), actor.company_id, *id).await?,
        SlotChoice::New(new) => unmade(new, actor, now),
    };
    let mut interview = before.interview;
    interview.booking_notes = notes.to_owned();
    Ok(Details {
        interview,
        slot: Some(slot),
        ..before
    })
}

/// The interview as this would leave it, when it is cancelled.
pub fn cancelled(before: Details, reason: &str) -> Details {
    let mut after = before;
    after.interview.status = Status::Cancelled;
    after.interview.cancel_reason = reason.to_owned();
    after
}

/// The interview as a correction would leave it.
pub fn corrected(before: Details, correction: &Correction) -> Details {
    let mut after = before;
    let Correction {
        interview_type,
        duration_minutes,
        meeting_url,
        notes,
        interviewer_notes,
    } = correction.clone();
    after.interview.booking_notes = notes;
    after.interview.interviewer_notes = interviewer_notes;
    if let Some(slot) = &mut after.slot {
        slot.interview_type = interview_type;
        slot.duration_minutes = duration_minutes;
        slot.meeting_url = meeting_url;
    }
    after
}

/// The interview as a change of its slot would leave it.
pub fn slot_changed(before: Details, actor: &Actor, new: &NewSlot, now: DateTime<Utc>) -> Details {
    let mut after = before;
    after.slot = after.slot.map(|slot| slot::Model {
        id: slot.id,
        version: slot.version,
        created_at: slot.created_at,
        created_by: slot.created_by,
        ..unmade(new, actor, now)
    });
    after
}

fn unmade(new: &NewSlot, actor: &Actor, now: DateTime<Utc>) -> slot::Model {
    slot::Model {
        id: 0,
        company_id: actor.company_id,
        job_id: new.job_id,
        starts_at: new.starts_at,
        duration_minutes: new.duration_minutes,
        time_zone: new.zone.name().into(),
        local_start: new.local_start.format("%Y-%m-%dT%H:%M:%S").to_string(),
        interview_type: new.interview_type,
        difficulty_level: new.difficulty_level,
        meeting_url: new.meeting_url.clone(),
        interviewer: new.interviewer.clone(),
        closed_at: None,
        rules_changed_at: None,
        was_booked: false,
        created_by: actor.user_id,
        version: 1,
        created_at: now,
    }
}

fn stranger(new: &NewCandidate, actor: &Actor, now: DateTime<Utc>) -> candidate::Model {
    candidate::Model {
        id: 0,
        company_id: actor.company_id,
        name: new.name.clone(),
        email: new.email.clone(),
        phone: new.phone.clone(),
        time_zone: new.time_zone.clone(),
        locale: new.locale.clone(),
        job_id: new.job_id,
        notes: new.notes.clone(),
        version: 1,
        created_at: now,
    }
}

fn unwritten(
    actor: &Actor,
    candidate_id: i64,
    job_id: i64,
    now: DateTime<Utc>,
) -> interview::Model {
    interview::Model {
        id: 0,
        company_id: actor.company_id,
        candidate_id,
        job_id: Some(job_id),
        slot_id: None,
        status: Status::Unscheduled,
        public_id: String::new(),
        link_version: 1,
        revision: 1,
        ics_sequence: 1,
        booking_notes: String::new(),
        interviewer_notes: String::new(),
        cancel_reason: String::new(),
        not_told_reason: None,
        outcome: None,
        private_note: String::new(),
        rebook_of: None,
        booked_at: None,
        version: 1,
        opened_at: None,
        joined_at: None,
        attended_at: None,
        trouble_at: None,
        trouble_url: None,
        trouble_handled_at: None,
        answer: None,
        answered_at: None,
        answer_reason: None,
        answer_words: String::new(),
        answer_handled_at: None,
        moved_at: None,
        device_check: None,
        booked_by: None,
        created_by: actor.user_id,
        created_at: now,
    }
}
