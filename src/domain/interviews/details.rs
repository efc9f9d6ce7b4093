//! All that is known of an interview.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    InstructionLine, candidate, company,
    interview::{self, Status},
    job, slot, user,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::join_window::{JoinWindow, Moment};
use crate::{
    domain::{
        companies,
        mail_texts::{self, Own},
        rows,
    },
    error::{Error, Result},
    zones::Tz,
};

/// All that is known of an interview: for its page, its mails and its join page.
#[derive(Clone, Debug)]
pub struct Details {
    /// The row.
    pub interview: interview::Model,
    /// Who is interviewed.
    pub candidate: candidate::Model,
    /// By whom.
    pub company: company::Model,
    /// When; none until it is booked.
    pub slot: Option<slot::Model>,
    /// For which job: its own, else its slot's, else its candidate's.
    pub job: Option<job::Model>,
    /// The user who booked it.
    pub recruiter: Option<user::Model>,
    /// What the company gives its mails of its own.
    pub own: Own,
}

impl Details {
    /// When the join link lets the candidate in; none until it is booked.
    pub fn join_window(&self) -> Option<JoinWindow> {
        self.slot
            .as_ref()
            .map(|slot| JoinWindow::of(slot, self.company.join_window_minutes))
    }

    /// Where it takes place: the slot's address, else the company's.
    pub fn meeting_url(&self) -> Option<&str> {
        let own = self
            .slot
            .as_ref()
            .and_then(|slot| slot.meeting_url.as_deref());
        own.or(self.company.default_meeting_url.as_deref())
    }

    /// The zone in which the candidate reads times: the candidate's own, else the slot's, else the company's.
    /// A stored name that is no zone is passed over: the next one is still right, and is printed beside the time.
    pub fn candidate_zone(&self) -> Tz {
        let names = [
            self.candidate.time_zone.as_deref(),
            self.slot.as_ref().map(|slot| slot.time_zone.as_str()),
            Some(self.company.time_zone.as_str()),
        ];
        names
            .into_iter()
            .flatten()
            .find_map(|name| name.parse().ok())
            .unwrap_or(Tz::UTC)
    }

    /// Can it be booked? A cancelled one can be booked anew.
    pub fn waits_for_a_time(&self) -> bool {
        matches!(
            self.interview.status,
            Status::Unscheduled | Status::Cancelled
        )
    }

    /// Is it booked, and not over?
    pub fn is_to_come(&self, now: DateTime<Utc>) -> bool {
        let is_over = |window: JoinWindow| window.at(now) == Moment::Over;
        self.interview.status == Status::Scheduled && !self.join_window().is_none_or(is_over)
    }

    /// Who answers the candidate's questions: the recruiter who booked, else the company. Nobody is
    /// sent to a user who has left, or who may not see candidates any more.
    pub fn contact(&self) -> Contact<'_> {
        match &self.recruiter {
            Some(user) if user.is_active() && user.role.is_recruiting() => Contact {
                name: &user.name,
                email: &user.email,
            },
            _ => Contact {
                name: &self.company.name,
                email: &self.company.contact_email,
            },
        }
    }

    /// The instructions that the company wants candidates to read.
    pub fn instructions(&self) -> Result<Vec<InstructionLine>> {
        companies::instructions(&self.company)
    }
}

/// Whom a candidate may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact<'a> {
    /// A person's name, or the company's.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
}

/// The interview, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<interview::Model> {
    let found =
        interview::Entity::find_by_id(id).filter(interview::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    found.ok_or(Error::NotFound)
}

