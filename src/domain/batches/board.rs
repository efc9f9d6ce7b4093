//! What has to be known to put people into the free slots of a job.
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate, company,
    interview::{self, Status},
    job,
    slot::{self, InterviewType},
    slot_interviewer, user,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use crate::{
    db::{Db, constant::Constant},
    domain::{
        availability::{self, Facts, Seat},
        companies, jobs,
        page::Sort,
        slots::{self, Filter, LONGEST, Listed, State},
    },
    error::Result,
    zones::Tz,
};

/// So many of the earliest free slots are looked at.
const MOST_SLOTS: u64 = 400;

/// A free slot of the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlot {
    /// Key.
    pub id: i64,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Its time zone.
    pub zone: Tz,
    /// What kind of talk it is.
    pub interview_type: InterviewType,
    /// Users who hold it.
    pub interviewers: Vec<i64>,
    /// Who asks, by name; may be empty.
    pub asked_by: String,
    /// Is there a place to meet?
    pub has_meeting_link: bool,
}

/// A candidate who is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Key.
    pub candidate_id: i64,
    /// By name.
    pub name: String,
    /// IANA name, when known.
    pub time_zone: Option<String>,
    /// Booked and not over, the earliest first.
    pub interviews: Vec<Coming>,
}

/// An interview that is booked and not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Key.
    pub interview_id: i64,
    /// For which job.
    pub job_id: i64,
    /// The job's title.
    pub job_title: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// All that is known before people are put into slots.
#[derive(Clone, Debug)]
pub struct Board {
    /// Whose.
    pub company: company::Model,
    /// For which job.
    pub job: job::Model,
    /// The earliest free slots, the earliest first.
    pub slots: Vec<FreeSlot>,
    /// Those who are there already, by canonical address.
    pub known: HashMap<String, Known>,
    /// What is known of the time of those who hold the slots.
    pub facts: Facts,
}

/// Reads it for the people of these canonical addresses.
pub async fn read(
    db: &Db,
    company_id: i64,
    job_id: i64,
    emails: &[&str],
    now: DateTime<Utc>,
) -> Result<Board> {
    let company = companies::find(db, company_id).await?;
    let job = jobs::find(db.read(), company_id, job_id).await?;
    let open = Filter {
        job_id: Some(job_id),
        state: Some(State::Open),
        from: Some(now),
        until: None,
        series_id: None,
        sort: Sort::Ascending,
    };
    let listed = slots::list(db, company_id, &open, None, MOST_SLOTS, now).await?;
    let settled = |listed: &Listed| listed.slot.rules_changed_at.is_none();
    let open: Vec<slot::Model> = listed
        .rows
        .into_iter()
        .filter(settled)
        .map(|it| it.slot)
        .collect();
    let mut holders = holders(db.read(), company_id, open.iter().map(|slot| slot.id)).await?;
    let has_default = company.default_meeting_url.is_some();
    let free = |slot: slot::Model| {
        let (interviewers, names): (Vec<i64>, Vec<String>) = holders
            .remove(&slot.id)
            .unwrap_or_default()
            .into_iter()
            .unzip();
        let labels = names
            .into_iter()
            .chain((!slot.interviewer.is_empty()).then(|| slot.interviewer.clone()));
        let labels: Vec<String> = labels.collect();
        Some(FreeSlot {
            id: slot.id,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at(),
            zone: slot.time_zone.parse().ok()?,
            interview_type: slot.interview_type,
            interviewers,
            asked_by: labels.join(", "),
            has_meeting_link: has_default || slot.meeting_url.is_some(),
        })
    };
    let slots: Vec<FreeSlot> = open.into_iter().filter_map(free).collect();
    let seats: Vec<Seat> = slots.iter().flat_map(FreeSlot::seats).collect();
    let facts = availability::of_seats(db.read(), company_id, &seats).await?;
    let known = known(db.read(), company_id, emails, now).await?;
    Ok(Board {
        company,
        job,
        slots,
        known,
        facts,
    })
}

impl FreeSlot {
    /// Who would hold it.
    pub fn seats(&self) -> impl Iterator<Item = Seat> {
        let (from, until) = (self.starts_at, self.ends_at);
        self.interviewers.iter().map(move |user_id| Seat {
            user_id: *user_id,
            from,
            until,
        })
    }
}

/// Who holds these slots, with their names, by slot.
async fn holders(
    db: &impl ConnectionTrait,
    company_id: i64,
    slot_ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Vec<(i64, String)>>> {
    let rows: Vec<(i64, i64, String)> = slot_interviewer::Entity::find()
        .select_only()
        .columns([
            slot_interviewer::Column::SlotId,
            slot_interviewer::Column::UserId,
        ])
        .column(user::Column::Name)
        .join(JoinType::InnerJoin, user_of_slot())
        .filter(slot_interviewer::COLUMN.company_id.eq(company_id))
        .filter(slot_interviewer::Column::SlotId.is_in(slot_ids))
        .order_by_asc(slot_interviewer::Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_slot: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    for (slot_id, user_id, name) in rows {
        by_slot.entry(slot_id).or_default().push((user_id, name));
    }
    Ok(by_slot)
}

fn user_of_slot() -> sea_orm::RelationDef {
    slot_interviewer::Entity::belongs_to(user::Entity)
        .from(slot_interviewer::Column::UserId)
        .to(user::Column::Id)
        .into()
}

/// Those of these addresses who are there, with what is booked for them and not over.
async fn known(
    db: &impl ConnectionTrait,
    company_id: i64,
    emails: &[&str],
    now: DateTime<Utc>,
) -> Result<HashMap<String, Known>> {
    if emails.is_empty() {
        return Ok(HashMap::new());
    }
    let people: Vec<(i64, String, String, Option<String>)> = candidate::Entity::find()
        .select_only()
        .columns([
            candidate::Column::Id,
            candidate::Column::Email,
            candidate::Column::Name,
            candidate::Column::TimeZone,
        ])
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Email.is_in(emails.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut booked = coming(db, company_id, people.iter().map(|(id, ..)| *id), now).await?;
    let known = people
        .into_iter()
        .map(|(candidate_id, email, name, time_zone)| {
            let interviews = booked.remove(&candidate_id).unwrap_or_default();
            (
                email,
                Known {
                    candidate_id,
                    name,
                    time_zone,
                    interviews,
                },
            )
        });
    Ok(known.collect())
}

/// What is booked for these candidates and not over, by candidate.
async fn coming(
    db: &impl ConnectionTrait,
    company_id: i64,
    candidate_ids: impl Iterator<Item = i64>,
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Vec<Coming>>> {
    type Row = (i64, i64, i64, String, DateTime<Utc>, i32);
    let rows: Vec<Row> = interview::Entity::find()
        .select_only()
        .columns([interview::Column::CandidateId, interview::Column::Id])
        .column(slot::Column::JobId)
        .column(job::Column::Title)
        .columns([slot::Column::StartsAt, slot::Column::DurationMinutes])
        .join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .join(JoinType::InnerJoin, slot::Relation::Job.def())
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::CandidateId.is_in(candidate_ids))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(slot::COLUMN.starts_at.gt(now - LONGEST))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_candidate: HashMap<i64, Vec<Coming>> = HashMap::new();
    for (candidate_id, interview_id, job_id, job_title, starts_at, minutes) in rows {
        let ends_at = starts_at + TimeDelta::minutes(minutes.into());
        if ends_at > now {
            let coming = Coming {
                interview_id,
                job_id,
                job_title,
                starts_at,
                ends_at,
            };
            by_candidate.entry(candidate_id).or_default().push(coming);
        }
    }
    Ok(by_candidate)
}
