//! All that is known of an interview.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    InstructionLine, candidate, company,
    interview::{self, Status},
    job, slot, user,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, sea_query::IntoCondition,
};

use super::{
    join_window::{JoinWindow, Moment},
    joined,
};
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

    /// Was it booked, and not cancelled?
    pub fn takes_place(&self) -> bool {
        match self.interview.status {
            Status::Scheduled | Status::Completed | Status::NoShow => true,
            Status::Unscheduled | Status::Cancelled => false,
        }
    }

    /// Is its start past? Then people can say how it ended.
    pub fn has_begun(&self, now: DateTime<Utc>) -> bool {
        let starts_at = self.slot.as_ref().map(|slot| slot.starts_at);
        starts_at.is_some_and(|starts_at| starts_at <= now)
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
                phone: match user.phone.as_str() {
                    "" => &self.company.phone,
                    own => own,
                },
            },
            _ => Contact {
                name: &self.company.name,
                email: &self.company.contact_email,
                phone: &self.company.phone,
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
    /// Where the candidate can call; may be empty.
    pub phone: &'a str,
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

/// The interview behind a join link. The one look-up without a company, because the signed token is what gives access; and
/// without what mails are made of, because none is sent.
pub(super) async fn behind_link(db: &impl ConnectionTrait, public_id: &str) -> Result<Details> {
    without_own(db, interview::COLUMN.public_id.eq(public_id)).await
}

/// The same of an interview of the company, for pages that make no mail.
pub async fn shown(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<Details> {
    let which = Condition::all()
        .add(interview::COLUMN.company_id.eq(company_id))
        .add(interview::COLUMN.id.eq(id));
    without_own(db, which).await
}

async fn without_own(db: &impl ConnectionTrait, which: impl IntoCondition) -> Result<Details> {
    let found = joined::find(db, which).await?;
    let details = found.into_iter().next().ok_or(Error::NotFound)?;
    details.into_details(Own::default())
}

/// All that is known of each of these interviews, by its key; those that are not the company's are left out.
pub async fn all_details(
    db: &impl ConnectionTrait,
    company_id: i64,
    ids: HashSet<i64>,
) -> Result<HashMap<i64, Details>> {
    let which = Condition::all()
        .add(interview::COLUMN.company_id.eq(company_id))
        .add(interview::Column::Id.is_in(ids));
    let found = joined::find(db, which).await?;
    let Some(first) = found.first() else {
        return Ok(HashMap::new());
    };
    let own = match first.has_texts || first.company.logo_id.is_some() {
        true => mail_texts::own(db, &first.company).await?,
        false => Own::default(),
    };
    found
        .into_iter()
        .map(|row| Ok((row.interview.id, row.into_details(own.clone())?)))
        .collect()
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
