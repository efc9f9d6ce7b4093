//! The free slots that somebody may be offered.
use chrono::{DateTime, Utc};
use entity::{
    slot::{self, InterviewType},
    slot_interviewer,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use super::list::{Filter, State, matching};
use crate::{domain::rows, error::Result};

/// Nobody chooses among more.
const MOST: u64 = 200;

/// Of which kind they are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// What kind of talk.
    pub interview_type: InterviewType,
    /// How long.
    pub duration_minutes: i32,
    /// With whom.
    pub with: With,
}

/// With whom a talk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// Among others, with this user.
    User(i64),
    /// With people of this name, who are no users.
    Named(String),
}

impl Like {
    fn condition(&self, company_id: i64) -> Condition {
        let held = slot_interviewer::Entity::find()
            .select_only()
            .column(slot_interviewer::Column::SlotId)
            .filter(slot_interviewer::COLUMN.company_id.eq(company_id));
        let with = match &self.with {
            With::User(id) => {
                let held = held.filter(slot_interviewer::COLUMN.user_id.eq(*id));
                Condition::all().add(slot::Column::Id.in_subquery(held.into_query()))
            }
            With::Named(name) => Condition::all()
                .add(slot::COLUMN.interviewer.eq(name.as_str()))
                .add(slot::Column::Id.not_in_subquery(held.into_query())),
        };
        Condition::all()
            .add(slot::COLUMN.interview_type.eq(self.interview_type))
            .add(slot::COLUMN.duration_minutes.eq(self.duration_minutes))
            .add(with)
    }
}

/// The job's slots that can be booked and start in this half-open span, earliest first; the first two hundred.
pub async fn offered(
    db: &impl ConnectionTrait,
    (company_id, job_id): (i64, i64),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    like: Option<&Like>,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let filter = Filter {
        job_id: Some(job_id),
        state: Some(State::Open),
        from: Some(from),
        until: Some(until),
        ..Filter::default()
    };
    let slots = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, &filter, now))
        .filter(slot::COLUMN.rules_changed_at.is_null())
        .filter(Condition::all().add_option(like.map(|like| like.condition(company_id))))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
        .limit(MOST);
    rows::readable(slots, db, "slot").await
}
