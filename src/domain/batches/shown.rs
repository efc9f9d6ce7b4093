//! A batch with the names of what it made.
use std::collections::HashMap;

use entity::{candidate, interview};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::{Batch, Outcome, find};
use crate::{
    db::Db,
    domain::{
        interviews::{self, Line as InterviewLine},
        jobs,
    },
    error::Result,
};

/// Somebody by name and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// By name.
    pub name: String,
    /// Canonical.
    pub email: String,
}

/// A batch with the names of what it made.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Itself.
    pub batch: Batch,
    /// Its interviews as they are now, by key.
    pub interviews: HashMap<i64, InterviewLine>,
    /// Its candidates, by key.
    pub candidates: HashMap<i64, Named>,
    /// The titles of its jobs, by key.
    pub jobs: HashMap<i64, String>,
}

/// The batch, if one of the company's.
pub async fn show(db: &Db, company_id: i64, id: i64) -> Result<Shown> {
    let batch = find(db.read(), company_id, id).await?;
    let (mut interview_ids, mut candidate_ids, mut job_ids) = (Vec::new(), Vec::new(), Vec::new());
    for line in &batch.lines {
        match &line.outcome {
            Outcome::Booked { interview_id, .. } => interview_ids.push(*interview_id),
            Outcome::CandidateAdded { candidate_id } | Outcome::CandidateThere { candidate_id } => {
                candidate_ids.push(*candidate_id);
            }
            Outcome::JobAdded { job_id } | Outcome::JobThere { job_id } => job_ids.push(*job_id),
            Outcome::LeftOut { .. } => {}
        }
    }
    Ok(Shown {
        interviews: interview_lines(db, company_id, interview_ids).await?,
        candidates: candidates(db, company_id, candidate_ids).await?,
        jobs: match job_ids.is_empty() {
            true => HashMap::new(),
            false => jobs::titles(db, company_id, job_ids.into_iter()).await?,
        },
        batch,
    })
}

async fn interview_lines(
    db: &Db,
    company_id: i64,
    ids: Vec<i64>,
) -> Result<HashMap<i64, InterviewLine>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = interviews::lines_without_needless()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Id.is_in(ids));
    let rows = interviews::each(&rows.into_query(), db.read()).await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("interview"));
    Ok(rows.map(|row| (row.id, row)).collect())
}

async fn candidates(db: &Db, company_id: i64, ids: Vec<i64>) -> Result<HashMap<i64, Named>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Select<candidate::Entity> = candidate::Entity::find()
        .select_only()
        .columns([
            candidate::Column::Id,
            candidate::Column::Name,
            candidate::Column::Email,
        ])
        .filter(candidate::COLUMN.company_id.eq(company_id))
        .filter(candidate::Column::Id.is_in(ids));
    let rows: Vec<(i64, String, String)> = rows.into_tuple().all(db.read()).await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(id, name, email)| (id, Named { name, email }))
        .collect())
}
