//! What a candidate who was asked to choose a time may choose from: looked up anew each time, and once more when they do.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{interview, interview::Status, offer, slot};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    details::{Details, behind_link},
    join_link::Keys,
    offer as offers, overlap,
};
use crate::{
    db::{self, Db},
    domain::{
        availability::{self, Found, Seat},
        slots::{self, Like, interviewers},
    },
    error::{Error, Result},
};

/// What a link leads to while its interview waits for a time that the candidate may choose.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The interview.
    pub details: Details,
    /// The offer.
    pub offer: offer::Model,
}

/// Where a link leads; `NotFound` when it is wrong or was replaced, and when there never was anything to choose. What was
/// called off before a time was chosen is over.
pub async fn behind(db: &Db, keys: &Keys, token: &str) -> Result<Offered> {
    let claims = keys.read(token).ok_or(Error::NotFound)?;
    let details = behind_link(db.read(), &claims.sub).await?;
    let row = &details.interview;
    let never_had_a_time = match row.status {
        Status::Unscheduled => true,
        Status::Cancelled => row.slot_id.is_none(),
        Status::Scheduled | Status::Completed | Status::NoShow => false,
    };
    if row.link_version != claims.ver || !never_had_a_time {
        return Err(Error::NotFound);
    }
    let offer = offers::find(db.read(), row.company_id, row.id).await?;
    let offer = offer.ok_or(Error::NotFound)?;
    Ok(Offered { details, offer })
}

impl Offered {
    /// Can one still be chosen?
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.offer.choose_by && self.details.interview.status == Status::Unscheduled
    }

    /// When it may begin: what is chosen must be neither too near nor too far.
    pub(super) fn span(&self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let notice = TimeDelta::hours(self.offer.notice_hours.into());
        let horizon = TimeDelta::days(self.offer.horizon_days.into());
        (now + notice, now + horizon)
    }

    /// The times that may be chosen now, the earliest first.
    pub async fn slots(&self, db: &Db, now: DateTime<Utc>) -> Result<Vec<slot::Model>> {
        let row = &self.details.interview;
        let Some(job) = self.details.job.as_ref().filter(|_| self.is_open(now)) else {
            return Ok(Vec::new());
        };
        free(db, (row, job.id), self.span(now), None, now).await
    }
}

/// The job's slots in this half-open span that the candidate of an interview could have: nothing keeps their interviewers
/// then, and the candidate is in no other interview.
pub(super) async fn free(
    db: &Db,
    (row, job_id): (&interview::Model, i64),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    like: Option<&Like>,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let whose = (row.company_id, job_id);
    let slots = slots::offered(db.read(), whose, (from, until), like, now).await?;
    if slots.is_empty() {
        return Ok(slots);
    }
    let others = overlap::others(
        db.read(),
        row.company_id,
        (row.candidate_id, row.id),
        until + slots::LONGEST,
    );
    let others = others.await?;
    let mut slots = without_the_busy(db.read(), row, slots, now).await?;
    slots.retain(|slot| !others.iter().any(|other| overlap::meet(&other.slot, slot)));
    Ok(slots)
}

/// Those at which nothing keeps their interviewers.
async fn without_the_busy(
    db: &impl ConnectionTrait,
    row: &interview::Model,
    mut slots: Vec<slot::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<slot::Model>> {
    let ids: Vec<i64> = slots.iter().map(|slot| slot.id).collect();
    let holders = interviewers::by_slot(db, row.company_id, ids).await?;
    let seats = |slot: &slot::Model| -> Vec<Seat> {
        let of_slot = holders.get(&slot.id).into_iter().flatten();
        let seat = |user_id: &i64| Seat {
            user_id: *user_id,
            from: slot.starts_at,
            until: slot.ends_at(),
        };
        of_slot.map(seat).collect()
    };
    let all: Vec<Seat> = slots.iter().flat_map(seats).collect();
    let facts = availability::of_seats(db, row.company_id, &all).await?;
    let is_free = |seat: &Seat| !refuses(&facts.findings(seat, Some(row.id), now));
    slots.retain(|slot| seats(slot).iter().all(is_free));
    Ok(slots)
}

/// Does something keep a candidate from choosing this, whom no recruiter looks after?
pub(super) fn refuses(found: &[Found]) -> bool {
    found
        .iter()
        .any(|found| found.finding.refuses_self_booking())
}

/// Keeps that the candidate had the times open; only the first time counts.
pub async fn opened(db: &Db, keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<()> {
    let offer = behind(db, keys, token).await?.offer;
    if offer.opened_at.is_some() {
        return Ok(());
    }
    db::transaction(db, async |txn| {
        offer::Entity::update_many()
            .col_expr(offer::Column::OpenedAt, Expr::value(now))
            .filter(offer::COLUMN.interview_id.eq(offer.interview_id))
            .filter(offer::COLUMN.company_id.eq(offer.company_id))
            .filter(offer::COLUMN.opened_at.is_null())
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}