/// All that is known of an interview of the company.
pub async fn details(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Details> {
    let mut all = all_details(db, company_id, HashSet::from([id])).await?;
    all.remove(&id).ok_or(Error::NotFound)
}

/// All that is known of each of these interviews, by its key; those that are not the company's are left out.
pub async fn all_details(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, Details>> {
    let rows = interview::Entity::find()
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Id.is_in(ids));
    let rows = rows::strictly(rows, db).await?;
    let company = company::Entity::find_by_id(company_id);
    let company = rows::strictly_one(company, db).await?;
    let Some(company) = company.filter(|_| !rows.is_empty()) else {
        return Ok(HashMap::new());
    };
    let related = Related::to(&rows, company, db).await?;
    rows.into_iter()
        .map(|row| Ok((row.id, related.details(row)?)))
        .collect()
}

/// The rows that some interviews of one company point at, by their keys.
struct Related {
    company: company::Model,
    own: Own,
    candidates: HashMap<i64, candidate::Model>,
    slots: HashMap<i64, slot::Model>,
    users: HashMap<i64, user::Model>,
    jobs: HashMap<i64, job::Model>,
}

impl Related {
    async fn to(
        rows: &[interview::Model],
        company: company::Model,
        db: &impl ConnectionTrait,
    ) -> Result<Self> {
        let candidates: HashSet<i64> = rows.iter().map(|row| row.candidate_id).collect();
        let candidates = candidate::Entity::find()
            .filter(candidate::COLUMN.company_id.eq(company.id))
            .filter(candidate::Column::Id.is_in(candidates));
        let slots: HashSet<i64> = rows.iter().filter_map(|row| row.slot_id).collect();
        let slots = slot::Entity::find()
            .filter(slot::COLUMN.company_id.eq(company.id))
            .filter(slot::Column::Id.is_in(slots));
        let users: HashSet<i64> = rows.iter().filter_map(|row| row.booked_by).collect();
        let users = user::Entity::find()
            .filter(user::COLUMN.company_id.eq(company.id))
            .filter(user::Column::Id.is_in(users));
        let mut related = Self {
            candidates: by_key(rows::strictly(candidates, db).await?, |row| row.id),
            slots: by_key(rows::strictly(slots, db).await?, |row| row.id),
            // Whoever cannot be read is nobody to write to: then the company is.
            users: by_key(rows::readable(users, db, "user").await?, |row| row.id),
            jobs: HashMap::new(),
            own: mail_texts::own(db, &company).await?,
            company,
        };
        let jobs: HashSet<i64> = rows.iter().filter_map(|row| related.job_id(row)).collect();
        let jobs = job::Entity::find()
            .filter(job::COLUMN.company_id.eq(related.company.id))
            .filter(job::Column::Id.is_in(jobs));
        related.jobs = by_key(rows::strictly(jobs, db).await?, |row| row.id);
        Ok(related)
    }

    fn job_id(&self, row: &interview::Model) -> Option<i64> {
        let slot = row.slot_id.and_then(|id| self.slots.get(&id));
        let candidate = self.candidates.get(&row.candidate_id);
        row.job_id
            .or(slot.map(|slot| slot.job_id))
            .or(candidate.and_then(|candidate| candidate.job_id))
    }

    fn details(&self, interview: interview::Model) -> Result<Details> {
        let candidate = self.candidates.get(&interview.candidate_id);
        let job = match self.job_id(&interview) {
            Some(id) => Some(self.jobs.get(&id).cloned().ok_or(Error::NotFound)?),
            None => None,
        };
        let booked_by = interview.booked_by;
        Ok(Details {
            candidate: candidate.cloned().ok_or(Error::NotFound)?,
            company: self.company.clone(),
            own: self.own.clone(),
            slot: interview
                .slot_id
                .and_then(|id| self.slots.get(&id).cloned()),
            job,
            recruiter: booked_by.and_then(|id| self.users.get(&id).cloned()),
            interview,
        })
    }
}

/// The same of those that can be read.
pub async fn readable_details(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, Details>> {
    match all_details(db, company_id, ids.clone()).await {
        Err(Error::Stored(_) | Error::NotFound) => {}
        done => return done,
    }
    let mut all = HashMap::with_capacity(ids.len());
    for id in ids {
        match details(db, company_id, id).await {
            Ok(details) => {
                all.insert(id, details);
            }
            Err(error @ (Error::Stored(_) | Error::NotFound)) => {
                tracing::error!(interview.id = id, %error, "An interview cannot be read");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn by_key<T>(rows: Vec<T>, key: impl Fn(&T) -> i64) -> HashMap<i64, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}
