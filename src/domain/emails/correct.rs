//! Correcting an address that a message went to in vain.
use chrono::{DateTime, Utc};
use entity::{
    candidate,
    email::{self, Kind},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use super::{find, of_kinds};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        candidates::{self, ChangeRefusal, NewCandidate},
        events::{self, Event},
        interviews::{self, Details},
    },
    error::{Error, Result},
};

/// What became of the request to correct an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// This message tells the right address, now or since an earlier request.
    Queued(i64),
    /// That is the address the message went to.
    Same,
    /// Another candidate has that address.
    Taken(i64),
    /// The address was changed meanwhile, or the interview is cancelled or over.
    Outdated,
}

/// Would [`correct`] change anything? Only while the candidate still has the address, and the interview
/// is to come.
pub fn can_be_corrected(email: &email::Model, details: &Details, now: DateTime<Utc>) -> bool {
    details.is_to_come(now) && details.candidate.email == email.recipient
}

/// Gives the candidate another address, in canonical form. The links that went to the old one die,
/// and every coming interview is told to the new one.
pub async fn correct(
    db: &Db,
    actor: &Actor,
    id: i64,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Corrected> {
    db::transaction_retrying_duplicates(db, async |txn| {
        let wrong = find(txn, actor.company_id, id).await?;
        let interview_id = wrong.interview_id.ok_or(Error::NotFound)?;
        let details = interviews::details(txn, actor.company_id, interview_id).await?;
        if wrong.recipient == address {
            return Ok(Corrected::Same);
        }
        if details.candidate.email == address {
            let told = newest_to(txn, actor.company_id, interview_id, address).await?;
            return Ok(told.map_or(Corrected::Outdated, |it| Corrected::Queued(it.id)));
        }
        if !can_be_corrected(&wrong, &details, now) {
            return Ok(Corrected::Outdated);
        }
        match change_address(txn, actor, details.candidate, address, now).await? {
            Ok(_) => {}
            Err(ChangeRefusal::EmailTaken(other)) => return Ok(Corrected::Taken(other)),
            Err(ChangeRefusal::Stale(_)) => return Ok(Corrected::Outdated),
        }
        let told = newest_to(txn, actor.company_id, interview_id, address).await?;
        let told = told.ok_or(Error::NotFound)?;
        link(txn, actor.company_id, told.id, wrong.id).await?;
        let (email_id, new_id) = (wrong.id, told.id);
        let event = Event::EmailCorrected { email_id, new_id };
        events::record(txn, actor, event, now).await?;
        Ok(Corrected::Queued(new_id))
    })
    .await
}

async fn change_address(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    before: candidate::Model,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Result<bool, ChangeRefusal>> {
    let new = NewCandidate {
        email: address.into(),
        ..NewCandidate::of(before.clone())
    };
    candidates::change(txn, actor, &before, &new, now).await
}

/// Notes which message went to the address before: the newest one about the interview. In the
/// transaction that tells the new address.
pub async fn link_correction(
    txn: &impl ConnectionTrait,
    company_id: i64,
    new_id: i64,
    old_address: &str,
) -> Result<()> {
    let new = find(txn, company_id, new_id).await?;
    let interview_id = new.interview_id.ok_or(Error::NotFound)?;
    let wrong = newest_to(txn, company_id, interview_id, old_address).await?;
    match wrong {
        Some(wrong) => link(txn, company_id, new.id, wrong.id).await,
        None => Ok(()),
    }
}

async fn link(
    txn: &impl ConnectionTrait,
    company_id: i64,
    new_id: i64,
    wrong_id: i64,
) -> Result<()> {
    email::Entity::update_many()
        .col_expr(email::Column::Corrects, Expr::value(wrong_id))
        .filter(email::COLUMN.id.eq(new_id))
        .filter(email::COLUMN.company_id.eq(company_id))
        .exec(txn)
        .await?;
    Ok(())
}

async fn newest_to(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
    recipient: &str,
) -> Result<Option<email::Model>> {
    Ok(email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(email::COLUMN.recipient.eq(recipient))
        .filter(of_kinds(Kind::tells_of_change))
        .order_by_desc(email::Column::Id)
        .one(db)
        .await?)
}
